//! The worklist of a user sync: employees' problems, pending approvals, and writes that were given up.

use std::collections::BTreeMap;

use habitsync_domain::approvals::{ChangeKind, Grounds, HoldReason, ProposedChange};
use habitsync_domain::configuration::UsersConfiguration;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::problem::works_there_again;
use habitsync_domain::people::problem::{Cause, ManagerProblem, Problem};
use habitsync_domain::people::rejected_writes::RejectedWrite;
use habitsync_domain::user_plan::{
    Action, CommonProblem, FieldFault, FieldNotice, LostField, LostSource, PendingApproval, ScopeLoss, Step, UserPlan,
};
use habitsync_domain::vendors::list::WhyUnusable;

use super::advice::{
    ANOTHER_PERSON, COMMON_PROBLEMS, GIVEN_UP, LOST_FIELDS, LOST_SOURCES, SCOPE_LOSS, advice_about, advice_about_field,
    held_advice, held_change_advice,
};
use super::hris_fields::{hris_field, source_fields};
use super::line::Advice;
use super::line::{Entry, Groups, PENDING_APPROVALS, Tried};
use super::shown::{shown, shown_value, shown_words};
use super::worklist::{Decided, Worklist};

impl Worklist {
    /// The worklist of people's problems and of removals that are held, of a customer whose rules are not at hand.
    #[must_use]
    pub fn of_people(problems: &[Problem], held: &[PendingApproval]) -> Self {
        Self::of_groups(to_be_done(problems, held, None, |_| Tried::NextRun), Groups::default())
    }

    /// The same after a run of a customer with these rules: refused values show when they are tried again, and fields have
    /// their names of EmployeeConnect.
    #[must_use]
    pub fn of_user_sync<'a>(
        users: &UsersConfiguration,
        problems: &[Problem],
        held: &[PendingApproval],
        rejected_writes: impl Iterator<Item = &'a RejectedWrite>,
    ) -> Self {
        let (given_up, resting): (Vec<_>, Vec<_>) = rejected_writes.partition(|rejected_write| rejected_write.given_up);
        let resting: BTreeMap<_, _> = resting
            .into_iter()
            .filter(|rejected_write| !rejected_write.was_seen_in_portal())
            .map(|rejected_write| (identity(&rejected_write.problem), rejected_write.due_at))
            .collect();
        let tried = |problem: &Problem| {
            let due_at = resting.get(&identity(problem)).copied();
            due_at.map_or(Tried::NextRun, Tried::After)
        };
        let mut notes = Groups::default();
        for rejected_write in given_up {
            notes.add(
                GIVEN_UP,
                None,
                entry(&rejected_write.problem, Tried::Never, Some(users)),
            );
        }
        Self::of_groups(to_be_done(problems, held, Some(users), tried), notes)
    }

    fn of_groups(groups: Groups, notes: Groups) -> Self {
        Self {
            groups: groups.sorted(),
            notes: notes.sorted(),
            ..Self::default()
        }
    }

    /// The same, with the fields that many people lost at once.
    #[must_use]
    pub fn with_lost_fields(mut self, lost: &[LostField]) -> Self {
        let mut groups = Groups::default();
        for lost in lost {
            groups.add(LOST_FIELDS, None, lost_field(lost));
        }
        self.groups.extend(groups.sorted());
        self.groups.sort_by_key(|group| group.rank);
        self
    }

    /// The same, with the fields behind the filter and the user name that many employees lost at once.
    #[must_use]
    pub fn with_lost_sources(mut self, lost: &[LostSource]) -> Self {
        let mut groups = Groups::default();
        for lost in lost {
            groups.add(LOST_SOURCES, None, lost_source(lost));
        }
        self.groups.extend(groups.sorted());
        self.groups.sort_by_key(|group| group.rank);
        self
    }

    /// The same, with the fields with which the same is wrong for many employees.
    #[must_use]
    pub fn with_field_notices(mut self, notices: &[FieldNotice]) -> Self {
        let mut groups = Groups::default();
        for notice in notices.iter().filter(|notice| notice.is_for_customer()) {
            groups.add(advice_about_field(notice.what), None, field_notice(notice));
        }
        self.groups.extend(groups.sorted());
        self.groups.sort_by_key(|group| group.rank);
        self
    }

    /// The same, with employees who left the scope in large number.
    #[must_use]
    pub fn with_scope_loss(mut self, lost: Option<ScopeLoss>) -> Self {
        let mut groups = Groups::default();
        if let Some(lost) = lost {
            groups.add(SCOPE_LOSS, None, scope_loss(lost));
        }
        self.groups.extend(groups.sorted());
        self.groups.sort_by_key(|group| group.rank);
        self
    }

    /// The same, with one line for each problem that many employees have at once.
    #[must_use]
    pub fn with_common_problems(mut self, users: &UsersConfiguration, common: &[CommonProblem]) -> Self {
        let mut groups = Groups::default();
        for common in common {
            groups.add(COMMON_PROBLEMS, None, common_problem(common, users));
        }
        self.groups.extend(groups.sorted());
        self.groups.sort_by_key(|group| group.rank);
        self
    }

    /// The same, with what operators decided: the rejected actions of the plan, and those that were approved.
    #[must_use]
    pub fn with_decisions(mut self, plan: &UserPlan) -> Self {
        let number = |action: &Action| shown(action.employee_id.as_str());
        let approved = plan.actions.iter().filter(|action| action.is_approved());
        self.decided = Decided {
            left: plan.kept.iter().map(number).collect(),
            made: approved.map(number).collect(),
        };
        self
    }

    /// The same, with the id of the plan under which its deactivations are held, which a decision has to name.
    #[must_use]
    pub fn held_as(mut self, plan: Option<&str>) -> Self {
        let Some(plan) = plan.map(shown) else { return self };
        let named = format!("Reply to this e-mail with \"plan {plan}\" and ");
        for group in &mut self.groups {
            group.what_to_do = group.what_to_do.replace(REPLY, &named);
        }
        self.plan = Some(plan);
        self
    }
}

