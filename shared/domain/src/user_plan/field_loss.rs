//! Fields that many people lose at once: a fault of the source rather than news about each of them. What they would bring is
//! held for this run.

use super::stage::{Compared, Desired, Facts, Losses, Stage};
use super::{LostField, Step};
use crate::configuration::WriteMode;
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::people::mapping::{self, DesiredUser};
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::RejectedPart;
use crate::people::user::FieldName;

impl<'a> Stage<'a, Desired<'a>> {
    /// Counts the values that this employee had and has lost, field by field.
    pub(super) fn count_losses(&mut self, person: &Person, user: &DesiredUser<'_>) {
        let fields = &self.facts.input.configuration.users.fields;
        self.found.losses.resize(fields.len(), Losses::default());
        for (losses, lost) in self
            .found
            .losses
            .iter_mut()
            .zip(had_and_lost(fields.keys(), person, user))
        {
            losses.had += usize::from(lost.is_some());
            losses.lost += usize::from(lost == Some(true));
        }
    }
}

impl<'a> Facts<'a> {
    /// Whether a linked employee's record has lost values: it cannot be mapped, or a value that the account has is
    /// gone.
    pub(super) fn is_emptied(&self, position: usize, employee: &'a Employee, person: &Person) -> bool {
        let users = &self.input.configuration.users;
        let scope = self.evaluator.scope(employee, self.manager_record(position));
        match mapping::map_user(users, employee, &scope) {
            Ok(user) => had_and_lost(users.fields.keys(), person, &user).any(|lost| lost == Some(true)),
            Err(_) => true,
        }
    }
}

impl<'a> Stage<'a, Compared<'a>> {
    /// Takes fields that too many employees lost out of the planned changes; the other fields are written.
    pub(super) fn hold_lost_fields(&mut self) {
        let users = &self.facts.input.configuration.users;
        let percent = self.facts.input.configuration.limits.field_loss_percent;
        let holds_fields = self.facts.input.limit_input.holds_fields;
        let counted = self.found.losses.iter().zip(&users.fields);
        let lost = counted.filter(|(losses, _)| losses.are_too_many(percent) || (holds_fields && losses.lost > 0));
        let lost = lost.map(|(losses, (field, mapping))| LostField {
            field: field.clone(),
            source: mapping.value.source().to_owned(),
            had: losses.had,
            lost: losses.lost,
        });
        self.plan.lost_fields = lost.collect();
        if self.plan.lost_fields.is_empty() {
            return;
        }
        let lost: Vec<_> = self.plan.lost_fields.iter().map(|lost| lost.field.clone()).collect();
        let before = self.plan.actions.len();
        self.plan.actions.retain_mut(|action| {
            let is_change = matches!(action.step, Step::Change { .. });
            !is_change || lost.iter().all(|field| leave_out(&mut action.step, field))
        });
        self.plan.counts.set_aside += before - self.plan.actions.len();
        // One line for the field says it all.
        self.plan
            .problems
            .retain(|problem| !lost.iter().any(|field| is_about_empty(problem, field)));
    }
}

/// False where nothing is left to be written.
fn leave_out(step: &mut Step, field: &FieldName) -> bool {
    let is_written = matches!(step, Step::Change { change, .. } if change.fields.0.contains_key(field));
    !is_written || step.leave_out(&RejectedPart::Field(field.clone()))
}

/// Returns for each field: none where the employee had no value, or it is not kept up to date; else whether it is gone.
fn had_and_lost<'f>(
    fields: impl Iterator<Item = &'f FieldName>,
    person: &Person,
    user: &DesiredUser<'_>,
) -> impl Iterator<Item = Option<bool>> {
    let mut mapped = user.fields.iter().peekable();
    fields.map(move |name| {
        let field = mapped.next_if(|field| field.name == name);
        let had = person.fields.0.get(name).filter(|value| !value.is_empty())?;
        match field {
            Some(field) if field.mapping.write != WriteMode::Always => None,
            Some(field) => {
                let default = field.mapping.default.as_deref();
                let fell_back = default.is_some() && field.value.as_deref() == default && default != Some(had);
                Some(field.value.is_none() || fell_back)
            }
            None => Some(user.problems.iter().any(|problem| is_about_empty(problem, name))),
        }
    })
}

/// Whether the problem is that this field, which has to have a value, has none.
fn is_about_empty(problem: &Problem, name: &FieldName) -> bool {
    matches!(&problem.cause, Cause::RequiredField { field, .. } if field == name) && problem.seen.is_none()
}
