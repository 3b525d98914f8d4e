//! The use cases' ports, and what each error of the client means to a use case.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use habitsync_domain::courses::course::Course;
use habitsync_domain::identity::{CourseId, EmployeeId, TopicCode};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields::custom_fields_of;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::results::result::NewResult;
use habitsync_domain::vendors::list::{UnusableRecord, VendorList, WhyUnusable};
use habitsync_vendor_http::vendor_failure;
use habitsync_workflows::ports::failure::{Missing, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{
    CreatedCourse, FindEmployee, ListEmployees, RecordResult, Recorded, SaveCourse,
};

use crate::client::{EmployeeConnect, Written};
use crate::error::{EmployeeConnectError, MissingRecord};
use crate::wire::{CourseBody, EmployeeRecord, ResultBody};

/// Provider of the courses, as EmployeeConnect shows it.
const PROVIDER: &str = "Tribal Habits";

impl ListEmployees for EmployeeConnect {
    async fn list_employees(&self, needed: &FieldsNeeded) -> Result<Roster, VendorFailure> {
        let custom_fields = Mutex::new(BTreeSet::new());
        let keep = |record: EmployeeRecord| {
            let names = custom_fields_of(&record).into_iter().flatten().map(|(name, _)| name);
            note(&custom_fields, names);
            kept(record, needed)
        };
        let listed = self.employees(keep, |employee| employee.id().clone()).await;
        let VendorList { records, unusable } = listed.map_err(|error| failure(&error))?;
        Ok(Roster {
            employees: records,
            unusable,
            custom_fields: custom_fields.into_inner().unwrap_or_else(PoisonError::into_inner),
        })
    }
}

impl FindEmployee for EmployeeConnect {
    async fn find_employee(&self, id: &EmployeeId) -> Result<Option<Employee>, VendorFailure> {
        let record = self.employee(id.as_str()).await.map_err(|error| failure(&error))?;
        record.map(employee).transpose()
    }
}

impl SaveCourse for EmployeeConnect {
    async fn find_course(&self, reference: &TopicCode) -> Result<Option<CourseId>, VendorFailure> {
        let course = self.course(&reference.0).await.map_err(|error| failure(&error))?;
        Ok(course.map(|course| CourseId(course.course_id)))
    }

    async fn create_course(&self, course: &Course) -> Result<CreatedCourse, VendorFailure> {
        let new = CourseBody {
            external_id: Some(&course.external_id.0),
            provider: Some(PROVIDER),
            ..changes(course)
        };
        match self.post_course(&new).await {
            Ok(Written::Now(id)) => Ok(CreatedCourse::Created(CourseId(id))),
            Ok(Written::Before(id)) => Ok(CreatedCourse::AlreadyThere(CourseId(id))),
            Err(error) => Err(failure(&error)),
        }
    }

    async fn change_course(&self, id: &CourseId, course: &Course) -> Result<(), VendorFailure> {
        self.patch_course(&id.0, &course.external_id.0, &changes(course))
            .await
            .map_err(|error| failure(&error))
    }
}

impl RecordResult for EmployeeConnect {
    async fn record_result(&self, course: &CourseId, result: &NewResult) -> Result<Recorded, VendorFailure> {
        match self.post_result(&course.0, &result_body(result)).await {
            Ok(Written::Now(())) => Ok(Recorded::Now),
            Ok(Written::Before(())) => Ok(Recorded::Before),
            Err(error) => Err(failure(&error)),
        }
    }

    async fn is_recorded(&self, course: &CourseId, result: &NewResult) -> Result<bool, VendorFailure> {
        let found = self.has_result(&course.0, &result_body(result)).await;
        found.map_err(|error| failure(&error))
    }
}

/// The employee with the fields that are needed.
fn kept(record: EmployeeRecord, needed: &FieldsNeeded) -> Result<Employee, UnusableRecord> {
    let kept = match needed {
        FieldsNeeded::Named(shape) => Employee::shaped(record, shape),
        FieldsNeeded::All => Employee::from_record(record),
    };
    kept.map_err(|_| UnusableRecord::new(None, WhyUnusable::NoId))
}

/// Most records have the same few fields: only a name that was not seen before is copied.
fn note<'r>(seen: &Mutex<BTreeSet<String>>, names: impl Iterator<Item = &'r String>) {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    for name in names {
        if !seen.contains(name) {
            seen.insert(name.clone());
        }
    }
}

fn employee(record: EmployeeRecord) -> Result<Employee, VendorFailure> {
    Employee::from_record(record).map_err(|_| failure(&EmployeeConnectError::NoEmployeeId))
}

fn result_body(result: &NewResult) -> ResultBody<'_> {
    ResultBody {
        external_id: &result.idempotency_key,
        employee_id: result.employee_id.as_str(),
        status: "Completed",
        completed_on: result.completed_on,
        duration_minutes: result.duration_minutes,
    }
}

fn changes(course: &Course) -> CourseBody<'_> {
    CourseBody {
        external_id: None,
        title: &course.title,
        description: course.description.as_deref(),
        provider: None,
        launch_url: &course.launch_url,
        active: course.active,
    }
}

/// The failure as a use case sees it.
fn failure(error: &EmployeeConnectError) -> VendorFailure {
    let kind = match error {
        EmployeeConnectError::ModuleDisabled => VendorFailureKind::ModuleDisabled,
        EmployeeConnectError::NotFound { missing } => VendorFailureKind::NotFound(match missing {
            MissingRecord::Course => Missing::Course,
            MissingRecord::Employee => Missing::Employee,
            MissingRecord::Unknown => Missing::Other,
        }),
        EmployeeConnectError::ReferenceTaken => VendorFailureKind::Refused(Vec::new()),
        EmployeeConnectError::NoEmployeeId => VendorFailureKind::Unreadable,
        EmployeeConnectError::Call(error) => error.into(),
    };
    vendor_failure(Vendor::EmployeeConnect, kind, error)
}
