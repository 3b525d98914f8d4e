//! Which fields of an employee's record a customer's rules need.

use std::sync::Arc;

use crate::configuration::UsersConfiguration;
use crate::expressions::expression::Expression;
use crate::people::contract::ALWAYS_READ;
use crate::people::fields::Shape;

/// Which fields a customer's rules need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldsNeeded {
    /// These.
    Named(Arc<Shape>),
    /// All of them: an expression asks for fields by computed names, or for the record as a whole.
    All,
}

impl FieldsNeeded {
    /// The fields that the expressions of this section name, and those that are always read.
    #[must_use]
    pub fn from_rules(users: &UsersConfiguration) -> Self {
        let named: Vec<_> = users.expressions().map(Expression::named_fields).collect();
        if named.iter().any(|named| named.whole) {
            return Self::All;
        }
        let record = named.iter().flat_map(|named| &named.record).map(String::as_str);
        let custom = named.iter().flat_map(|named| &named.custom).map(String::as_str);
        Self::Named(Arc::new(Shape::of_names(record.chain(ALWAYS_READ), custom)))
    }

    /// The fields that either needs.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Named(one), Self::Named(other)) => Self::Named(Arc::new(one.and(other))),
            _ => Self::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use compact_str::CompactString;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::configuration::TenantConfiguration;
    use crate::people::employee::Employee;
    use crate::people::fields::FieldValue;

    fn record() -> Map<String, Value> {
        let record = json!({
            "employeeId": "E1", "firstName": "Jo", "shoeSize": 39, "workEmail": "jo@acme.com.au", "hours": 7.5,
            "customFields": {"Division": "OPS", "Team": "Blue"}, "tags": ["a"], "union": true
        });
        record.as_object().expect("an object").clone()
    }

    #[test]
    fn a_shape_keeps_what_the_rules_name_and_nothing_else() {
        let acme: TenantConfiguration = include_str!("../configuration/acme.toml").parse().expect("valid");
        let FieldsNeeded::Named(shape) = FieldsNeeded::from_rules(&acme.users) else {
            panic!("the example names its fields")
        };
        let employee = Employee::shaped(record(), &shape).expect("has an id");
        let fields = employee.fields();
        assert_eq!(
            fields.field("workEmail"),
            Some(&FieldValue::Text("jo@acme.com.au".into()))
        );
        assert_eq!(
            fields.field("jobTitle"),
            Some(&FieldValue::Null),
            "asked for, and not in the record"
        );
        assert_eq!(fields.field("shoeSize"), None);
        assert_eq!(fields.custom_field("Division"), Some(&FieldValue::Text("OPS".into())));
        assert_eq!(fields.custom_field("Team"), None);
    }

    #[test]
    fn a_whole_record_keeps_every_field_as_what_it_is() {
        let employee = Employee::from_record(record()).expect("has an id");
        let fields = employee.fields();
        assert_eq!(fields.field("shoeSize"), Some(&FieldValue::Whole(39)));
        assert_eq!(fields.field("hours"), Some(&FieldValue::Number(7.5)));
        assert_eq!(fields.field("union"), Some(&FieldValue::Truth(true)));
        assert_eq!(fields.field("tags"), Some(&FieldValue::Other(Box::new(json!(["a"])))));
        let custom: Vec<_> = fields.all_custom().map(|(name, _)| name).collect();
        assert_eq!(custom, ["Division", "Team"]);
    }

    #[test]
    fn outer_blanks_are_dropped_and_a_blank_text_is_null() {
        let value = |text: &str| FieldValue::from(Some(json!(text)));
        assert_eq!(value(" Jo\u{a0}"), FieldValue::Text("Jo".into()));
        assert_eq!(value(" \t"), FieldValue::Null);
    }

    #[test]
    fn a_value_takes_no_more_room_than_a_short_text() {
        assert_eq!(size_of::<FieldValue>(), size_of::<CompactString>());
    }
}