/// What waits for a decision, and what the customer can mend.
fn to_be_done(
    problems: &[Problem],
    held: &[PendingApproval],
    users: Option<&UsersConfiguration>,
    tried: impl Fn(&Problem) -> Tried,
) -> Groups {
    let mut groups = Groups::default();
    // Of an employee who came back under another number, the line of that number says it; reports follow their manager's line.
    let has_line =
        |pending: &&PendingApproval| !matches!(pending.hold_reason, HoldReason::Rekeyed | HoldReason::ManagerWaits);
    for pending in held.iter().filter(has_line) {
        add_held(&mut groups, pending);
    }
    for problem in problems.iter().filter(|problem| problem.cause.is_for_customer()) {
        groups.add(
            advice_about(&problem.cause),
            None,
            entry(problem, tried(problem), users),
        );
    }
    groups
}

/// How to decide, before what to answer.
const REPLY: &str = "Reply to this e-mail with ";

fn identity(problem: &Problem) -> (&str, &Cause) {
    (problem.employee_id.as_str(), &problem.cause)
}

fn entry<'p>(problem: &'p Problem, tried: Tried, users: Option<&UsersConfiguration>) -> Entry<'p> {
    let (field, expected) = field_and_expected(&problem.cause, users);
    let seen = problem.seen.as_deref().map(|seen| shown_value(&field, seen));
    Entry {
        who: shown(&problem.person),
        number: shown(problem.employee_id.as_str()),
        seen: seen.or_else(|| is_about_a_value(&problem.cause).then(|| "empty".to_owned())),
        field: shown(&field),
        expected,
        tried,
        unseen: problem.cause.needs_verifying(),
        raw: problem.seen.as_deref().unwrap_or_default(),
    }
}

