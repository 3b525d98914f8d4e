//! What the use cases ask of the two vendors. The clients implement these for one customer at a time.

use std::future::Future;

use habitsync_domain::courses::course::Course;
use habitsync_domain::courses::topic::Topic;
use habitsync_domain::identity::{CourseId, EmployeeId, EnrolmentId, TopicCode, UserName};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::{NewUser, PortalUser, UserChange};
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::NewResult;
use habitsync_domain::vendors::list::VendorList;
use jiff::Timestamp;

use super::failure::VendorFailure;

/// Reads every employee of the customer from EmployeeConnect.
pub trait ListEmployees {
    /// Lists all employees, terminated ones included, or fails: never returns a part. Of each record only the needed
    /// fields are kept, page by page.
    fn list_employees(&self, needed: &FieldsNeeded) -> impl Future<Output = Result<Roster, VendorFailure>> + Send;
}

/// Reads one employee from EmployeeConnect.
pub trait FindEmployee {
    /// Finds the employee; none where EmployeeConnect answers that there is no such record.
    fn find_employee(&self, id: &EmployeeId) -> impl Future<Output = Result<Option<Employee>, VendorFailure>> + Send;
}

/// Reads every user of the portal.
pub trait ListUsers {
    /// Lists all users, deactivated ones included, or fails: never returns a part.
    fn list_users(&self) -> impl Future<Output = Result<VendorList<PortalUser>, VendorFailure>> + Send;
}

/// Reads one user of the portal.
pub trait FindUser {
    /// Finds the user; none where the portal has no such user name.
    fn find_user(&self, name: &UserName) -> impl Future<Output = Result<Option<PortalUser>, VendorFailure>> + Send;
}

/// Creates and changes users of the portal.
pub trait SaveUser {
    /// Creates a user, active.
    fn create_user(&self, user: &NewUser) -> impl Future<Output = Result<(), VendorFailure>> + Send;

    /// Changes what `change` names about the user who has this user name now.
    fn change_user(
        &self,
        name: &UserName,
        change: &UserChange,
    ) -> impl Future<Output = Result<(), VendorFailure>> + Send;
}

/// Reads every topic (and article) of the portal.
pub trait ListTopics {
    /// Lists all topics, or fails: never returns a part.
    fn list_topics(&self) -> impl Future<Output = Result<VendorList<Topic>, VendorFailure>> + Send;
}

/// Reads completed topic enrolments of the portal.
pub trait ListCompletions {
    /// Lists every topic completed at `since` or later, oldest first.
    fn list_completions(
        &self,
        since: Timestamp,
    ) -> impl Future<Output = Result<VendorList<Completion>, VendorFailure>> + Send;
}

/// Reads one enrolment back.
pub trait FindCompletion {
    /// Finds the completion; none where the portal has no such enrolment, or it is not a completed topic.
    fn find_completion(
        &self,
        enrolment: EnrolmentId,
    ) -> impl Future<Output = Result<Option<Completion>, VendorFailure>> + Send;
}

/// Creates and changes courses of EmployeeConnect.
pub trait SaveCourse {
    /// The course with this external reference.
    fn find_course(
        &self,
        reference: &TopicCode,
    ) -> impl Future<Output = Result<Option<CourseId>, VendorFailure>> + Send;

    /// Creates a course. If one exists under the same reference, returns that course instead of an error.
    fn create_course(&self, course: &Course) -> impl Future<Output = Result<CreatedCourse, VendorFailure>> + Send;

    /// Writes title, description, launch address and whether it is active.
    fn change_course(&self, id: &CourseId, course: &Course) -> impl Future<Output = Result<(), VendorFailure>> + Send;
}

/// Outcome of creating a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreatedCourse {
    /// The course is new.
    Created(CourseId),
    /// A course exists under that reference: this one.
    AlreadyThere(CourseId),
}

/// Records results on courses of EmployeeConnect.
pub trait RecordResult {
    /// Records a result. A result that is recorded already is a success.
    fn record_result(
        &self,
        course: &CourseId,
        result: &NewResult,
    ) -> impl Future<Output = Result<Recorded, VendorFailure>> + Send;

    /// Returns whether the result with this idempotency key is on the course.
    fn is_recorded(
        &self,
        course: &CourseId,
        result: &NewResult,
    ) -> impl Future<Output = Result<bool, VendorFailure>> + Send;
}

/// Outcome of recording a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Recorded by this call.
    Now,
    /// Recorded by an earlier call (answer 409).
    Before,
}
