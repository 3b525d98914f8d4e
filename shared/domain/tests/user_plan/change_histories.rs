//! Random histories of runs and slices: no day has more creates than its limit, and an approval goes as it was shown.

use habitsync_domain::approvals::{ApprovalVerdict, ChangeKind, Grounds};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::link::Person;
use habitsync_domain::user_plan::{Action, Permission, UserPlan};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use crate::change_limits::{agreement, decided, done, hours, people};
use crate::fixture::{Case, everybody};

/// The events of one run of a history.
#[derive(Debug, Clone)]
struct Run {
    hours: i64,
    joined: usize,
    leads: usize,
    slice: usize,
    approve: bool,
    agree: u64,
}

fn run() -> impl Strategy<Value = Run> {
    let approve = prop::bool::weighted(0.2);
    let agree = prop_oneof![4 => Just(0_u64), 1 => 1..12_u64];
    (0..16_i64, 0..7_usize, 0..9_usize, 0..14_usize, approve, agree).prop_map(
        |(hours, joined, leads, slice, approve, agree)| Run {
            hours,
            joined,
            leads,
            slice,
            approve,
            agree,
        },
    )
}

/// Creates that no operator approved or agreed to, each with its time.
#[derive(Default)]
struct Journal(Vec<(Timestamp, EmployeeId)>);

impl Journal {
    /// Whether the creates of the day up to `now` are within the limit of the accounts that were there besides.
    fn must_be_within_limit(&self, people: &[Person], now: Timestamp) {
        let since = now - SignedDuration::from_hours(24);
        let today: Vec<_> = self.0.iter().filter(|(at, _)| *at > since).map(|(_, id)| id).collect();
        let managed = people
            .iter()
            .filter(|person| person.active && !today.contains(&&person.employee_id));
        let allowed = (managed.count() / 10).max(4);
        assert!(today.len() <= allowed, "{} creates, {allowed} allowed", today.len());
    }
}

fn limited() -> Case {
    let limits = [
        (
            "created = { count = 20, percent = 10 }",
            "created = { count = 4, percent = 10 }",
        ),
        (
            "updated = { count = 50, percent = 30 }",
            "updated = { count = 3, percent = 5 }",
        ),
    ];
    Case {
        agreed: None,
        ..Case::in_step(&everybody(&limits), &people(60, &json!({})))
    }
}

/// Every employee of the plan's changes is done, held or planned, in one of them only.
fn must_add_up(plan: &UserPlan) {
    for kind in ChangeKind::ALL {
        let of_kind = |action: &&Action| action.change_kind() == Some(kind);
        let free = |action: &&Action| !matches!(action.permission, Permission::Approved);
        let goes = plan.actions.iter().filter(of_kind).filter(free).count();
        let (held, undecided) = (plan.held_of(kind), *plan.undecided.get(kind));
        assert!(goes == 0 || held == 0, "{kind:?}: {goes} go and {held} are held");
        assert_eq!(goes + held, undecided, "{kind:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_history_of_runs_and_slices_creates_more_in_a_day_than_the_limit(
        history in prop::collection::vec(run(), 1..24)
    ) {
        let mut case = limited();
        let mut journal = Journal::default();
        for run in history {
            case.now = hours(&case, run.hours);
            let count = case.employees.len() + run.joined;
            case.employees = people(count, &json!({}));
            case.employees[..run.leads].clone_from_slice(&people(run.leads, &json!({"jobTitle": "Lead"})));
            if run.agree > 0 {
                case.version += 1;
                case.agreed = Some(agreement(&case, run.agree));
            }
            let plan = case.plan();
            must_add_up(&plan);
            if run.approve {
                approve(&mut case, &plan);
            }
            let plan = case.plan();
            let slice = &plan.actions[..run.slice.min(plan.actions.len())];
            for action in slice.iter().filter(|action| action.change_kind() == Some(ChangeKind::Created)) {
                if action.permission == Permission::WithinLimit {
                    journal.0.push((case.now, action.employee_id.clone()));
                }
            }
            case.people = done(&case.people, slice, case.now);
            journal.must_be_within_limit(&case.people, case.now);
            case.decisions.retain(|decision| !plan.decisions_over.contains(decision));
        }
    }
}

/// Approves what the plan holds: the next plan makes exactly that, beside what went through anyway.
fn approve(case: &mut Case, plan: &UserPlan) {
    let held: Vec<_> = plan
        .held
        .iter()
        .map(|held| (&held.action.employee_id, &held.evidence))
        .collect();
    let new = decided(case, plan, ApprovalVerdict::Approved);
    case.decisions
        .retain(|decision| new.iter().all(|new| new.employee_id != decision.employee_id));
    case.decisions.extend(new);
    let next = case.plan();
    let is_approved = |action: &&Action| action.permission == Permission::Approved;
    let approved: Vec<_> = next.actions.iter().filter(is_approved).collect();
    for (id, evidence) in held {
        let goes = approved
            .iter()
            .find(|action| action.employee_id == *id)
            .and_then(|action| action.grounds());
        assert_eq!(goes.as_ref(), Some(evidence), "what was approved is what goes");
    }
    assert!(
        next.held
            .iter()
            .all(|held| matches!(held.evidence, Grounds::Deactivation(_)))
    );
}
