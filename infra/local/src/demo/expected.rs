//! What the portal should hold for an employee, worked out from the customer's rules without the product's code.

use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_tribal_habits::User;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;

/// Why an employee has an account, or has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Has an account that is in use.
    Account,
    /// The employee has left.
    Left,
    /// Starts too far in the future.
    StartsLater,
    /// Is left out by the customer's filter.
    OutOfScope,
}

/// Where an employee belongs on a day.
pub(super) fn place(employee: &Employee, today: Date) -> Place {
    let has_left = employee.is_terminated() || employee.termination_date.is_some_and(|last_day| last_day < today);
    let soon = today.saturating_add(14.days());
    match employee {
        _ if has_left => Place::Left,
        Employee {
            location: Some(location),
            ..
        } if location == "Fiji" => Place::OutOfScope,
        Employee {
            start_date: Some(first_day),
            ..
        } if *first_day > soon => Place::StartsLater,
        _ => Place::Account,
    }
}

/// The fields in which an account is not what the employee's record says, as sentences.
pub(super) fn differences(employee: &Employee, manager: Option<&Employee>, account: &User) -> Vec<String> {
    let custom = |name: &str| account.custom(name).and_then(Value::as_str);
    let first_name = employee.preferred_name.as_ref().unwrap_or(&employee.first_name);
    let manager_email = manager.and_then(|manager| manager.work_email.as_deref());
    let first_day = employee.start_date.map(|day| day.strftime("%d/%m/%Y").to_string());
    let division = employee
        .custom_fields
        .get("Division")
        .and_then(Value::as_str)
        .and_then(division);
    let cost_centre = employee.custom_fields.get("Cost Centre").and_then(Value::as_str);
    let fields = [
        (
            "first name",
            Some(first_name.as_str()),
            Some(account.first_name.as_str()),
        ),
        (
            "last name",
            Some(employee.last_name.as_str()),
            Some(account.last_name.as_str()),
        ),
        ("e-mail", employee.work_email.as_deref(), Some(account.email.as_str())),
        ("manager", manager_email, account.manager_email.as_deref()),
        ("job title", employee.job_title.as_deref(), custom("Job Title")),
        ("location", employee.location.as_deref(), custom("Location")),
        ("start date", first_day.as_deref(), custom("Start Date")),
        ("division", division, custom("Division")),
        ("cost centre", cost_centre, custom("Cost Centre")),
    ];
    let wrong = fields.into_iter().filter(|(_, expected, found)| expected != found);
    wrong
        .map(|(field, expected, found)| format!("{field} is {found:?} instead of {expected:?}"))
        .collect()
}

/// The portal's name for a division code.
fn division(code: &str) -> Option<&'static str> {
    match code {
        "OPS" => Some("Operations"),
        "FIN" => Some("Finance"),
        "PPL" => Some("People"),
        "COM" => Some("Commercial"),
        "TEC" => Some("Technology"),
        _ => None,
    }
}
