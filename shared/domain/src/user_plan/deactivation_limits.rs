//! Decides which deactivations are made, which are rejected, and which wait for approval: operators' decisions are
//! followed, and the others are held where they exceed a limit or their evidence is doubtful.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::candidate::Candidate;
use super::field_baseline::FieldBaseline;
use super::stage::{Compared, Facts, Stage};
use super::{LostSource, PendingApproval};
use crate::approvals::{Agreement, ApprovalVerdict, Decision, HoldReason, Matter};
use crate::configuration::{ChangeLimit, Limits};
use crate::identity::EmployeeId;
use crate::jobs::baseline_read::BaselineRead;
use crate::people::employment::Evidence;
use crate::people::link::{Deactivated, Person};

/// How long a change counts towards what needs no approval.
pub(super) const COUNTED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Stored facts that the change limits need.
#[derive(Debug, Clone, Copy, Default)]
pub struct LimitInput<'a> {
    /// The number of the version since which employees are decided about alike.
    pub version: u64,
    /// The operators' decisions about single employees.
    pub decisions: &'a [Decision],
    /// How many employees EmployeeConnect listed.
    pub listed: u64,
    /// The baseline read; none before the first.
    pub last_good_read: Option<BaselineRead>,
    /// The values that earlier reads had in the fields behind the filter and the user name; none where this run has no
    /// complete read.
    pub baseline: Option<&'a FieldBaseline>,
    /// The fields that the last run found lost, where this run has no complete read.
    pub lost_sources: &'a [LostSource],
    /// Whether the last run held fields that many employees had lost, where this plan sees a few employees: then a single loss
    /// is enough.
    pub holds_fields: bool,
    /// When the last run began that compared the portal's users.
    pub verified_at: Option<Timestamp>,
    /// The operator's agreement with the configuration in force.
    pub agreed: Option<Agreement>,
    /// Whether the run before did not come to its end while it wrote: its last write may not be saved.
    pub unsaved_write: bool,
}

