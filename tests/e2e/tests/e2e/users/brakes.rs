//! Change limits: a read that looks like a fault deactivates no account, alerts the operators, and delays no other
//! employee.

use habitsync_local::Mail;
use habitsync_local::customer::today;
use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use libtest_mimic::Failed;
use serde_json::Value;

use super::holds::held_plan;
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

pub(crate) async fn sixty_who_left_go_and_three_who_vanished_are_held_and_told(world: World) -> Result<(), Failed> {
    let customer = world
        .customer_like("sixty-and-three", |mut example| {
            example.blueprint = example.blueprint.people(400);
            example
        })
        .await?;
    customer.run("user-sync").await?;
    let people = at_work(&customer);
    let (leavers, vanished) = (people.get(..60).ok_or("too few")?, people.get(60..63).ok_or("too few")?);
    for id in leavers {
        customer.hris().terminate(id, today().yesterday()?);
    }
    for id in vanished {
        customer.hris().remove(id);
    }
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        (count(&answer, "deactivated"), count(&answer, "held")),
        (60, 3),
        "{answer}"
    );
    for id in leavers {
        assert!(!is_active(&customer, id)?, "{id} has left");
    }
    for id in vanished {
        assert!(is_active(&customer, id)?, "{id} is held");
    }
    assert_says(
        &customer.newest_mail().await?,
        &[&vanished[0], &vanished[1], &vanished[2]],
    );
    let told = the_only(about_changes(customer.mails_to_operator().await?))?;
    let plan = held_plan(&customer).await?;
    assert_says(&told, &["3 deactivations", "2 go unasked", &plan, "--yes-deactivate 3"]);
    Ok(())
}

pub(crate) async fn a_list_that_shrank_removes_nobody_and_everybody_else_is_served(world: World) -> Result<(), Failed> {
    let customer = world.customer("shrunk").await?;
    customer.run("user-sync").await?;
    let people = at_work(&customer);
    let listed = customer.hris().employees().len();
    for id in people.get(..listed / 4 + 1).ok_or("too few people")? {
        customer.hris().remove(id);
    }
    let (leaver, changed) = (&people[people.len() - 1], &people[people.len() - 2]);
    customer.hris().terminate(leaver, today().yesterday()?);
    customer
        .hris()
        .change(changed, |employee| employee.job_title = Some("Keeper".to_owned()));
    let before = customer.active_users().len();
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        (count(&answer, "deactivated"), customer.active_users().len()),
        (0, before),
        "{answer}"
    );
    let title = customer
        .user_of(changed)
        .and_then(|user| user.custom("Job Title").cloned());
    assert_eq!(title, Some(Value::from("Keeper")), "{answer}");
    let told = the_only(about_changes(customer.mails_to_operator().await?))?;
    assert_says(
        &told,
        &[&format!(
            "EmployeeConnect listed {} people, {listed} before",
            listed - listed / 4 - 1
        )],
    );
    assert_says(
        &customer.newest_mail().await?,
        &["lists far fewer people than before", leaver],
    );
    Ok(())
}

pub(crate) async fn a_field_that_many_people_lose_is_held_and_told_and_the_rest_is_written(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("field-lost").await?;
    customer.run("user-sync").await?;
    let people = at_work(&customer);
    let lost = people.get(..8).ok_or("too few people")?;
    let location = |id: &str| customer.user_of(id).and_then(|user| user.custom("Location").cloned());
    let before: Vec<_> = lost.iter().map(|id| location(id)).collect();
    for id in lost {
        customer.hris().change(id, |employee| {
            employee.location = None;
            employee.job_title = Some("Nomad".to_owned());
        });
    }
    let answer = customer.run("user-sync").await?;
    let after: Vec<_> = lost.iter().map(|id| location(id)).collect();
    assert_eq!(after, before, "{answer}");
    for id in lost {
        let title = customer.user_of(id).and_then(|user| user.custom("Job Title").cloned());
        assert_eq!(title, Some(Value::from("Nomad")), "{id}: {answer}");
    }
    assert_eq!(count(&answer, "fields_held"), 1, "{answer}");
    assert_says(
        &customer.newest_mail().await?,
        &["Many people lost the same field at once", "location", "8 of "],
    );
    assert_says(
        &the_only(about_changes(customer.mails_to_operator().await?))?,
        &["X-Location", "8 of "],
    );
    Ok(())
}

pub(crate) async fn a_first_run_deactivates_nobody_however_many_have_left(world: World) -> Result<(), Failed> {
    let customer = world.customer("first-run").await?;
    for id in at_work(&customer).iter().take(10) {
        customer.hris().terminate(id, today().yesterday()?);
    }
    let before: Vec<_> = customer.active_users().into_iter().map(|user| user.user_name).collect();
    let answer = customer.run("user-sync").await?;
    let after: Vec<_> = customer.active_users().into_iter().map(|user| user.user_name).collect();
    assert!(before.iter().all(|name| after.contains(name)), "{answer}");
    assert_eq!(count(&answer, "deactivated"), 0, "{answer}");
    Ok(())
}

/// Returns the mails without the one about managers out of scope, which every customer's operators get once.
fn about_changes(mut mails: Vec<Mail>) -> Vec<Mail> {
    mails.retain(|mail| !mail.body_text.contains("manager_out_of_scope"));
    mails
}

fn the_only<T>(mut found: Vec<T>) -> Result<T, Failed> {
    let count = found.len();
    found
        .pop()
        .filter(|_| count == 1)
        .ok_or_else(|| format!("{count} of them").into())
}
