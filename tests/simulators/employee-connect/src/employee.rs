//! An employee record of the tenant.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One employee record. Every field of the contract is shown, null where it is empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Employee {
    /// Stable for the life of the record.
    pub employee_id: String,
    /// The login id.
    pub user_id: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What the person is called.
    pub preferred_name: Option<String>,
    /// Work e-mail.
    pub work_email: Option<String>,
    /// Personal e-mail.
    pub personal_email: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// Location.
    pub location: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Full time, part time and so on.
    pub employment_type: Option<String>,
    /// The manager's employee id.
    pub manager_employee_id: Option<String>,
    /// The manager's name.
    pub manager_name: Option<String>,
    /// The manager's work e-mail; may be empty though the id is there.
    pub manager_email: Option<String>,
    /// `Active`, `Onboarding`, `Terminated`, or the customer's own status.
    pub status: String,
    /// First day of employment.
    pub start_date: Option<Date>,
    /// Last day employed, in the customer's time zone.
    pub termination_date: Option<Date>,
    /// The customer's own fields.
    pub custom_fields: Map<String, Value>,
    /// When the record last changed.
    pub updated_at: Timestamp,
}

impl Employee {
    /// An active employee with a work e-mail and nothing else.
    #[must_use]
    pub fn new(employee_id: &str, first_name: &str, last_name: &str, work_email: &str) -> Self {
        Self {
            employee_id: employee_id.to_owned(),
            user_id: employee_id.trim_start_matches(char::is_alphabetic).to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            preferred_name: None,
            work_email: Some(work_email.to_owned()),
            personal_email: None,
            job_title: None,
            location: None,
            department: None,
            employment_type: None,
            manager_employee_id: None,
            manager_name: None,
            manager_email: None,
            status: "Active".to_owned(),
            start_date: None,
            termination_date: None,
            custom_fields: Map::new(),
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Whether the record says so; every other status counts as active in the list's filter.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.status == "Terminated"
    }
}