impl<'a> Stage<'a, Compared<'a>> {
    /// Follows the operators' decisions, and plans the other deactivations that no limit holds.
    pub(super) fn hold_removals(&mut self) {
        let mut candidates = std::mem::take(&mut self.found.leaving);
        for candidate in &mut candidates {
            let because = self.found.same_person.get(&candidate.person.employee_id);
            candidate.to_be_shown = because.copied().or(candidate.to_be_shown);
        }
        let shrunk = self.judge_read();
        let unconfirmed = self.facts.unconfirmed();
        let mut undecided: BTreeMap<Kind, Vec<Candidate<'a>>> = BTreeMap::new();
        for candidate in candidates {
            let is_unconfirmed = is_unconfirmed(&candidate, &unconfirmed);
            match self.decisions.verdict_on(&candidate.proposal()) {
                Some(ApprovalVerdict::Rejected) => self.keep(candidate),
                Some(ApprovalVerdict::Approved) if is_unconfirmed => {
                    self.hold(candidate, HoldReason::ApprovedNotConfirmed);
                }
                Some(ApprovalVerdict::Approved) => self.let_go(candidate, true),
                Some(ApprovalVerdict::Awaits) => {
                    let because = self
                        .decisions
                        .awaits_because((&candidate.person.employee_id, Matter::Account));
                    let because = candidate.to_be_shown.unwrap_or(because);
                    self.hold(candidate, because);
                }
                None if self.found.same_person.contains_key(&candidate.person.employee_id) => {
                    let because = candidate.to_be_shown.unwrap_or(HoldReason::Claimed);
                    self.hold(candidate, because);
                }
                None => undecided
                    .entry(Kind::of(&candidate.evidence))
                    .or_default()
                    .push(candidate),
            }
        }
        for (kind, candidates) in undecided {
            let because = shrunk.or_else(|| self.over_limit(kind, &candidates));
            for candidate in candidates {
                let is_unconfirmed = is_unconfirmed(&candidate, &unconfirmed);
                // The operator who decides must be shown that the record says less than it did, even where a limit holds it too.
                let emptied = candidate.to_be_shown;
                let not_confirmed = is_unconfirmed.then_some(HoldReason::NotConfirmed);
                match emptied.or(because).or(not_confirmed) {
                    Some(because) => self.hold(candidate, because),
                    None => self.let_go(candidate, false),
                }
            }
        }
    }

    fn hold(&mut self, candidate: Candidate<'_>, because: HoldReason) {
        let evidence = candidate.evidence.clone().into();
        let action = candidate.into_action(false);
        self.plan.held.push(PendingApproval {
            action,
            evidence,
            hold_reason: because,
            waits_with: None,
        });
    }

    fn let_go(&mut self, candidate: Candidate<'_>, approved: bool) {
        self.plan.deactivations.push(candidate.evidence.clone());
        self.plan.actions.push(candidate.into_action(approved));
    }

    fn keep(&mut self, candidate: Candidate<'_>) {
        *self.plan.counts.settled(&candidate.evidence) += 1;
        self.plan.kept.push(candidate.into_action(false));
    }

    /// Returns why every undecided deactivation is held, if so; where the read is complete and large enough, stores it
    /// as the next baseline read.
    fn judge_read(&mut self) -> Option<HoldReason> {
        let LimitInput {
            listed,
            last_good_read,
            decisions,
            ..
        } = self.facts.input.limit_input;
        let limits = &self.facts.input.configuration.limits;
        let now = self.facts.input.now;
        let accepted = decisions.iter().filter_map(|decision| {
            Some(BaselineRead {
                people: decision.approved_read()?,
                at: decision.made.at,
            })
        });
        let has_shrunk = |read: &BaselineRead| read.shrank_to(listed, limits);
        let is_accepted = accepted.into_iter().any(|read| !has_shrunk(&read));
        let shrunk = last_good_read.filter(|read| has_shrunk(read) && !is_accepted);
        if shrunk.is_none() {
            let before = last_good_read.filter(|_| !is_accepted);
            self.plan.good_read = Some(BaselineRead::after(before, listed, now));
        }
        if self.facts.input.people.is_empty() {
            return Some(HoldReason::NoLinks);
        }
        shrunk.map(|read| HoldReason::Shrunk {
            from: read.people,
            to: listed,
        })
    }

    /// Whether these, and those of their kind that went unasked in the last 24 hours, are more than go unasked.
    fn over_limit(&self, kind: Kind, candidates: &[Candidate<'_>]) -> Option<HoldReason> {
        let people = self.facts.input.people;
        let since = self
            .facts
            .input
            .now
            .saturating_sub(COUNTED_FOR)
            .unwrap_or(Timestamp::MIN);
        let recently = |person: &Person| person.removed.clone().filter(|removed| removed.at > since);
        // Those who went today were managed today: the limit of a run's last slice is that of its first.
        let is_managed = |person: &&Person| person.active || recently(person).is_some();
        let managed = people.iter().filter(is_managed).count();
        let planned: HashSet<_> = candidates
            .iter()
            .map(|candidate| &candidate.person.employee_id)
            .collect();
        let went_unasked = |removed: &Deactivated| !removed.approved && Kind::of(&removed.evidence) == kind;
        let stored = people
            .iter()
            .filter(|person| recently(person).as_ref().is_some_and(went_unasked));
        let found = self
            .found
            .found_deactivated
            .iter()
            .filter(|(_, removed)| went_unasked(removed));
        let recent: HashSet<_> = stored
            .map(|person| &person.employee_id)
            .chain(found.map(|(employee_id, _)| *employee_id))
            .collect();
        let recent = recent.difference(&planned).count();
        let allowed = kind.limit(&self.facts.input.configuration.limits).allows(managed);
        (planned.len() + recent > allowed).then(|| HoldReason::OverLimit {
            planned: number(planned.len()),
            recent: number(recent),
            allowed: number(allowed),
        })
    }
}

impl<'a> Facts<'a> {
    fn unconfirmed(&self) -> HashSet<&'a EmployeeId> {
        let missing = self.input.missing.iter().filter(|missing| !missing.confirmed);
        missing.map(|missing| &missing.employee_id).collect()
    }
}

fn is_unconfirmed(candidate: &Candidate<'_>, unconfirmed: &HashSet<&EmployeeId>) -> bool {
    candidate.evidence == Evidence::Vanished && unconfirmed.contains(&candidate.person.employee_id)
}

pub(super) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// Kinds of evidence that have a limit of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    EndOfEmployment,
    Vanished,
    OutOfScope,
}

impl Kind {
    const fn of(evidence: &Evidence) -> Self {
        match evidence {
            Evidence::Terminated | Evidence::Ended { .. } => Self::EndOfEmployment,
            Evidence::Vanished => Self::Vanished,
            Evidence::OutOfScope => Self::OutOfScope,
        }
    }

    const fn limit(self, limits: &Limits) -> ChangeLimit {
        match self {
            Self::EndOfEmployment => limits.terminated,
            Self::Vanished => limits.vanished,
            Self::OutOfScope => limits.out_of_scope,
        }
    }
}
