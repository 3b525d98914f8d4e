//! Describes the next run's action for an employee.

use habitsync_domain::approvals::{ChangeKind, PendingManager};
use habitsync_domain::configuration::Status;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::onboarding::explanation::{EligibilityVerdict, Explanation};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::{LostSource, NextAction, PersonPlan, Step};
use habitsync_workflows::one_employee::SeenPerson;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::terminal::{local, printable};

/// The next run's action as one term; a promise to programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Will {
    Create,
    Adopt,
    Note,
    Change,
    Reactivate,
    Deactivate,
    GiveUp,
    Nothing,
    Held,
    Kept,
    Waits,
    Suspended,
    SetAside,
}

impl Will {
    pub(super) fn new(plan: &PersonPlan) -> Self {
        use habitsync_domain::user_plan::ActionKind;
        match plan.next() {
            NextAction::Act(step) => match step.action_kind() {
                ActionKind::Create => Self::Create,
                ActionKind::Adopt => Self::Adopt,
                ActionKind::Note => Self::Note,
                ActionKind::Change => Self::Change,
                ActionKind::Reactivate => Self::Reactivate,
                ActionKind::Deactivate => Self::Deactivate,
                ActionKind::GiveUp => Self::GiveUp,
            },
            NextAction::Held(_) => Self::Held,
            NextAction::Kept => Self::Kept,
            NextAction::Waits(_) => Self::Waits,
            NextAction::Suspended(_) => Self::Suspended,
            NextAction::SetAside(_) => Self::SetAside,
            NextAction::Nothing => Self::Nothing,
        }
    }
}

/// Describes the next run's action and its reason; `explanation` is none where there is no record.
pub(super) fn in_words(seen: &SeenPerson, explanation: Option<&Explanation>, zone: &TimeZone) -> String {
    let next = next_in_words(seen, explanation, zone);
    let kept = seen.plan.plan.kept.iter();
    let kept = kept.map(|action| printable(&action.kept_in_words()));
    let next = Some(next).filter(|next| !next.is_empty());
    next.into_iter().chain(kept).collect::<Vec<_>>().join("; ")
}

fn next_in_words(seen: &SeenPerson, explanation: Option<&Explanation>, zone: &TimeZone) -> String {
    match seen.plan.next() {
        NextAction::Act(step) => act(step, &reasons(&seen.plan)),
        NextAction::Held(held) => format!(
            "the {} is held ({}): {}",
            held.evidence.change().map_or("deactivation", ChangeKind::noun),
            held.evidence.reason(),
            held.waits_with
                .as_ref()
                .map_or_else(|| held.hold_reason.reason(), PendingManager::in_words)
        ),
        // A later section lists rejected writes, in every case.
        NextAction::Kept => String::new(),
        NextAction::Suspended(lost) => suspended(lost),
        NextAction::Waits(people) => format!(
            "nothing until the account of {} has given up the user name or e-mail; a run of everybody sees to it in order",
            joined(people)
        ),
        NextAction::SetAside(problem) => format!("nothing until this is mended: {}", problem.cause.in_words()),
        NextAction::Nothing => nothing(seen, explanation, zone),
    }
}

fn act(step: &Step, reasons: &str) -> String {
    match step {
        Step::Create(user) => format!("creates the account {} ({reasons})", user.user_name.as_str()),
        Step::Remember { stored: None, seen } => {
            format!(
                "takes the account {} over as it is; nothing is written to it",
                seen.user_name.as_str()
            )
        }
        Step::Remember { .. } => "notes what was changed in Tribal Habits; nothing is written to it".to_owned(),
        Step::Change { change, .. } if change.active == Some(true) => format!("reactivates the account ({reasons})"),
        Step::Change { .. } => format!("changes the account ({reasons})"),
        Step::Deactivate { .. } => format!("deactivates the account: {reasons}"),
        Step::GiveUp { .. } => format!("gives a name up ({reasons})"),
    }
}

fn suspended(lost: &[LostSource]) -> String {
    let lost = lost.iter().map(|lost| {
        format!(
            "{} is empty, or of another kind, for {} of {} employees since the last run: {}",
            printable(&lost.field),
            lost.lost,
            lost.had,
            lost.effect()
        )
    });
    format!("nothing for now: {}", lost.collect::<Vec<_>>().join("; "))
}

