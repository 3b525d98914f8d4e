//! Marked people: loaded, changed, renamed, refused, disputed, terminated, vanished, edited by hand.

use std::time::Duration;

use habitsync_domain::jobs::job::Job;
use habitsync_local::Example;
use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_harness::{Armed, Fault, Method, Rule};
use libtest_mimic::Failed;
use serde_json::{Value, json};

use super::{MARK, hris_says, portal_says};
use crate::World;
use crate::customer::Customer;
use crate::users::at_work;
use crate::wait::until;

/// One rule whose value may be no date, and one that fails on text that is no number.
const RULES: &str = r#"
"X-Probation" = { value = "employee.customFields['Probation']", type = "date" }
"X-Shoe Size" = "employee.customFields['Shoe Size'] != null ? string(int(employee.customFields['Shoe Size'])) : ''"
"#;
const ONE: &str = "/users/{user_name}";
/// What an invocation gets, and so how long a killed one keeps its lease.
const INVOCATION: Duration = Duration::from_secs(30);
/// The lease and the rest of the load, on a busy machine.
const CARRIED_ON: Duration = Duration::from_mins(4);
/// In the middle of its writes a run can be killed.
const SLOW: Fault = Fault::Slow { milliseconds: 250 };

pub(super) fn with_rules_that_can_fail(mut example: Example) -> Example {
    RULES.clone_into(&mut example.fields);
    example.blueprint = example.blueprint.people(60);
    example
}

/// Gives all employees marked values in every field that takes any.
pub(super) fn mark_everybody(customer: &Customer) {
    for employee in customer.hris().employees() {
        customer.hris().change(&employee.employee_id, mark);
    }
}

fn mark(employee: &mut Employee) {
    let id = employee.employee_id.clone();
    let marked = |what: &str| format!("{what} {MARK} {id}");
    employee.first_name = marked("First");
    employee.last_name = marked("Last");
    employee.preferred_name = Some(marked("Preferred"));
    employee.work_email = Some(address(&id));
    employee.personal_email = Some(format!("personal.{MARK}.{id}@home.example"));
    employee.job_title = Some(marked("Title"));
    employee.department = Some(marked("Department"));
    employee.manager_name = Some(marked("Manager"));
    employee.manager_email = Some(format!("manager.{MARK}.{id}@{MARK}.example"));
    for (field, value) in [
        ("Cost Centre", marked("Centre")),
        ("Mobile", format!("+61 400 {MARK} {id}")),
        ("Home Address", marked("1 Quiet Street")),
    ] {
        employee.custom_fields.insert(field.to_owned(), Value::from(value));
    }
}

/// The work e-mail of a marked person, which is the user name.
pub(super) fn address(id: &str) -> String {
    format!("{MARK}.{}@{MARK}.example", id.to_lowercase())
}

/// From the first load to the portal's being read again, with everything that goes wrong on the way.
pub(super) async fn live(world: &World, customer: &Customer, quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    world.stack.limit_invocations("user-sync", INVOCATION).await?;
    let people = at_work(customer);
    assert!(people.len() > 14, "{} people", people.len());
    load(world, customer, &people, quoted).await?;
    change(customer, &people, quoted).await?;
    verify(customer, &people, quoted).await
}

/// The first load, with bad data of every kind, refusals that quote it, and a crash.
async fn load(world: &World, customer: &Customer, people: &[String], quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    let hris = customer.hris();
    hris.change(&people[0], |employee| {
        employee.work_email = Some(format!("{MARK}@nowhere"));
    });
    for id in &people[1..3] {
        hris.change(id, |employee| employee.work_email = Some(address("shared")));
    }
    for (id, field) in [
        (&people[3], "Probation"),
        (&people[4], "Shoe Size"),
        (&people[5], "Division"),
    ] {
        hris.change(id, |employee| {
            employee
                .custom_fields
                .insert(field.to_owned(), Value::from(format!("{MARK} of {field}")));
        });
    }
    hris.change(&people[6], |employee| {
        employee.location = Some(format!("Isle of {MARK}"));
    });
    hris.change(&people[7], |employee| employee.status = format!("On {MARK}"));
    quoted.push(hris_says(customer, &Method::GET, "/employees", 500));
    quoted.push(portal_says(customer, &Method::POST, "/users", 422));
    quoted.push(portal_says(customer, &Method::POST, "/users", 500));
    quoted.push(portal_says(customer, &Method::POST, "/users", 400));
    let slow = customer
        .portal()
        .arm(Rule::new(SLOW).on(&Method::POST, "/users").times(u32::MAX));
    let crashed = async {
        let accounts = customer.portal().users().len();
        until("some accounts", || {
            (customer.portal().users().len() > accounts + 6).then_some(())
        })
        .await?;
        Ok::<_, Failed>(world.stack.crash("user-sync").await?)
    };
    let (answer, killed) = tokio::join!(customer.call("user-sync"), crashed);
    slow.disarm();
    assert!(answer?.get("errorType").is_some() && killed? > 0, "it was killed");
    loaded(customer).await
}

/// A crashed run holds the lease until its invocation would have ended: some later run finds it free.
async fn loaded(customer: &Customer) -> Result<(), Failed> {
    habitsync_local::wait::until("the end of the load", CARRIED_ON, async || {
        customer.call("user-sync").await?;
        let job = customer.job(Job::UserSync).await?;
        Ok(job.last_success_at.map(drop))
    })
    .await
}

/// A day in HR: a rename, a leaver, a record that has vanished, and writes that are refused in the person's own words.
async fn change(customer: &Customer, people: &[String], quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    let hris = customer.hris();
    hris.change(&people[8], |employee| {
        employee.last_name = format!("Married {MARK}");
        employee.work_email = Some(address("married"));
    });
    hris.terminate(&people[9], today().yesterday()?);
    for id in &people[10..13] {
        hris.change(id, |employee| employee.job_title = Some(format!("Chief {MARK} {id}")));
    }
    hris.remove(&people[13]);
    quoted.push(portal_says(customer, &Method::PUT, ONE, 422));
    quoted.push(portal_says(customer, &Method::PUT, ONE, 500));
    quoted.push(portal_says(customer, &Method::GET, ONE, 500));
    quoted.push(hris_says(customer, &Method::GET, "/employees/{employeeId}", 500));
    quoted.push(hris_says(customer, &Method::GET, "/employees", 200));
    for _ in 0..3 {
        customer.call("user-sync").await?;
    }
    Ok(())
}

/// The next day, on which the portal is read: a portal user has edited an account by hand, and the list's first answer
/// quotes personal data.
async fn verify(customer: &Customer, people: &[String], quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    let edited = json!({ "X-Job Title": format!("Jester {MARK}") });
    let edited = edited.as_object().ok_or("no object")?;
    assert!(customer.portal().edit_user(&address(&people[10]), edited));
    customer.next_day().await?;
    quoted.push(portal_says(customer, &Method::GET, "/users", 200));
    quoted.push(portal_says(customer, &Method::GET, "/users", 500));
    for _ in 0..2 {
        customer.call("user-sync").await?;
    }
    Ok(())
}
