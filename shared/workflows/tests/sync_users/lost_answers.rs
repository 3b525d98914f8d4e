//! The answer of any one write of a run is lost for good: the caller learns of a failure, and the write was made. The next run
//! ends where a run without it does: no account twice, no change recorded twice, no mail twice.

use std::collections::BTreeMap;

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::RunState;
use habitsync_domain::people::user::PortalUser;
use habitsync_in_memory::service_failure;
use habitsync_workflows::jobs::outcome::RunOutcome;
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;

use crate::customer::{Customer, portal_says};
use crate::killed::{customer, news};

/// Which of the three that a run writes to loses an answer.
#[derive(Debug, Clone, Copy)]
enum Loses {
    Table,
    Portal,
}

/// What is left of a story.
#[derive(Debug, PartialEq)]
struct End {
    accounts: Vec<PortalUser>,
    people: usize,
    changes: BTreeMap<String, usize>,
    mails: usize,
    is_failing: bool,
    unfinished: usize,
    is_lease_free: bool,
}

impl Customer {
    /// The next run; what it meets is the next one's affair.
    async fn run_in_15_minutes(&self) -> bool {
        let outcome = self.run_asked_for().await;
        self.clock.advance(SignedDuration::from_mins(15));
        matches!(outcome, Ok(RunOutcome::Finished(_)))
    }

    fn end(&self) -> End {
        let state = self.table.state();
        let mut changes = BTreeMap::new();
        for change in &state.changes {
            let fields = serde_json::to_string(&change.fields).expect("is JSON");
            *changes.entry(format!("{} {fields}", change.employee_id)).or_default() += 1;
        }
        let is_unfinished = |run: &RunState| matches!(run, RunState::Unfinished { .. });
        End {
            accounts: self.accounts(),
            people: state.people.len(),
            changes,
            mails: self.mail.sent().len(),
            is_failing: state.jobs.get(&Job::UserSync).is_some_and(|job| job.failing.is_some()),
            unfinished: state
                .runs
                .values()
                .filter(|run| is_unfinished(&run.record.state))
                .count(),
            is_lease_free: state.leases.values().all(|lease| lease.held.is_none()),
        }
    }
}

/// The story in which the answer of the write after so many is lost; none where there are not so many writes.
async fn story(lost: Option<(Loses, usize)>) -> Option<End> {
    let customer = customer();
    customer.finish().await;
    news(&customer);
    match lost {
        Some((Loses::Table, after)) => customer.table.faults.lose_answer_after(after, service_failure()),
        Some((Loses::Portal, after)) => {
            let no_answer = portal_says(VendorFailureKind::Unavailable {
                may_have_happened: true,
            });
            customer.portal.faults.lose_answer_after(after, no_answer);
        }
        None => {}
    }
    customer.run_in_15_minutes().await;
    if lost.is_some() && !(customer.table.faults.has_lost_answer() && customer.portal.faults.has_lost_answer()) {
        return None;
    }
    assert!(
        customer.run_in_15_minutes().await,
        "{lost:?}: the next run does not finish"
    );
    assert!(
        customer.run_in_15_minutes().await,
        "{lost:?}: the run after it does not finish"
    );
    Some(customer.end())
}

async fn every_write(loses: Loses) {
    let calm = story(None).await.expect("no answer is lost");
    let mut met = 0;
    while let Some(end) = story(Some((loses, met))).await {
        assert_eq!(end, calm, "{loses:?}, write {met}");
        met += 1;
    }
    assert!(met > 10, "{met} writes");
}

#[tokio::test]
async fn a_run_whose_table_loses_any_one_answer_ends_where_another_does() {
    every_write(Loses::Table).await;
}

#[tokio::test]
async fn a_run_whose_portal_loses_any_one_answer_ends_where_another_does() {
    every_write(Loses::Portal).await;
}
