//! The difference between the desired user and the account as last written or read.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::former_account;
use crate::configuration::{EmptyMode, FieldMapping, FieldType, OnUserNameChange, UsersConfiguration, WriteMode};
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::people::mapping::{DesiredField, DesiredUser};
use crate::people::problem::{Cause, Problem};
use crate::people::user::{FieldName, UserChange, UserFields};

/// The changes of an account, and their reasons.
pub(super) struct Difference {
    pub(super) change: UserChange,
    pub(super) reason: String,
    pub(super) problem: Option<Problem>,
}

/// Every field that has a value: a create never clears.
pub(super) fn fields_of_new(user: &DesiredUser<'_>) -> UserFields {
    let valued = user
        .fields
        .iter()
        .filter_map(|field| Some((field.name.clone(), field.value.as_deref()?.to_owned())));
    UserFields(valued.collect())
}

pub(super) fn difference(
    users: &UsersConfiguration,
    employee: &Employee,
    wanted: &DesiredUser<'_>,
    before: &Person,
) -> Difference {
    let changed = wanted.fields.iter().filter_map(|field| {
        let value = value_to_write(field, before.fields.0.get(field.name).map(String::as_str))?;
        if before.is_rewritten(field.name, value) {
            return None;
        }
        Some((field.name.clone(), value.to_owned()))
    });
    let mut change = UserChange {
        fields: UserFields(changed.collect()),
        ..UserChange::default()
    };
    change.active = (!before.active).then_some(true);
    let problem = compare_names(users, employee, wanted, before, &mut change);
    Difference {
        reason: reason(&change),
        change,
        problem,
    }
}

/// Returns the value to write into a field that was last written or read as `before`; none where it stays.
fn value_to_write<'f>(field: &'f DesiredField<'_>, before: Option<&str>) -> Option<&'f str> {
    let FieldMapping { write, empty, kind, .. } = field.mapping;
    let desired = match (field.value.as_deref(), empty) {
        (Some(value), _) => value,
        (None, EmptyMode::Clear) if !field.name.is_required() => "",
        (None, EmptyMode::Clear | EmptyMode::Keep) => return None,
    };
    // A rehired employee has their own address again, independent of the field's write mode.
    let was_given_up = field.name.is_email() && before.is_some_and(former_account::is_email);
    let may_write = match write {
        _ if was_given_up => true,
        WriteMode::Always => true,
        WriteMode::OnCreate => false,
        WriteMode::IfEmpty => before == Some(""),
    };
    let differs = !is_same(field.name, *kind, before.unwrap_or_default(), desired);
    (may_write && differs).then_some(desired)
}

/// Values are compared as the portal would: addresses without regard to letter case, dates in any of its spellings.
pub(super) fn is_same(name: &FieldName, kind: FieldType, one: &str, other: &str) -> bool {
    if matches!(name.as_str(), FieldName::EMAIL | FieldName::MANAGER_EMAIL) {
        return one.trim().to_lowercase() == other.trim().to_lowercase();
    }
    match kind {
        FieldType::Date => one == other || portal_date(one).is_some_and(|date| portal_date(other) == Some(date)),
        FieldType::Number => one == other || one.parse::<f64>().is_ok_and(|number| other.parse() == Ok(number)),
        FieldType::List => one == other || items(one) == items(other),
        FieldType::String => one == other,
    }
}

/// Whether the portal may show the written value `one` as `other`: letter case and the spelling of dates may differ.
#[must_use]
pub fn reads_alike(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
        || portal_date(one).is_some_and(|date| portal_date(other) == Some(date))
        || items(one) == items(other)
}