fn reasons(plan: &PersonPlan) -> String {
    let reasons: Vec<_> = plan.plan.actions.iter().map(|action| action.reason.as_str()).collect();
    reasons.join("; ")
}

fn nothing(seen: &SeenPerson, explanation: Option<&Explanation>, zone: &TimeZone) -> String {
    let is_active = seen.link.as_ref().map(|link| link.active);
    let account = match is_active {
        Some(true) => "the account is left as it is",
        Some(false) => "the account is deactivated already",
        None => "there is no account",
    };
    match explanation.map(|explanation| &explanation.verdict) {
        None => format!("nothing: {account}"),
        Some(EligibilityVerdict::InScope) if seen.parked.is_some() => {
            "nothing: what is left to be written was refused, and rests".to_owned()
        }
        Some(EligibilityVerdict::InScope) if is_active == Some(true) && !seen.plan.plan.problems.is_empty() => {
            format!(
                "nothing: the account is as it should be except that {}",
                open_problems(&seen.plan)
            )
        }
        Some(EligibilityVerdict::InScope) if is_active == Some(true) => {
            "nothing: the account is as it should be".to_owned()
        }
        Some(EligibilityVerdict::StartsLater) => {
            let from = explanation.and_then(|explanation| explanation.employment.account_from);
            let from = from.map(|from| format!(" before {from}")).unwrap_or_default();
            format!("nothing{from}: they start later")
        }
        Some(EligibilityVerdict::Left { .. }) => {
            format!("nothing: they have left, and {account}{}", removed(seen, zone))
        }
        Some(EligibilityVerdict::OutOfScope) => format!("nothing: the filter does not admit them, and {account}"),
        Some(EligibilityVerdict::Protected) => "nothing: the account is protected".to_owned(),
        Some(EligibilityVerdict::Undecided { problem }) => {
            format!("nothing until this is mended: {}", problem.cause.in_words())
        }
        Some(EligibilityVerdict::InScope) => {
            format!("nothing: the configuration switches such writes off, and {account}")
        }
    }
}

/// Describes the problems of single fields.
fn open_problems(plan: &PersonPlan) -> String {
    let problems = plan.plan.problems.iter();
    let problems: Vec<_> = problems.map(|problem| printable(&problem.cause.in_words())).collect();
    problems.join("; ")
}

fn removed(seen: &SeenPerson, zone: &TimeZone) -> String {
    let removed = seen.link.as_ref().and_then(|link| link.removed.as_ref());
    removed.map_or_else(String::new, |removed| format!(" ({})", local(removed.at, zone)))
}

/// What has to be typed for it to go on; none where nothing waits.
pub(super) fn how_to_go_on(seen: &SeenPerson, tenant: &TenantId) -> Vec<String> {
    if !seen.plan.plan.kept.is_empty() {
        return vec![format!("habitsync holds reopen {tenant} {}", seen.employee_id)];
    }
    match (seen.plan.next(), &seen.held) {
        (NextAction::Held(_), Some(held)) => {
            let own = held.with_only(|person| person.employee_id == seen.employee_id);
            let (id, flags) = (&held.id, own.counts().flags());
            let only = format!("--only {}", seen.employee_id);
            vec![
                format!("habitsync holds list {tenant}"),
                format!("habitsync holds approve {tenant} {} {only} {flags}", id.as_str()),
                format!("habitsync holds reject {tenant} {} {only}", id.as_str()),
            ]
        }
        (NextAction::Held(_), None) => vec![format!(
            "a run puts it on the list: habitsync run {tenant} user-sync, then habitsync holds list {tenant}"
        )],
        (NextAction::Waits(_), _) => vec![format!("habitsync run {tenant} user-sync")],
        _ => Vec::new(),
    }
}

/// What the customer's status makes of it.
pub(super) const fn of_status(status: Status) -> Option<&'static str> {
    match status {
        Status::Live => None,
        Status::Draft => Some("the customer is a draft: runs plan it and write nothing"),
        Status::Paused => Some("the customer is paused: nothing runs"),
    }
}

fn joined(people: &[EmployeeId]) -> String {
    let people: Vec<_> = people.iter().map(EmployeeId::as_str).collect();
    people.join(", ")
}
