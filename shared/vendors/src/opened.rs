//! A vendor's client, or the reason why there is none: both answer the ports, so that no use case has to ask which.

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
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::probes::{
    HrisQuestions, HrisSample, PortalQuestions, PortalSample, ProbeHris, ProbePortal, Probed,
};
use habitsync_workflows::ports::vendors::{
    CreatedCourse, FindCompletion, FindEmployee, FindUser, ListCompletions, ListEmployees, ListTopics, ListUsers,
    RecordResult, Recorded, SaveCourse, SaveUser,
};
use jiff::Timestamp;

/// A vendor as far as it could be opened.
#[derive(Debug, Clone)]
pub enum Opened<C> {
    /// It can be called.
    Client(C),
    /// It cannot, and every call of it fails in this way.
    Failing(VendorFailure),
}

impl<C> Opened<C> {
    /// The same with another client, if there is one.
    pub(crate) fn map(self, change: impl FnOnce(C) -> C) -> Self {
        match self {
            Self::Client(client) => Self::Client(change(client)),
            Self::Failing(failure) => Self::Failing(failure),
        }
    }

    fn client(&self) -> Result<&C, VendorFailure> {
        match self {
            Self::Client(client) => Ok(client),
            Self::Failing(failure) => Err(failure.clone()),
        }
    }
}

impl<C> From<Result<C, VendorFailure>> for Opened<C> {
    fn from(opened: Result<C, VendorFailure>) -> Self {
        opened.map_or_else(Self::Failing, Self::Client)
    }
}

/// Implements a port by the client that has it.
macro_rules! port {
    ($port:ident { $(fn $call:ident($($name:ident: $kind:ty),*) -> $answer:ty;)+ }) => {
        impl<C: $port + Sync> $port for Opened<C> {
            $(async fn $call(&self, $($name: $kind),*) -> Result<$answer, VendorFailure> {
                self.client()?.$call($($name),*).await
            })+
        }
    };
}

port!(ListEmployees { fn list_employees(needed: &FieldsNeeded) -> Roster; });
port!(FindEmployee { fn find_employee(id: &EmployeeId) -> Option<Employee>; });
port!(ListUsers { fn list_users() -> VendorList<PortalUser>; });
port!(FindUser { fn find_user(name: &UserName) -> Option<PortalUser>; });
port!(SaveUser {
    fn create_user(user: &NewUser) -> ();
    fn change_user(name: &UserName, change: &UserChange) -> ();
});
port!(ListTopics { fn list_topics() -> VendorList<Topic>; });
port!(ListCompletions { fn list_completions(since: Timestamp) -> VendorList<Completion>; });
port!(FindCompletion { fn find_completion(enrolment: EnrolmentId) -> Option<Completion>; });
port!(SaveCourse {
    fn find_course(reference: &TopicCode) -> Option<CourseId>;
    fn create_course(course: &Course) -> CreatedCourse;
    fn change_course(id: &CourseId, course: &Course) -> ();
});
port!(ProbePortal { fn probe_portal(asked: &PortalQuestions<'_>) -> Probed<PortalSample>; });
port!(ProbeHris { fn probe_hris(asked: &HrisQuestions<'_>) -> Probed<HrisSample>; });
port!(RecordResult {
    fn record_result(course: &CourseId, result: &NewResult) -> Recorded;
    fn is_recorded(course: &CourseId, result: &NewResult) -> bool;
});
