//! User sync: what happens in EmployeeConnect arrives in the portal, and nothing else does.

use habitsync_fixtures::Person;
use habitsync_local::customer::today;
use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use jiff::ToSpan;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::World;
use crate::customer::{Customer, users_every_minute};
use crate::wait::until;

fn count(answer: &Value, name: &str) -> u64 {
    answer["counts"][name].as_u64().unwrap_or_default()
}

fn writes(customer: &Customer) -> usize {
    let journal = customer.example.tribal_habits.journal();
    journal.count(&Method::POST, "/users") + journal.count(&Method::PUT, "/users/{user_name}")
}

/// The ids of people who work there, or start within the example's fourteen days; it leaves Fiji out.
fn staff(customer: &Customer) -> Vec<String> {
    let soon = today().saturating_add(14.days());
    let is_staff = |person: &&Person| person.location != "Fiji" && person.start_date <= soon;
    let staff = customer.example.company.current().filter(is_staff);
    staff.map(|person| person.employee_id.clone()).collect()
}

pub(crate) async fn everybody_in_scope_gets_an_account_and_a_second_run_writes_nothing(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("initial-load").await?;
    let first = customer.run("user-sync").await?;
    for id in staff(&customer) {
        let user = customer
            .user_of(&id)
            .ok_or_else(|| format!("{id} has no account: {first}"))?;
        assert!(user.active, "{id}");
    }
    let manager_of = |id: &str| {
        customer
            .example
            .company
            .person(id)
            .and_then(|person| person.manager_employee_id.clone())
    };
    let (id, manager) = staff(&customer)
        .into_iter()
        .find_map(|id| Some((id.clone(), manager_of(&id)?)))
        .ok_or("no managers")?;
    let expected = customer
        .example
        .company
        .person(&manager)
        .and_then(|person| person.work_email.clone());
    assert_eq!(
        customer.user_of(&id).and_then(|user| user.manager_email),
        expected,
        "the manager's e-mail of {id}"
    );
    let before = writes(&customer);
    let second = customer.run("user-sync").await?;
    assert_eq!(
        (writes(&customer), count(&second, "unchanged")),
        (before, count(&second, "in_scope")),
        "{second}"
    );
    Ok(())
}

pub(crate) async fn a_starter_a_change_a_leaver_and_a_rehire_arrive_in_the_portal(world: World) -> Result<(), Failed> {
    let customer = world.customer("everyday").await?;
    customer.run("user-sync").await?;
    let hris = &customer.example.employee_connect;
    let people = staff(&customer);
    let (changed, leaver) = (&people[3], &people[4]);
    hris.change(changed, |employee| {
        employee.job_title = Some("Chief of Everything".to_owned());
    });
    let yesterday = today().yesterday()?;
    hris.terminate(leaver, yesterday);
    hris.change(leaver, |employee| employee.work_email = None);
    let answer = customer.run("user-sync").await?;
    let user = customer.user_of(changed).ok_or("no account")?;
    assert_eq!(
        user.custom("Job Title"),
        Some(&Value::from("Chief of Everything")),
        "{answer}"
    );
    assert!(!customer.user_of(leaver).ok_or("no account")?.active, "{answer}");
    assert_eq!(
        (count(&answer, "changed"), count(&answer, "deactivated")),
        (1, 1),
        "{answer}"
    );
    hris.rehire(leaver, today());
    hris.change(leaver, |employee| {
        employee
            .work_email
            .clone_from(&customer.example.company.person(leaver).expect("known").work_email);
    });
    let users = customer.example.tribal_habits.users().len();
    customer.run("user-sync").await?;
    assert!(
        customer.user_of(leaver).ok_or("no account")?.active,
        "the rehire is active again"
    );
    assert_eq!(
        customer.example.tribal_habits.users().len(),
        users,
        "under the same account"
    );
    Ok(())
}

pub(crate) async fn a_schedule_fires_the_sync_without_anybody_calling_it(world: World) -> Result<(), Failed> {
    let customer = world.customer_like("scheduled", users_every_minute).await?;
    let expected = staff(&customer).len();
    until("the schedule to fire and everybody to have an account", || {
        (customer.active_users().len() >= expected).then_some(())
    })
    .await
}

pub(crate) async fn bad_data_is_mailed_once_and_stops_nobody(world: World) -> Result<(), Failed> {
    let customer = world.customer("bad-data").await?;
    let bad = staff(&customer).pop().ok_or("no staff")?;
    customer
        .example
        .employee_connect
        .change(&bad, |employee| employee.work_email = Some("nobody@nowhere".to_owned()));
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        customer.active_users().len(),
        staff(&customer).len() - 1 + already_there(&customer),
        "{answer}"
    );
    customer.run("user-sync").await?;
    let mails = customer.mails_about("user sync").await?;
    let [mail] = mails.as_slice() else {
        return Err(format!("{} mails", mails.len()).into());
    };
    for part in [bad.as_str(), "workEmail", "nobody@nowhere"] {
        assert!(mail.body_text.contains(part), "{part} is missing:\n{}", mail.body_text);
    }
    Ok(())
}

/// Accounts of the portal that belong to no employee.
fn already_there(customer: &Customer) -> usize {
    let employees = customer.example.employee_connect.employees();
    let is_employee = |email: &str| {
        employees.iter().any(|employee| {
            employee
                .work_email
                .as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(email))
        })
    };
    customer
        .active_users()
        .iter()
        .filter(|user| !is_employee(&user.email))
        .count()
}

pub(crate) async fn an_hris_that_fails_half_way_changes_nobody(world: World) -> Result<(), Failed> {
    let customer = world.customer("half-way").await?;
    customer.run("user-sync").await?;
    let before = (writes(&customer), customer.active_users().len());
    let gone = Fault::ServerError {
        status: 502,
        moment: Moment::BeforeEffect,
    };
    customer
        .example
        .employee_connect
        .arm(Rule::new(gone).on(&Method::GET, "/employees").times(20));
    let answer = customer.call("user-sync").await?;
    assert!(answer.get("errorType").is_some(), "{answer}");
    assert_eq!((writes(&customer), customer.active_users().len()), before);
    Ok(())
}

pub(crate) async fn refused_credentials_are_mailed_to_the_customer(world: World) -> Result<(), Failed> {
    let customer = world.customer("refused").await?;
    customer
        .example
        .tribal_habits
        .arm(Rule::new(Fault::ExpiredToken).on(&Method::GET, "/users").times(20));
    let answer = customer.call("user-sync").await?;
    assert!(answer.get("errorType").is_some(), "{answer}");
    let mails = customer.mails_about("user sync").await?;
    assert!(
        mails.iter().any(|mail| mail
            .body_text
            .to_lowercase()
            .contains("tribal habits refused the integration's credentials")),
        "{mails:?}"
    );
    Ok(())
}
