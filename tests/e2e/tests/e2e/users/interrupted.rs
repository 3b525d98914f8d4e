//! Runs that do not end as they began: killed half-way, or started twice.

use std::time::Duration;

use habitsync_domain::jobs::job::Job;
use habitsync_simulator_harness::{Fault, Method, Rule};
use libtest_mimic::Failed;

use super::{already_there, count, staff, writes};
use crate::World;
use crate::customer::Customer;
use crate::wait::until;

/// The lease of a run that was killed, and the watchdog's next look.
const RESUMED: Duration = Duration::from_secs(90);

/// One request at a time takes so long, so that there is a middle to be killed in.
const SLOW: Fault = Fault::Slow { milliseconds: 250 };

pub(crate) async fn a_run_that_is_killed_is_carried_on_without_anybody_calling_it_and_writes_at_most_one_thing_twice(
    world: World,
) -> Result<(), Failed> {
    let world = world.apart("interrupted").await?;
    let customer = world.customer("interrupted").await?;
    let slow = customer
        .portal()
        .arm(Rule::new(SLOW).on(&Method::POST, "/users").times(u32::MAX));
    let (answer, killed) = tokio::join!(customer.call("user-sync"), kill_half_way(&world, &customer));
    slow.disarm();
    let (answer, written) = (answer?, writes(&customer));
    assert!(
        customer.active_users().len() < staff(&customer).len(),
        "it was killed half-way"
    );
    habitsync_local::wait::until("the load to be resumed", RESUMED, async || {
        Ok::<_, Failed>((writes(&customer) > written).then_some(()))
    })
    .await?;
    assert_eq!((killed?, answer.get("errorType").is_some()), (1, true), "{answer}");
    finished(&customer).await?;
    let everybody = staff(&customer);
    for id in &everybody {
        assert!(customer.user_of(id).is_some_and(|user| user.active), "{id}");
    }
    let accounts = everybody.len() + already_there(&customer);
    assert_eq!(customer.portal().users().len(), accounts, "one account each");
    assert!(writes(&customer) <= everybody.len() + 1, "{} writes", writes(&customer));
    let before = writes(&customer);
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        (writes(&customer), count(&answer, "unchanged")),
        (before, everybody.len() as u64),
        "everybody is linked: {answer}"
    );
    Ok(())
}

/// Kills the only run of this stack once a third of the accounts are there.
async fn kill_half_way(world: &World, customer: &Customer) -> Result<usize, Failed> {
    let third = already_there(customer) + staff(customer).len() / 3;
    until("a third of the accounts", || {
        (customer.active_users().len() >= third).then_some(())
    })
    .await?;
    Ok(world.stack.crash("user-sync").await?)
}

async fn finished(customer: &Customer) -> Result<(), Failed> {
    habitsync_local::wait::until("the run's end", RESUMED, async || {
        let job = customer.job(Job::UserSync).await?;
        Ok(job.last_success_at.map(drop))
    })
    .await
}

pub(crate) async fn of_two_runs_at_once_one_does_the_work_and_the_other_says_so(world: World) -> Result<(), Failed> {
    let customer = world.customer("overlapping").await?;
    let slow = customer
        .portal()
        .arm(Rule::new(SLOW).on(&Method::POST, "/users").times(u32::MAX));
    let second = async {
        until("the first run to write", || (writes(&customer) > 0).then_some(())).await?;
        let answer = customer.run("user-sync").await;
        slow.disarm();
        answer
    };
    let (first, second) = tokio::join!(customer.run("user-sync"), second);
    let (first, second) = (first?, second?);
    assert_eq!(
        (first["outcome"].as_str(), second["outcome"].as_str()),
        (Some("finished"), Some("already_running")),
        "{first} {second}"
    );
    assert_eq!(writes(&customer), staff(&customer).len(), "{first}");
    Ok(())
}
