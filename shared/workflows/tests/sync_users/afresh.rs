//! What a draft's run, or one under another version, remembers does not change the run that comes after it; and what was refused
//! is tried again at once where an operator asks for it.

use habitsync_domain::configuration::Status;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::people::user::{FieldName, PortalUser, UserFields};
use habitsync_domain::user_plan::NextAction;
use habitsync_in_memory::{Call, Fault, Refuses};
use habitsync_workflows::jobs::outcome::RunOutcome;
use habitsync_workflows::one_employee::{DraftRule, OnePerson, look_at_person, look_at_person_afresh, sync_person};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::user_sync::{InForce, UserSyncSummary};
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, customer_of, portal_says};

const LOCATION: &str = "X-Location";

/// An account that an administrator made in the portal, with this employee's e-mail address for its name.
fn made_by_hand(id: &str) -> PortalUser {
    let address = format!("{id}@acme.com.au").to_lowercase();
    PortalUser {
        user_name: address.parse().expect("a user name"),
        active: true,
        fields: UserFields([(FieldName::email(), address)].into()),
    }
}

fn finished<E: std::fmt::Debug>(outcome: Result<RunOutcome<UserSyncSummary>, E>) -> UserSyncSummary {
    match outcome {
        Ok(RunOutcome::Finished(summary)) => summary,
        other => panic!("did not finish: {other:?}"),
    }
}

/// A customer one of whose employees has a location that the portal refuses.
async fn refused_location() -> Customer {
    let customer = customer_of(9);
    customer.employ("E1000", &json!({"location": "Mars"}));
    let refuses = Refuses::Value(LOCATION, "Mars".to_owned());
    customer.portal.refuses.lock().push(refuses);
    assert_eq!(customer.finish().await.problems.len(), 1);
    customer
}

#[tokio::test]
async fn draft_then_live_on_one_day_adopts_the_accounts_that_are_there() {
    for applied_again in [true, false] {
        let mut customer = customer_of(12);
        customer.configuration.status = Status::Draft;
        customer.finish().await;
        // A rehearsal links one employee, so that the next run is not the first one with links.
        rehearse(&customer, "E1000").await;
        customer.finish().await;
        let others = (1..12).map(|n| made_by_hand(&format!("E{}", 1000 + n)));
        customer.portal.users.lock().extend(others);
        customer.configuration.status = Status::Live;
        customer.version += u64::from(applied_again);
        let live = customer.finish().await;
        assert_eq!((live.verified, live.written.created, live.written.failed), (true, 0, 0));
        assert_eq!(
            customer.portal.faults.count(Call::CreateUser),
            1,
            "that of the rehearsal"
        );
    }
}

async fn rehearse(customer: &Customer, id: &str) {
    let one = one(customer);
    let in_force = InForce::version(customer.version, &customer.configuration);
    let seen = look_at_person(&one, in_force, id, &()).await.expect("is there");
    let synced = sync_person(&one, in_force, &seen, DraftRule::Write, &()).await;
    assert!(synced.expect("is written").done);
}

fn one(
    customer: &Customer,
) -> OnePerson<
    '_,
    habitsync_in_memory::Hris,
    habitsync_in_memory::Portal,
    habitsync_in_memory::Table,
    habitsync_in_memory::ManualClock,
> {
    OnePerson {
        employee_connect: &customer.hris,
        tribal_habits: &customer.portal,
        store: &customer.table,
        clock: &customer.clock,
    }
}

#[tokio::test]
async fn a_drafts_runs_leave_no_mark_that_a_live_run_goes_by() {
    let mut customer = customer_of(12);
    customer.configuration.status = Status::Draft;
    customer.finish().await;
    let state = customer.table.job(Job::UserSync);
    assert_eq!(
        (state.last_verified_on, state.last_good_read, state.held_plan),
        (None, None, None)
    );
    assert_eq!(state.last_complete_began_at, None);
    assert!(customer.mail.sent().is_empty() && customer.table.state().parked.is_empty());
    let down = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
    for _ in 0..3 {
        customer.clock.advance(SignedDuration::from_hours(25));
        customer
            .portal
            .faults
            .arm(Call::ListUsers, Fault::Before(portal_says(down.clone())));
        customer.run().await.expect_err("the portal is down");
    }
    customer.configuration.status = Status::Live;
    assert_eq!(
        customer.finish().await.written.created,
        12,
        "the draft's back-off is the draft's"
    );
}

