//! An employee as EmployeeConnect has them: a map, since a customer may map or filter on any field, with the few fields
//! that have a meaning of their own read by name.

use std::fmt;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::identity::{EmployeeId, InvalidIdentity};

/// The fields of the employee contract. In an expression each is present, null where the record lacks it.
pub const CONTRACT_FIELDS: [&str; 19] = [
    "employeeId",
    "userId",
    "firstName",
    "lastName",
    "preferredName",
    "workEmail",
    "personalEmail",
    "jobTitle",
    "location",
    "department",
    "employmentType",
    "managerEmployeeId",
    "managerName",
    "managerEmail",
    "status",
    "startDate",
    "terminationDate",
    "customFields",
    "updatedAt",
];

/// One employee record, of which only the id has been checked.
#[derive(Clone, PartialEq)]
pub struct Employee {
    id: EmployeeId,
    record: Map<String, Value>,
}

/// A field of the record that is not what the contract says it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is not {expected}")]
pub struct InvalidField {
    /// The record's field, for instance `terminationDate`.
    pub field: &'static str,
    /// What it should be, for instance "a date (yyyy-mm-dd)".
    pub expected: &'static str,
}

impl Employee {
    /// An employee from the record EmployeeConnect sent.
    ///
    /// # Errors
    /// The record has no usable `employeeId`: nobody can be told who it is about.
    pub fn from_record(record: Map<String, Value>) -> Result<Self, InvalidIdentity> {
        let id = record
            .get("employeeId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .parse()?;
        Ok(Self { id, record })
    }

    /// Who this is.
    #[must_use]
    pub fn id(&self) -> &EmployeeId {
        &self.id
    }

    /// The whole record, as it was read.
    #[must_use]
    pub fn record(&self) -> &Map<String, Value> {
        &self.record
    }

    /// A text field without outer blanks; none where it is absent, null, empty or no text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.record
            .get(field)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// The employment status, for instance `Active`; none where the record has none.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.text("status")
    }

    /// The manager's employee id.
    #[must_use]
    pub fn manager_id(&self) -> Option<EmployeeId> {
        self.text("managerEmployeeId").and_then(|id| id.parse().ok())
    }

    /// The first day of the current employment.
    ///
    /// # Errors
    /// The field is there and not a date.
    pub fn start_date(&self) -> Result<Option<Date>, InvalidField> {
        self.date("startDate")
    }

    /// The last day employed, in the customer's time zone; it may lie in the future.
    ///
    /// # Errors
    /// The field is there and not a date.
    pub fn termination_date(&self) -> Result<Option<Date>, InvalidField> {
        self.date("terminationDate")
    }

    fn date(&self, field: &'static str) -> Result<Option<Date>, InvalidField> {
        match self.record.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| not_a_date(field)),
            Some(_) => Err(not_a_date(field)),
        }
    }
}

fn not_a_date(field: &'static str) -> InvalidField {
    InvalidField {
        field,
        expected: "a date (yyyy-mm-dd)",
    }
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn employee(record: Value) -> Employee {
        let Value::Object(record) = record else {
            panic!("a record is an object")
        };
        Employee::from_record(record).expect("has an id")
    }

    #[test]
    fn a_record_without_an_employee_id_is_refused() {
        assert!(Employee::from_record(Map::new()).is_err());
    }

    #[test]
    fn an_empty_date_is_no_date_and_a_wrong_one_names_its_field() {
        assert_eq!(
            employee(json!({"employeeId": "E1", "startDate": ""})).start_date(),
            Ok(None)
        );
        let wrong = employee(json!({"employeeId": "E1", "terminationDate": "31/12/2026"}));
        assert_eq!(wrong.termination_date(), Err(not_a_date("terminationDate")));
    }

    #[test]
    fn debug_prints_the_employee_id_and_nothing_personal() {
        let printed = format!("{:?}", employee(json!({"employeeId": "E1", "firstName": "Jo"})));
        assert!(printed.contains("E1") && !printed.contains("Jo"), "{printed}");
    }
}