/// Whether nothing seen means that a field is empty.
fn is_about_a_value(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::NoUserName { .. } | Cause::RequiredField { .. } | Cause::InvalidValue { .. }
    )
}

fn lost_field(lost: &LostField) -> Entry<'_> {
    Entry {
        who: format!("{} of {} people", lost.lost, lost.had),
        number: String::new(),
        field: shown(&source_fields(&lost.source)),
        seen: Some("empty".to_owned()),
        expected: format!("the values that {} had", shown(lost.field.as_str())),
        tried: Tried::NextRun,
        unseen: false,
        raw: lost.field.as_str(),
    }
}

fn lost_source(lost: &LostSource) -> Entry<'_> {
    Entry {
        who: format!("{} of {} people", lost.lost, lost.had),
        number: String::new(),
        field: shown(&lost.field),
        seen: Some("empty, or of another kind".to_owned()),
        expected: format!("the values that were there; until then {}", lost.effect()),
        tried: Tried::NextRun,
        unseen: false,
        raw: &lost.field,
    }
}

fn field_notice(notice: &FieldNotice) -> Entry<'_> {
    let (seen, expected) = match notice.what {
        FieldFault::UnknownManagers { found } => (
            found.in_words(),
            "the manager's employee number, just as it is in the manager's own record",
        ),
        FieldFault::ManagersOutOfScope | FieldFault::OtherKind | FieldFault::RewrittenByPortal { .. } => ("", ""),
    };
    Entry {
        who: MANY.to_owned(),
        number: String::new(),
        field: shown(&notice.field),
        // The numbers change from day to day, which alone is no news.
        seen: Some(format!("{seen}, for {} of {} employees", notice.employees, notice.of)),
        expected: expected.to_owned(),
        tried: Tried::NextRun,
        unseen: false,
        raw: "",
    }
}

/// How many they are is no news from run to run.
const MANY: &str = "Many employees";

fn scope_loss(lost: ScopeLoss) -> Entry<'static> {
    Entry {
        who: MANY.to_owned(),
        number: String::new(),
        field: String::new(),
        seen: Some(format!("{} of {} left it", lost.lost, lost.had)),
        expected: "in the agreed scope".to_owned(),
        tried: Tried::NextRun,
        unseen: false,
        raw: "scope",
    }
}

fn common_problem<'p>(common: &'p CommonProblem, users: &UsersConfiguration) -> Entry<'p> {
    let (field, expected) = field_and_expected(&common.cause, Some(users));
    let empty = || "empty".to_owned();
    let words = common
        .words
        .iter()
        .map(|word| if word.is_empty() { empty() } else { shown(word) });
    let mut seen: Vec<_> = words.chain(common.is_missing.then(empty)).collect();
    seen.insert(0, format!("{} of {} employees", common.employees, common.of));
    Entry {
        who: MANY.to_owned(),
        number: String::new(),
        field: shown(&field),
        seen: Some(seen.join(", ")),
        expected,
        tried: Tried::NextRun,
        unseen: false,
        raw: common.cause.subject(),
    }
}

fn add_held(groups: &mut Groups, pending: &PendingApproval) {
    let (mut advice, what_to_do) = asked_about(&pending.evidence, pending.hold_reason);
    advice.labels = PENDING_APPROVALS;
    let entry = Entry {
        who: shown(&pending.action.person),
        number: shown(pending.action.employee_id.as_str()),
        field: why_held(pending),
        seen: None,
        expected: String::new(),
        tried: Tried::Never,
        unseen: false,
        raw: "",
    };
    groups.add_pending(advice, what_to_do, entry);
}