#[tokio::test]
async fn another_version_reads_the_portal_again_and_once() {
    let mut customer = customer_of(3);
    customer.finish().await;
    assert!(!customer.finish().await.verified);
    customer.version += 1;
    assert!(customer.preview().await.problems.is_empty());
    let reads = customer.portal.faults.count(Call::ListUsers);
    // The first run under it fails before it comes so far.
    customer.hris.employees.lock().clear();
    customer.run().await.expect_err("no employees");
    for n in 0..3 {
        customer.employ(&format!("E{}", 1000 + n), &json!({}));
    }
    customer.clock.advance(SignedDuration::from_hours(1));
    assert!(customer.finish().await.verified);
    assert!(!customer.finish().await.verified);
    assert_eq!(customer.portal.faults.count(Call::ListUsers), reads + 1);
}

#[tokio::test]
async fn a_run_that_is_asked_for_tries_rejected_writes_again_at_once() {
    let customer = refused_location().await;
    let writes = customer.writes();
    let refused = finished(customer.run_asked_for().await);
    assert_eq!(
        (customer.writes(), refused.problems.len()),
        (writes, 1),
        "asked for in the same moment"
    );
    customer.clock.advance(SignedDuration::from_mins(5));
    customer.finish().await;
    assert_eq!(customer.writes(), writes, "it rests");
    customer.portal.refuses.lock().clear();
    let mended = finished(customer.run_asked_for().await);
    assert_eq!(
        (customer.writes(), mended.written.changed, mended.problems),
        (writes + 1, 1, vec![])
    );
    assert!(mended.verified, "it looks at everything");
}

#[tokio::test]
async fn another_version_and_a_changed_record_try_rejected_writes_again_at_once() {
    let mut customer = refused_location().await;
    customer.clock.advance(SignedDuration::from_mins(5));
    let writes = customer.writes();
    customer.version += 1;
    assert_eq!(customer.finish().await.problems.len(), 1);
    assert_eq!(customer.writes(), writes + 1, "once");
    customer.finish().await;
    assert_eq!(customer.writes(), writes + 1);
    customer.employ("E1000", &json!({"location": "Perth"}));
    assert_eq!(customer.finish().await.problems, []);
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_when_a_run_is_asked_for() {
    let customer = refused_location().await;
    customer.clock.advance(SignedDuration::from_hours(28 * 24));
    customer.finish().await;
    customer.portal.refuses.lock().clear();
    customer.clock.advance(SignedDuration::from_hours(30 * 24));
    assert_eq!(customer.finish().await.written.changed, 0, "it is given up");
    assert_eq!(finished(customer.run_asked_for().await).written.changed, 1);
}

#[tokio::test]
async fn a_sync_of_one_employee_tries_their_rejected_write_again_and_explaining_them_does_not() {
    let customer = refused_location().await;
    customer.portal.refuses.lock().clear();
    customer.clock.advance(SignedDuration::from_mins(5));
    let (one, in_force) = (one(&customer), InForce::version(1, &customer.configuration));
    let explained = look_at_person(&one, in_force, "E1000", &()).await.expect("is there");
    assert!(matches!(explained.plan.next(), NextAction::Nothing));
    let [problem] = explained.plan.plan.problems.as_slice() else {
        panic!("it backs off: {:?}", explained.plan.plan.problems)
    };
    assert!(matches!(problem.cause, Cause::RefusedField { .. }));
    let seen = look_at_person_afresh(&one, in_force, "E1000", &())
        .await
        .expect("is there");
    let synced = sync_person(&one, in_force, &seen, DraftRule::LeaveAlone, &())
        .await
        .expect("is written");
    assert!(synced.done && synced.problems.is_empty());
    assert!(customer.table.state().parked.is_empty());
}
