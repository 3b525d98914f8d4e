//! The fields of a record that an expression reads, with their values.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::configuration::UsersConfiguration;
use crate::expressions::expression::Expression;
use crate::people::employee::Employee;
use crate::people::fields::FieldValue;

/// One field that an expression names, and its value. Personal data; `Debug` withholds the value.
#[derive(Clone, PartialEq, Serialize)]
pub struct FieldSeen {
    /// As an expression writes it: `employee.location`, `manager.workEmail`, `employee.customFields['Desk']`.
    pub field: String,
    /// The value; null where it is empty, or there is no such record.
    pub value: Value,
}

impl FieldSeen {
    /// Returns the value for a reader: a text as it is, any other value as JSON; none where it is empty.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match &self.value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// Everything that the expression names, in the order of the names.
pub(crate) fn fields_seen(expression: &Expression, employee: &Employee, manager: Option<&Employee>) -> Vec<FieldSeen> {
    let named = expression.named_fields();
    let is_field = |name: &&String| *name != CUSTOM_FIELDS;
    let of = |who: &str, record: Option<&Employee>, name: &str| FieldSeen {
        field: format!("{who}.{name}"),
        value: record.map_or(Value::Null, |record| json(record.fields().field(name))),
    };
    let custom_of = |who: &str, record: Option<&Employee>, name: &str| FieldSeen {
        field: format!("{who}.{CUSTOM_FIELDS}['{name}']"),
        value: record.map_or(Value::Null, |record| json(record.fields().custom_field(name))),
    };
    let (own, theirs) = (Some(employee), manager);
    let own_fields = named
        .employee
        .iter()
        .filter(is_field)
        .map(|name| of("employee", own, name));
    let their_fields = named
        .manager
        .iter()
        .filter(is_field)
        .map(|name| of("manager", theirs, name));
    let has_own = named.employee.contains(CUSTOM_FIELDS);
    let has_theirs = named.manager.contains(CUSTOM_FIELDS);
    let own_custom = named
        .custom
        .iter()
        .filter(|_| has_own)
        .map(|name| custom_of("employee", own, name));
    let their_custom = named
        .custom
        .iter()
        .filter(|_| has_theirs)
        .map(|name| custom_of("manager", theirs, name));
    own_fields
        .chain(own_custom)
        .chain(their_fields)
        .chain(their_custom)
        .collect()
}

/// Returns the fields of the record that decide about the employee or are mapped: the employment fields first, then
/// those that expressions name.
#[must_use]
pub fn record_seen(users: &UsersConfiguration, employee: &Employee, manager: Option<&Employee>) -> Vec<FieldSeen> {
    let decisive = DECISIVE.map(|name| FieldSeen {
        field: format!("employee.{name}"),
        value: json(employee.fields().field(name)),
    });
    let named = users
        .expressions()
        .flat_map(|expression| fields_seen(expression, employee, manager));
    let mut seen: Vec<FieldSeen> = decisive.into();
    for field in named {
        if !seen.iter().any(|known| known.field == field.field) {
            seen.push(field);
        }
    }
    seen
}

/// The fields that decide about employment, and the manager's number.
const DECISIVE: [&str; 4] = ["status", "startDate", "terminationDate", "managerEmployeeId"];

const CUSTOM_FIELDS: &str = "customFields";

fn json(value: Option<&FieldValue>) -> Value {
    value.map_or(Value::Null, FieldValue::to_json)
}

impl fmt::Debug for FieldSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.field)
    }
}