/// A list is a set: the portal may have it in another order.
fn items(list: &str) -> BTreeSet<&str> {
    list.split(';').map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// The portal writes `yyyy-mm-dd`, `dd/mm/yyyy` or `dd/mm/yy`.
pub(super) fn portal_date(text: &str) -> Option<Date> {
    let formats = ["%Y-%m-%d", "%d/%m/%y", "%d/%m/%Y"];
    formats
        .iter()
        .find_map(|format| Date::strptime(format, text.trim()).ok())
}

fn compare_names(
    users: &UsersConfiguration,
    employee: &Employee,
    wanted: &DesiredUser<'_>,
    before: &Person,
    change: &mut UserChange,
) -> Option<Problem> {
    if wanted.user_name == before.user_name {
        return None;
    }
    let was_given_up = former_account::is_user_name(&before.user_name, &before.employee_id);
    match users.on_user_name_change {
        OnUserNameChange::Keep | OnUserNameChange::Alert if was_given_up => {
            change.user_name = Some(wanted.user_name.clone());
            None
        }
        OnUserNameChange::Rename => {
            change.user_name = Some(wanted.user_name.clone());
            None
        }
        OnUserNameChange::Keep => None,
        OnUserNameChange::Alert => {
            let seen = Some(wanted.user_name.as_str().to_owned());
            Some(Problem::about(employee, Cause::UserNameChanged, seen))
        }
    }
}

/// Which fields change, by name: values are personal data.
pub(super) fn reason(change: &UserChange) -> String {
    let reactivated = change.active.map(|_| "works there again".to_owned());
    let renamed = change.user_name.as_ref().map(|_| "user name changed".to_owned());
    let fields = change.fields.0.keys().map(|field| format!("{field} changed"));
    reactivated
        .into_iter()
        .chain(renamed)
        .chain(fields)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn field(value: Option<&str>, write: WriteMode, empty: EmptyMode) -> (Option<String>, FieldMapping) {
        let expression: crate::expressions::expression::Expression = "employee.location".parse().expect("compiles");
        let mapping = FieldMapping {
            write,
            empty,
            ..FieldMapping::from(expression)
        };
        (value.map(str::to_owned), mapping)
    }

    fn written((value, mapping): &(Option<String>, FieldMapping), before: Option<&str>) -> Option<String> {
        let name = "X-City".parse().expect("a field");
        let field = DesiredField {
            name: &name,
            mapping,
            value: value.as_deref().map(Cow::Borrowed),
        };
        value_to_write(&field, before).map(str::to_owned)
    }

    #[test]
    fn always_writes_what_differs_and_nothing_else() {
        let perth = field(Some("Perth"), WriteMode::Always, EmptyMode::Keep);
        assert_eq!(written(&perth, Some("Hobart")).as_deref(), Some("Perth"));
        assert_eq!(written(&perth, None).as_deref(), Some("Perth"));
        assert_eq!(written(&perth, Some("Perth")), None);
    }

    #[test]
    fn an_empty_value_keeps_or_clears_as_configured() {
        assert_eq!(
            written(&field(None, WriteMode::Always, EmptyMode::Keep), Some("Hobart")),
            None
        );
        let clear = field(None, WriteMode::Always, EmptyMode::Clear);
        assert_eq!(written(&clear, Some("Hobart")).as_deref(), Some(""));
        assert_eq!(written(&clear, Some("")), None);
    }

    #[test]
    fn on_create_is_never_updated_and_if_empty_only_where_seen_empty() {
        assert_eq!(
            written(&field(Some("Perth"), WriteMode::OnCreate, EmptyMode::Keep), Some("")),
            None
        );
        let if_empty = field(Some("Perth"), WriteMode::IfEmpty, EmptyMode::Keep);
        assert_eq!(written(&if_empty, Some("")).as_deref(), Some("Perth"));
        assert_eq!(written(&if_empty, Some("Hobart")), None);
        assert_eq!(written(&if_empty, None), None, "not seen is not seen empty");
    }

    #[test]
    fn the_portals_spellings_of_a_date_and_an_address_are_no_difference() {
        let start = "X-Start".parse().expect("a field");
        assert!(is_same(&start, FieldType::Date, "08/01/2024", "2024-01-08"));
        assert!(is_same(&start, FieldType::Date, "08/01/24", "2024-01-08"));
        assert!(is_same(
            &FieldName::email(),
            FieldType::String,
            "Jo@Acme.com.au",
            "jo@acme.com.au"
        ));
        assert!(is_same(&start, FieldType::Number, "7.50", "7.5"));
        assert!(is_same(&start, FieldType::List, "Perth;Hobart", "Hobart; Perth"));
        assert!(!is_same(&start, FieldType::List, "Perth;Hobart", "Hobart"));
    }
}
