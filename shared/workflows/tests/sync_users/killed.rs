//! Runs that are killed at any moment, again and again: the next one plans what is left, and the end is the same.

use std::pin::pin;
use std::task::Poll;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::RunState;
use habitsync_domain::people::user::PortalUser;
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::user_sync::UserSyncSummary;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::customer::{Customer, portal_says};

/// A company with managers, a leaver, a swap in names, bad data, and somebody to be left out.
fn company() -> Vec<(String, Value)> {
    let staff = (0..24).map(|n| {
        let manager = if n == 0 {
            Value::Null
        } else {
            json!(format!("E{}", 100 + n / 3))
        };
        (
            format!("E{}", 100 + n),
            json!({"managerEmployeeId": manager, "jobTitle": format!("Title {}", n % 4)}),
        )
    });
    let odd = [
        ("E200".to_owned(), json!({"workEmail": "broken@"})),
        ("E201".to_owned(), json!({"location": "Fiji"})),
        ("E202".to_owned(), json!({"status": "Sabbatical"})),
    ];
    staff.chain(odd).collect()
}

/// What happens next: people leave, join, move, and a name passes on.
pub(crate) fn news(customer: &Customer) {
    for n in [3, 7] {
        customer.employ(
            &format!("E{}", 100 + n),
            &json!({"status": "Terminated", "workEmail": null}),
        );
    }
    customer.employ("E300", &json!({"workEmail": "e103@acme.com.au", "lastName": "New"}));
    customer.employ("E105", &json!({"workEmail": "renamed@acme.com.au"}));
    customer.employ("E301", &json!({"workEmail": "e105@acme.com.au", "lastName": "Newer"}));
    for n in 10..20 {
        customer.employ(
            &format!("E{}", 100 + n),
            &json!({"jobTitle": "Lead", "managerEmployeeId": "E100"}),
        );
    }
}

pub(crate) fn customer() -> Customer {
    let people = company();
    let people: Vec<_> = people
        .iter()
        .map(|(id, record)| (id.as_str(), record.clone()))
        .collect();
    Customer::with_people(&people)
}

impl Customer {
    /// Starts a run and drops it after so many steps, as a crash does; what was written stays, the lease too.
    pub(crate) fn run_killed_after(&self, steps: usize) -> bool {
        match self.poll_run(steps) {
            Poll::Ready(outcome) => {
                outcome.expect("ends well");
                false
            }
            Poll::Pending => true,
        }
    }

    /// The same, and how the run ended if it came to its end.
    pub(crate) fn poll_run(&self, steps: usize) -> Poll<Result<RunOutcome<UserSyncSummary>, JobFailure>> {
        let mut run = pin!(self.run_asked_for());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..steps {
            if let Poll::Ready(outcome) = run.as_mut().poll(&mut context) {
                return Poll::Ready(outcome);
            }
        }
        Poll::Pending
    }

    pub(crate) fn accounts(&self) -> Vec<PortalUser> {
        let mut users = self.portal.users.lock().clone();
        users.sort_by_key(|user| user.user_name.key());
        users
    }
}

/// Kills runs after these many steps, then lets one finish; how many runs were killed.
async fn with_kills(customer: &Customer, kills: &[usize]) -> usize {
    let mut killed = 0;
    for steps in kills {
        if customer.run_killed_after(*steps) {
            killed += 1;
            customer.clock.advance(SignedDuration::from_mins(15));
        }
    }
    for _ in 0..4 {
        if matches!(customer.run().await, Ok(RunOutcome::Finished(_))) {
            return killed;
        }
        customer.clock.advance(SignedDuration::from_mins(1));
    }
    panic!("a run without kills does not come to its end")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_run_killed_anywhere_and_often_ends_where_an_uninterrupted_one_does(
        first in proptest::collection::vec(1..180_usize, 0..6),
        second in proptest::collection::vec(1..180_usize, 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (calm, stormy) = (customer(), customer());
            calm.finish().await;
            let mut kills = with_kills(&stormy, &first).await;
            prop_assert_eq!(stormy.accounts(), calm.accounts());
            news(&calm);
            news(&stormy);
            calm.finish().await;
            kills += with_kills(&stormy, &second).await;
            prop_assert_eq!(stormy.accounts(), calm.accounts());
            for customer in [&calm, &stormy] {
                customer.clock.advance(SignedDuration::from_hours(24));
            }
            let (calm_end, stormy_end) = (calm.finish().await, stormy.finish().await);
            prop_assert_eq!(stormy_end.problems, calm_end.problems, "nobody is left in a state that needs somebody");
            let (calm_writes, stormy_writes) = (calm.writes(), stormy.writes());
            prop_assert!(stormy_writes <= calm_writes + kills, "{stormy_writes} writes instead of {calm_writes}, {kills} kills");
            let open = stormy.table.state().runs.values().filter(|run| matches!(run.record.state, RunState::Unfinished { .. })).count();
            prop_assert_eq!(open, 0);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_lease_that_a_crash_left_behind_ends_with_the_invocation_that_had_it() {
    let customer = customer();
    assert!(customer.run_killed_after(30));
    assert!(matches!(customer.run().await, Ok(RunOutcome::AlreadyRunning { .. })));
    customer.clock.advance(SignedDuration::from_mins(14));
    customer.finish().await;
}

#[tokio::test]
async fn slices_that_get_nowhere_are_counted_and_the_first_that_does_ends_the_count() {
    let customer = customer();
    for expected in 1..=3 {
        let no_time = portal_says(VendorFailureKind::NoTimeLeft);
        customer.portal.faults.arm(Call::CreateUser, Fault::Before(no_time));
        assert!(matches!(customer.run().await, Ok(RunOutcome::Unfinished(_))));
        assert_eq!(customer.table.job(Job::UserSync).stalled_slices, expected);
    }
    customer.finish().await;
    assert_eq!(customer.table.job(Job::UserSync).stalled_slices, 0);
}

#[tokio::test]
async fn a_customer_who_is_paused_has_nothing_left_to_be_carried_on() {
    let mut customer = customer();
    let no_time = portal_says(VendorFailureKind::NoTimeLeft);
    customer.portal.faults.arm(Call::CreateUser, Fault::Before(no_time));
    assert!(matches!(customer.run().await, Ok(RunOutcome::Unfinished(_))));
    let source = include_str!("../../../domain/src/configuration/acme.toml");
    customer.configuration = source
        .replace("status = \"live\"", "status = \"paused\"")
        .parse()
        .expect("valid");
    assert_eq!(customer.run().await, Ok(RunOutcome::Paused));
    let waiting = customer
        .table
        .state()
        .runs
        .values()
        .filter(|run| run.due_at.is_some())
        .count();
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn slices_that_crash_before_they_do_anything_are_counted_and_one_that_does_something_is_not() {
    let customer = customer();
    for expected in 1..=4 {
        assert!(customer.run_killed_after(8));
        assert_eq!(customer.table.job(Job::UserSync).stalled_slices, expected);
        customer.clock.advance(SignedDuration::from_mins(15));
    }
    assert!(customer.run_killed_after(60));
    assert!(!customer.active_users().is_empty(), "it had begun to write");
    assert_eq!(customer.table.job(Job::UserSync).stalled_slices, 0);
}
