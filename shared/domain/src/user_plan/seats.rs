//! Seats: the active accounts that the customer pays for, before and after a plan.

use super::plan::{Seats, UserPlan};
use super::stage::{Limited, Stage};
use super::{Action, Step};

impl Stage<'_, Limited> {
    /// Counts the seats before and after the plan.
    pub(super) fn count_seats(&mut self) {
        let now = match self.facts.input.portal {
            Some(portal) => portal.iter().filter(|user| user.active).count(),
            None => self.facts.input.people.iter().filter(|person| person.active).count(),
        };
        self.plan.seats = Seats::after(&self.plan, now, self.facts.input.portal.is_some());
    }
}

impl Seats {
    fn after(plan: &UserPlan, now: usize, of_whole_portal: bool) -> Self {
        let after = changed(now, plan.actions.iter());
        let held = plan.held.iter().map(|held| &held.action);
        Self {
            now,
            after,
            after_approval: changed(after, held),
            of_whole_portal,
        }
    }
}

fn changed<'a>(seats: usize, actions: impl Iterator<Item = &'a Action>) -> usize {
    let (taken, freed) = actions.fold((0, 0), |(taken, freed), action| match &action.step {
        Step::Create(_) => (taken + 1, freed),
        Step::Change { change, .. } if change.active == Some(true) => (taken + 1, freed),
        Step::Deactivate { .. } => (taken, freed + 1),
        Step::Change { .. } | Step::GiveUp { .. } | Step::Remember { .. } => (taken, freed),
    });
    (seats + taken).saturating_sub(freed)
}
