//! Whom an operator means: an employee number, or a user name that a link holds or held.

use std::collections::BTreeSet;

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::person::Person;

use super::PersonFailure;

/// The employee. By number among the links first, since an employee may have another's number for a user name; then by user
/// name, today's before former ones. Whatever no link knows may be the number of somebody who is not linked yet. EmployeeConnect
/// is not searched by its `UserID`: that one finds a person only where it is their user name.
pub(super) fn whom(people: &[Person], asked: &str) -> Result<EmployeeId, PersonFailure> {
    let number = asked.parse::<EmployeeId>().ok();
    let is_linked = |number: &EmployeeId| people.iter().any(|person| person.employee_id == *number);
    if let Some(number) = number.clone().filter(is_linked) {
        return Ok(number);
    }
    let Ok(name) = asked.parse::<UserName>() else {
        return number.ok_or(PersonFailure::Nobody);
    };
    let has_now = |person: &Person| person.user_name == name;
    let had = |person: &Person| person.former_names.iter().any(|former| former.user_name == name);
    match only(people, has_now)?.or(only(people, had)?) {
        Some(found) => Ok(found),
        None => number.ok_or(PersonFailure::Nobody),
    }
}

fn only(people: &[Person], is_meant: impl Fn(&Person) -> bool) -> Result<Option<EmployeeId>, PersonFailure> {
    let found: BTreeSet<_> = people
        .iter()
        .filter(|person| is_meant(person))
        .map(|person| &person.employee_id)
        .collect();
    match found.len() {
        0 | 1 => Ok(found.first().map(|found| (*found).clone())),
        _ => Err(PersonFailure::Ambiguous),
    }
}