/// What kind of trouble it is, and what the reader can answer.
fn asked_about(evidence: &Grounds, because: HoldReason) -> (Advice, String) {
    match evidence {
        Grounds::Deactivation(evidence) => {
            let advice = held_advice(evidence, because);
            let what_to_do = format!(
                "{} None of these accounts is deactivated until somebody decides; without a decision, they stay. \
                 {REPLY}\"deactivate\" or \"keep\", for all of them or by name. If a record is wrong, correct it in \
                 EmployeeConnect: the person then leaves this list.",
                advice.what_to_do,
            );
            (advice, what_to_do)
        }
        Grounds::Change(_) if because == HoldReason::AnotherPerson => {
            let answer = format!(
                "{} {REPLY}\"same person\" or \"another person\", by name.",
                ANOTHER_PERSON.what_to_do
            );
            (ANOTHER_PERSON, answer)
        }
        Grounds::Change(change) => {
            let advice = held_change_advice(change.kind(), because);
            let (done, word) = match change.kind() {
                ChangeKind::Created => ("created or reactivated", "create"),
                ChangeKind::Renamed => ("renamed", "rename"),
                ChangeKind::Updated => ("changed", "update"),
            };
            let what_to_do = format!(
                "{} None of these accounts is {done} before that is approved. {REPLY}\"{word}\" or \"leave\", for all of them \
                 or by name. If a record is wrong, correct it in EmployeeConnect: the employee then leaves this list.",
                advice.what_to_do,
            );
            (advice, what_to_do)
        }
    }
}

fn why_held(pending: &PendingApproval) -> String {
    if pending.hold_reason == HoldReason::ApprovedNotConfirmed {
        return "you have decided; EmployeeConnect is asked once more before anything is done".to_owned();
    }
    if let (HoldReason::AnotherPerson, Step::Change { before, .. }) = (pending.hold_reason, &pending.action.step) {
        let (name, owner) = (shown(before.user_name.as_str()), shown(&before.display_name()));
        return format!("the account {name} is that of {owner}");
    }
    match &pending.evidence {
        Grounds::Deactivation(Evidence::Terminated) => "the status says that they left".to_owned(),
        Grounds::Deactivation(Evidence::Ended { last_day }) => {
            format!("the last day was {}", last_day.strftime("%-d %B %Y"))
        }
        Grounds::Deactivation(Evidence::Vanished) => "the record is no longer in EmployeeConnect".to_owned(),
        Grounds::Deactivation(Evidence::OutOfScope) => "the record no longer fits the agreed scope".to_owned(),
        Grounds::Change(ProposedChange::Create) => "works for you and has no account".to_owned(),
        Grounds::Change(ProposedChange::Reactivate) => "works for you again; the account is deactivated".to_owned(),
        Grounds::Change(ProposedChange::Rename { to }) => format!("new user name {}", shown(to.as_str())),
        Grounds::Change(ProposedChange::Update { fields, .. }) => {
            let fields: Vec<_> = fields.iter().map(|field| shown(field.as_str())).collect();
            fields.join(", ")
        }
    }
}

