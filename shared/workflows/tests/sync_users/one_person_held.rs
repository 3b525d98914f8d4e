//! What keeps one person from being synced by themselves: holds, limits, a run that goes on, a customer who is no customer yet.

use habitsync_domain::approvals::{ApprovalVerdict, HoldReason};
use habitsync_domain::configuration::Status;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease;
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::{NextAction, Step};
use habitsync_workflows::jobs::outcome::RunOutcome;
use habitsync_workflows::one_employee::{DraftRule, PersonFailure, Unknown};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::runs::HoldLease;
use habitsync_workflows::user_sync::approvals::{Deciding, decide_hold};
use serde_json::json;

use crate::customer::{Customer, customer_of};
use crate::one_person::{id, ten};

#[tokio::test]
async fn a_removal_that_is_held_stays_held_until_somebody_decides() {
    let customer = customer_of(30);
    customer.finish().await;
    let leaver = json!({"status": "Terminated"});
    for n in 0..8 {
        customer.employ(&format!("E{}", 1000 + n), &leaver);
    }
    // Before a run has seen how many go, one of them is within the limits.
    let before = customer.look("E1000").await;
    assert!(matches!(before.plan.next(), NextAction::Act(Step::Deactivate { .. })));
    assert_eq!(before.unknown, [Unknown::OtherRemovals]);
    customer.finish().await;
    let held = customer.look("E1000").await;
    let NextAction::Held(removal) = held.plan.next() else {
        panic!("is held: {held:?}")
    };
    assert_eq!(removal.evidence, Evidence::Terminated.into());
    assert!(matches!(removal.hold_reason, HoldReason::OverLimit { planned: 8, .. }));
    let writes = customer.writes();
    customer
        .sync_shown(&held, DraftRule::LeaveAlone)
        .await
        .expect("nothing is done");
    assert_eq!(customer.writes(), writes);
    let plan = held.held.expect("a plan").id;
    let deciding = Deciding {
        plan: &plan,
        verdict: ApprovalVerdict::Approved,
        only: &[],
        actor: "ana",
    };
    decide_hold(&customer.table, &customer.clock, &deciding)
        .await
        .expect("it is held");
    let synced = customer.sync_one("E1000").await;
    assert!(synced.done && !customer.user("e1000@acme.com.au").expect("is there").active);
    assert_eq!(customer.writes(), writes + 1);
}

#[tokio::test]
async fn those_who_went_alone_today_count_towards_the_limit() {
    let customer = customer_of(30);
    customer.finish().await;
    for n in 0..8 {
        customer.employ(&format!("E{}", 1000 + n), &json!({"status": "Terminated"}));
    }
    let mut went = 0;
    for n in 0..8 {
        let who = format!("E{}", 1000 + n);
        let shown = customer.look(&who).await;
        let held = matches!(shown.plan.next(), NextAction::Held(_));
        went += usize::from(!held);
        customer
            .sync_shown(&shown, DraftRule::LeaveAlone)
            .await
            .expect("no run goes on");
    }
    assert_eq!(went, 6, "a fifth of thirty, and no more");
    assert_eq!(customer.active_users().len(), 24);
}

#[tokio::test]
async fn a_removal_that_would_be_one_of_many_is_not_mistaken_for_a_shrunken_read() {
    let customer = customer_of(200);
    customer.finish().await;
    customer.employ("E1000", &json!({"status": "Terminated"}));
    let seen = customer.look("E1000").await;
    assert!(
        matches!(seen.plan.next(), NextAction::Act(Step::Deactivate { .. })),
        "{seen:?}"
    );
}

#[tokio::test]
async fn while_a_run_goes_on_nothing_is_done_and_no_run_begins_meanwhile() {
    let customer = ten().await;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    let shown = customer.look("E1").await;
    let (now, writes) = (customer.clock.now(), customer.writes());
    let until = lease::end(now);
    let another = customer.table.of_process(2);
    let lease = another.acquire_lease(Job::UserSync, "a run", now).await;
    lease.expect("the table answers");
    let refused = customer.sync_shown(&shown, DraftRule::LeaveAlone).await;
    assert_eq!(refused, Err(PersonFailure::Running { until }));
    assert_eq!(customer.writes(), writes);
    customer.table.state().leases.clear();
    let (both, run) = tokio::join!(customer.sync_shown(&shown, DraftRule::LeaveAlone), customer.run());
    assert!(both.expect("is done").done);
    assert!(matches!(run, Ok(RunOutcome::AlreadyRunning { .. })), "{run:?}");
}

#[tokio::test]
async fn what_is_not_what_was_shown_any_more_is_not_done() {
    let customer = ten().await;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    let shown = customer.look("E1").await;
    customer.employ("E1", &json!({"status": "Terminated"}));
    let writes = customer.writes();
    let moved = customer.sync_shown(&shown, DraftRule::LeaveAlone).await;
    assert_eq!(moved, Err(PersonFailure::Moved));
    assert_eq!(customer.writes(), writes);
    assert!(customer.is_lease_free());
}

#[tokio::test]
async fn a_draft_is_written_only_where_that_is_said_and_a_paused_customer_never() {
    let mut customer = Customer::with_people(&[("E1", json!({}))]);
    customer.configuration.status = Status::Draft;
    let shown = customer.look("E1").await;
    let refused = customer.sync_shown(&shown, DraftRule::LeaveAlone).await;
    assert_eq!((refused, customer.writes()), (Err(PersonFailure::Draft), 0));
    assert!(
        customer
            .sync_shown(&shown, DraftRule::Write)
            .await
            .expect("is done")
            .done
    );
    assert_eq!(customer.active_users(), ["e1@acme.com.au"]);
    customer.configuration.status = Status::Paused;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    let shown = customer.look("E1").await;
    let refused = customer.sync_shown(&shown, DraftRule::Write).await;
    assert_eq!((refused, customer.writes()), (Err(PersonFailure::Paused), 1));
}

#[tokio::test]
async fn an_email_that_somebody_elses_account_has_under_another_name_is_found_among_the_links() {
    let by_id = [("user_name = \"employee.workEmail\"", "user_name = \"employee.userId\"")];
    let people = [("E1", json!({"userId": "one"})), ("E2", json!({"userId": "two"}))];
    let customer = Customer::configured(&by_id, &people);
    customer.finish().await;
    customer.employ("E77", &json!({"userId": "seventy", "workEmail": "e2@acme.com.au"}));
    let seen = customer.look("E77").await;
    let NextAction::SetAside(problem) = seen.plan.next() else {
        panic!("is set aside: {seen:?}")
    };
    assert!(
        matches!(&problem.cause, Cause::Disputed { with, .. } if *with == [id("E2")]),
        "{:?}",
        problem.cause
    );
}
