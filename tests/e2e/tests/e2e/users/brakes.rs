//! Brakes: what looks like a fault deactivates nobody, is told, and keeps nobody else waiting.

use habitsync_local::customer::today;
use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use libtest_mimic::Failed;
use serde_json::Value;

use super::{assert_says, at_work, count, is_active, writes};
use crate::World;

pub(crate) async fn more_leavers_than_usual_are_all_held_and_the_rest_of_the_run_goes_on(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("over-limit").await?;
    customer.run("user-sync").await?;
    let people = at_work(&customer);
    let (changed, leavers) = people.split_first().ok_or("no staff")?;
    // A fifth of the 30 is six.
    let leavers = leavers.get(..8).ok_or("too few people")?;
    for id in leavers {
        customer.hris().terminate(id, today().yesterday()?);
    }
    customer.hris().change(changed, |employee| {
        employee.job_title = Some("Last One Standing".to_owned());
    });
    let before = writes(&customer);
    let answer = customer.run("user-sync").await?;
    for id in leavers {
        assert!(is_active(&customer, id)?, "{id}: {answer}");
    }
    let title = customer
        .user_of(changed)
        .and_then(|user| user.custom("Job Title").cloned());
    assert_eq!(title, Some(Value::from("Last One Standing")), "{answer}");
    assert_eq!((writes(&customer), count(&answer, "held")), (before + 1, 8), "{answer}");
    let named: Vec<_> = leavers.iter().map(String::as_str).collect();
    let mail = customer.newest_mail().await?;
    assert_says(&mail, &named);
    assert_says(&mail, &["accounts wait for your decision"]);
    Ok(())
}

pub(crate) async fn a_vanished_record_is_asked_for_once_and_its_account_is_deactivated(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("vanished").await?;
    customer.run("user-sync").await?;
    let id = &at_work(&customer)[0];
    customer.hris().remove(id);
    let answer = customer.run("user-sync").await?;
    assert!(!is_active(&customer, id)?, "{answer}");
    customer.run("user-sync").await?;
    let journal = customer.hris().journal();
    assert_eq!(journal.count(&Method::GET, "/employees/{employeeId}"), 1, "{answer}");
    Ok(())
}

pub(crate) async fn three_vanished_records_are_held_and_named(world: World) -> Result<(), Failed> {
    let customer = world.customer("three-vanished").await?;
    customer.run("user-sync").await?;
    let before = writes(&customer);
    let people = at_work(&customer);
    for id in &people[..3] {
        customer.hris().remove(id);
    }
    let answer = customer.run("user-sync").await?;
    for id in &people[..3] {
        assert!(is_active(&customer, id)?, "{id}: {answer}");
    }
    assert_eq!((writes(&customer), count(&answer, "held")), (before, 3), "{answer}");
    assert_says(&customer.newest_mail().await?, &[&people[0], &people[1], &people[2]]);
    Ok(())
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
        .hris()
        .arm(Rule::new(gone).on(&Method::GET, "/employees").times(20));
    let answer = customer.call("user-sync").await?;
    assert!(answer.get("errorType").is_some(), "{answer}");
    assert_eq!((writes(&customer), customer.active_users().len()), before);
    Ok(())
}
