//! User sync: what happens in EmployeeConnect arrives in the portal, and nothing else does.

pub(crate) mod bad_data;
pub(crate) mod brakes;
pub(crate) mod everyday;
pub(crate) mod holds;
pub(crate) mod identity;
pub(crate) mod interrupted;
pub(crate) mod leaving;

use habitsync_fixtures::Person;
use habitsync_local::Mail;
use habitsync_local::customer::today;
use habitsync_simulator_harness::Method;
use jiff::ToSpan;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::customer::Customer;

fn count(answer: &Value, name: &str) -> u64 {
    answer["counts"][name].as_u64().unwrap_or_default()
}

/// How many requests have written to the portal's users.
fn writes(customer: &Customer) -> usize {
    let journal = customer.portal().journal();
    journal.count(&Method::POST, "/users") + journal.count(&Method::PUT, "/users/{user_name}")
}

/// The ids of people who work there, or start within the example's fourteen days; it leaves Fiji out.
fn staff(customer: &Customer) -> Vec<String> {
    let soon = today().saturating_add(14.days());
    let is_staff = |person: &&Person| person.location != "Fiji" && person.start_date <= soon;
    let staff = customer.example.company.current().filter(is_staff);
    staff.map(|person| person.employee_id.clone()).collect()
}

/// Returns the employees who have started, have no last day, and manage no one.
pub(crate) fn at_work(customer: &Customer) -> Vec<String> {
    let company = &customer.example.company;
    let is_at_work = |id: &String| {
        let manages = |person: &Person| person.manager_employee_id.as_ref() == Some(id);
        let person = company.person(id);
        let is_now = person.is_some_and(|person| person.start_date <= today() && person.termination_date.is_none());
        is_now && !company.people.iter().any(manages)
    };
    staff(customer).into_iter().filter(is_at_work).collect()
}

/// Accounts of the portal that belong to no employee.
fn already_there(customer: &Customer) -> usize {
    let employees = customer.hris().employees();
    let is_employee = |email: &str| {
        employees.iter().any(|employee| {
            let own = employee.work_email.as_deref();
            own.is_some_and(|own| own.eq_ignore_ascii_case(email))
        })
    };
    let users = customer.active_users();
    users.iter().filter(|user| !is_employee(&user.email)).count()
}

/// Returns whether the account of an original employee can log in.
fn is_active(customer: &Customer, id: &str) -> Result<bool, Failed> {
    let user = customer.user_of(id).ok_or_else(|| format!("{id} has no account"))?;
    Ok(user.active)
}

/// That the mail says all of this, in small letters or in capitals.
pub(crate) fn assert_says(mail: &Mail, parts: &[&str]) {
    // Its lines are broken where a screen of old ends.
    let words: Vec<_> = mail.body_text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase();
    for part in parts {
        assert!(
            text.contains(&part.to_lowercase()),
            "{part} is missing:\n{}",
            mail.body_text
        );
    }
}
