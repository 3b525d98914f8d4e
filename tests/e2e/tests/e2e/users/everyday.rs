//! Every day: new employees get accounts, changed ones are updated, and the others cost no request.

use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::Employee;
use libtest_mimic::Failed;
use serde_json::Value;

use super::{count, staff, writes};
use crate::World;
use crate::customer::users_every_minute;
use crate::wait::until;

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
    let manager_of = |id: &str| customer.example.company.person(id)?.manager_employee_id.clone();
    let (id, manager) = staff(&customer)
        .into_iter()
        .find_map(|id| Some((id.clone(), manager_of(&id)?)))
        .ok_or("no managers")?;
    assert_eq!(
        customer.user_of(&id).and_then(|user| user.manager_email),
        customer.address_of(&manager),
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

pub(crate) async fn a_starter_gets_an_account_and_a_change_reaches_the_one_who_changed(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("everyday").await?;
    customer.run("user-sync").await?;
    let changed = staff(&customer)[3].clone();
    let before = (writes(&customer), customer.user_of(&changed).ok_or("no account")?);
    customer.hris().change(&changed, |employee| {
        employee.job_title = Some("Chief of Everything".to_owned());
    });
    let starter = Employee {
        location: Some("Sydney".to_owned()),
        manager_employee_id: Some(changed.clone()),
        ..Employee::new("E9001", "Anjali", "O'Rourke", "anjali@starters.example")
    };
    customer.hris().hire(starter, today(), today());
    let answer = customer.run("user-sync").await?;
    let mut expected = before.1;
    let title = Value::from("Chief of Everything");
    expected.custom.insert("X-Job Title".to_owned(), title);
    assert_eq!(customer.user_of(&changed), Some(expected.clone()), "{answer}");
    let user = customer.portal().user("anjali@starters.example").ok_or("no account")?;
    assert_eq!(
        (
            user.first_name.as_str(),
            user.last_name.as_str(),
            user.manager_email,
            user.active
        ),
        ("Anjali", "O'Rourke", Some(expected.email), true)
    );
    assert_eq!(writes(&customer), before.0 + 2, "one write each: {answer}");
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