/// The EmployeeConnect field behind a problem, as far as one is named, and what should be in it.
fn field_and_expected(cause: &Cause, users: Option<&UsersConfiguration>) -> (String, String) {
    let of = |field: &str, expected: &str| (field.to_owned(), expected.to_owned());
    let name = |what: &str| hris_field(what, users);
    match cause {
        Cause::NoUserName { source } => (source_fields(source), "the person's user name".to_owned()),
        Cause::RequiredField { source, expected, .. } | Cause::InvalidValue { source, expected, .. } => {
            (source_fields(source), shown(expected))
        }
        Cause::InvalidDate { field } => (field.clone(), "a date, as in 2026-03-31".to_owned()),
        Cause::InvisibleCharacters { field } => of(
            field,
            "the same, typed in again: it holds characters that cannot be seen",
        ),
        Cause::UnknownStatus => ("status".to_owned(), known_statuses(users)),
        Cause::ActiveAfterLastDay { last_day } => ("terminationDate, status".to_owned(), works_there_again(*last_day)),
        Cause::ExpressionFailed { what, message } => (what.clone(), shown_words(what, message)),
        Cause::Disputed { what, with, more } => {
            let others = some_of(with, *more);
            (name(what), format!("different from that of employee {others}"))
        }
        Cause::Taken { what, by } => {
            let expected = match by {
                Some(by) => format!("one that employee {} does not have", shown(by.as_str())),
                None => "one that no other account in Tribal Habits has".to_owned(),
            };
            (name(what), expected)
        }
        Cause::FormerEmployee { former } => (
            "user name, e-mail".to_owned(),
            format!("your answer: is this former employee {}?", shown(former.as_str())),
        ),
        Cause::Rekeyed { former } => (
            "employee number".to_owned(),
            format!("your answer: was this employee {} before?", shown(former.as_str())),
        ),
        Cause::ManagerNotSet { manager, why } => {
            let named = manager
                .as_ref()
                .map_or_else(String::new, |manager| format!(" (now employee {})", shown(manager)));
            let expected = format!("{}{named}", manager_expected(*why));
            ("managerEmployeeId".to_owned(), expected)
        }
        Cause::SeveralAccounts => of("user name, e-mail", "on exactly one account in Tribal Habits"),
        Cause::UnusableAccount => of("user name, e-mail", "on one account in Tribal Habits that can be read"),
        Cause::UserNameChanged => (
            name("user name"),
            "your answer: is the account to be renamed?".to_owned(),
        ),
        Cause::DeactivatedByHand => of("status", "an active account, or a termination in EmployeeConnect"),
        Cause::AccountMissing => of("user name", "your answer: a new account?"),
        Cause::RefusedField { field, reason } => (name(field), accepted(field, reason)),
        Cause::RefusedPerson { reason } => of("the record", &accepted("the record", reason)),
        Cause::UnusableRecord { why } => of("the record", unusable_expected(*why)),
        Cause::NotAnswered | Cause::AccountExists | Cause::NotStored => of("", ""),
    }
}

const fn unusable_expected(why: WhyUnusable) -> &'static str {
    match why {
        WhyUnusable::Contradicted => "one record with this employee number",
        WhyUnusable::NotARecord | WhyUnusable::NoId | WhyUnusable::LacksAValue => "a record that can be read",
    }
}

/// The first few employee ids, and how many more there are.
fn some_of(employees: &[EmployeeId], more: usize) -> String {
    let first = employees.iter().take(OTHERS_SHOWN).map(|other| shown(other.as_str()));
    let first = first.collect::<Vec<_>>().join(", ");
    match employees.len().saturating_sub(OTHERS_SHOWN) + more {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// So many of the employees who share a value are named in a line.
const OTHERS_SHOWN: usize = 10;

fn known_statuses(users: Option<&UsersConfiguration>) -> String {
    let Some(users) = users else {
        return "one of the statuses agreed for the integration".to_owned();
    };
    let all = users.active_statuses.iter().chain(&users.terminated_statuses);
    let all: Vec<_> = all.map(|status| shown(status)).collect();
    format!("one of: {}", all.join(", "))
}

const fn manager_expected(why: ManagerProblem) -> &'static str {
    match why {
        ManagerProblem::Unknown => "an employee who is in EmployeeConnect, or a manager's e-mail",
        ManagerProblem::Left => "somebody who still works for you: this manager has left",
        ManagerProblem::OutOfScope => "somebody in scope of the integration: this manager is not",
        ManagerProblem::StartsLater => "somebody who has started: this manager has not yet",
        ManagerProblem::NoEmail => "a manager with a work e-mail: this one has none",
        ManagerProblem::Oneself => "somebody else: nobody is their own manager",
        ManagerProblem::Loop => "a manager who does not report, by way of others, to this person",
    }
}

/// The portal's own words, as part of a sentence.
fn accepted(field: &str, reason: &str) -> String {
    format!("what Tribal Habits accepts; it says: {}", shown_words(field, reason))
}
