//! One customer's EmployeeConnect.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::courses::course::Course;
use habitsync_domain::identity::{CourseId, EmployeeId, TopicCode};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::results::result::NewResult;
use habitsync_domain::vendors::list::UnusableRecord;
use parking_lot::Mutex;

use crate::faults::{Call, Faults, vendor_failure};
use habitsync_workflows::ports::failure::{Missing, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{
    CreatedCourse, FindEmployee, ListEmployees, RecordResult, Recorded, SaveCourse,
};

/// An EmployeeConnect tenant.
#[derive(Debug, Default)]
pub struct Hris {
    /// Its failures and its journal.
    pub faults: Faults<VendorFailure>,
    /// Employees in EmployeeConnect.
    pub employees: Mutex<Vec<Employee>>,
    /// Courses in EmployeeConnect.
    pub courses: Mutex<BTreeMap<CourseId, Course>>,
    /// Its results, in the order they were recorded.
    pub results: Mutex<Vec<StoredResult>>,
    /// Whether a result is recorded again under an idempotency key that is there: the vendor's promise not to is assumed,
    /// and a test may break it.
    pub forgets_keys: Mutex<bool>,
    /// Existing employees that the list leaves out, as happens when a list changes while its pages are read.
    pub hidden_from_list: Mutex<BTreeSet<EmployeeId>>,
    /// Existing employees that a request by number reports as unknown.
    pub denied: Mutex<BTreeSet<EmployeeId>>,
    /// Records of its list that cannot be used.
    pub unusable: Mutex<Vec<UnusableRecord>>,
    hidden: Mutex<Option<Course>>,
}

/// A result as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResult {
    /// The course it is on.
    pub course: CourseId,
    /// The recorded result.
    pub result: NewResult,
}

impl Hris {
    /// Adds an employee with an id and no other value.
    ///
    /// # Panics
    /// The id is none.
    pub fn employ(&self, id: &EmployeeId) {
        let record = [("employeeId".to_owned(), id.as_str().into())].into_iter().collect();
        self.employees
            .lock()
            .push(Employee::from_record(record).expect("the id was one before"));
    }

    /// Lets another client create this course after the look-up and before the creation.
    pub fn create_behind_our_back(&self, course: &Course) {
        *self.hidden.lock() = Some(course.clone());
    }

    /// The course with this reference.
    pub fn course(&self, reference: &TopicCode) -> Option<(CourseId, Course)> {
        let courses = self.courses.lock();
        let found = courses.iter().find(|(_, course)| course.external_id == *reference);
        found.map(|(id, course)| (id.clone(), course.clone()))
    }

    fn create(&self, course: &Course) -> CreatedCourse {
        if let Some(hidden) = self.hidden.lock().take() {
            self.courses.lock().insert(CourseId("hidden".to_owned()), hidden);
        }
        if let Some((id, _)) = self.course(&course.external_id) {
            return CreatedCourse::AlreadyThere(id);
        }
        let mut courses = self.courses.lock();
        let id = CourseId(format!("C{}", courses.len() + 1));
        courses.insert(id.clone(), course.clone());
        CreatedCourse::Created(id)
    }

    fn change(&self, id: &CourseId, course: &Course) -> Result<(), VendorFailure> {
        let mut courses = self.courses.lock();
        let stored = courses.get_mut(id).ok_or_else(|| not_found(Missing::Course))?;
        *stored = course.clone();
        Ok(())
    }

    fn record(&self, course: &CourseId, result: &NewResult) -> Result<Recorded, VendorFailure> {
        if !self.courses.lock().contains_key(course) {
            return Err(not_found(Missing::Course));
        }
        if !self
            .employees
            .lock()
            .iter()
            .any(|employee| *employee.id() == result.employee_id)
        {
            return Err(not_found(Missing::Employee));
        }
        let is_there = self.has(course, result) && !*self.forgets_keys.lock();
        if is_there {
            return Ok(Recorded::Before);
        }
        self.results.lock().push(StoredResult {
            course: course.clone(),
            result: result.clone(),
        });
        Ok(Recorded::Now)
    }

    fn has(&self, course: &CourseId, result: &NewResult) -> bool {
        let results = self.results.lock();
        let is_it =
            |stored: &StoredResult| stored.course == *course && stored.result.idempotency_key == result.idempotency_key;
        results.iter().any(is_it)
    }
}

fn not_found(missing: Missing) -> VendorFailure {
    vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::NotFound(missing))
}

impl ListEmployees for Hris {
    async fn list_employees(&self, _: &FieldsNeeded) -> Result<Roster, VendorFailure> {
        let list = || {
            let hidden = self.hidden_from_list.lock();
            let employees = self.employees.lock();
            let listed: Vec<_> = employees
                .iter()
                .filter(|employee| !hidden.contains(employee.id()))
                .cloned()
                .collect();
            let unusable = self.unusable.lock().clone();
            Ok(Roster {
                unusable,
                ..Roster::from(listed)
            })
        };
        self.faults.call(Call::ListEmployees, list).await
    }
}

impl FindEmployee for Hris {
    async fn find_employee(&self, id: &EmployeeId) -> Result<Option<Employee>, VendorFailure> {
        let find = || {
            if self.denied.lock().contains(id) {
                return Ok(None);
            }
            Ok(self
                .employees
                .lock()
                .iter()
                .find(|employee| employee.id() == id)
                .cloned())
        };
        self.faults.call(Call::FindEmployee, find).await
    }
}

impl SaveCourse for Hris {
    async fn find_course(&self, reference: &TopicCode) -> Result<Option<CourseId>, VendorFailure> {
        let find = || Ok(self.course(reference).map(|(id, _)| id));
        self.faults.call(Call::FindCourse, find).await
    }

    async fn create_course(&self, course: &Course) -> Result<CreatedCourse, VendorFailure> {
        self.faults.call(Call::CreateCourse, || Ok(self.create(course))).await
    }

    async fn change_course(&self, id: &CourseId, course: &Course) -> Result<(), VendorFailure> {
        self.faults.call(Call::ChangeCourse, || self.change(id, course)).await
    }
}

impl RecordResult for Hris {
    async fn record_result(&self, course: &CourseId, result: &NewResult) -> Result<Recorded, VendorFailure> {
        self.faults
            .call(Call::RecordResult, || self.record(course, result))
            .await
    }

    async fn is_recorded(&self, course: &CourseId, result: &NewResult) -> Result<bool, VendorFailure> {
        self.faults
            .call(Call::IsRecorded, || Ok(self.has(course, result)))
            .await
    }
}
