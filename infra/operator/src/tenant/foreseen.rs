//! What a new version would change, as it is shown before it is stored: the file, line by line, and the next user sync, person
//! by person.

use std::collections::BTreeMap;

use habitsync_domain::approvals::ActionCounts;
use habitsync_domain::configuration::Status;
use habitsync_domain::user_plan::PlannedAction;
use habitsync_workflows::onboarding::apply::{Beside, Effect, Foreseen, NextRun};

use super::file::ConfigurationFile;
use super::history::difference;
use crate::plan::{lines_beside, seats_in_words, what};
use crate::terminal::answer::grid;
use crate::terminal::{PAGE, counted, printable};

/// So many people of a kind are named; `habitsync plan` names them all.
const NAMED: usize = 5;

/// The lines to be shown.
pub(super) fn in_lines(file: &ConfigurationFile, foreseen: &Foreseen) -> String {
    let name = file.path.display().to_string();
    let before = foreseen.in_force.as_ref().map(|stored| {
        let called = format!("version {}", stored.version);
        (called, stored.source.as_str())
    });
    let first = match &before {
        None => format!("{} is a new customer\n", foreseen.configuration.tenant),
        Some((called, source)) if *source == file.source => format!("{name} is {called}, word for word\n"),
        Some((called, source)) => difference(Some((called, source)), (&name, &file.source)),
    };
    // A stored version has no name that `plan` could read it by.
    let next_step = if file.is_on_disk {
        let tenant = &foreseen.configuration.tenant;
        format!("person by person: habitsync plan {tenant} --config {name}\n")
    } else {
        String::new()
    };
    format!(
        "{first}\n{}{}",
        next_sync(next_step, foreseen),
        approvals_in_words(foreseen)
    )
}

/// What waits for approval as before, and by which numbers it can be agreed to; nothing where nothing waits.
fn held_in_words(foreseen: &Foreseen) -> String {
    let Some(held) = &foreseen.held else {
        return String::new();
    };
    let counts = held.counts();
    let changes = ActionCounts {
        deactivations: 0,
        ..counts
    };
    let agreed = if changes == ActionCounts::default() {
        String::new()
    } else {
        format!(", or are agreed to here: {}", changes.flags())
    };
    let tenant = &foreseen.configuration.tenant;
    format!(
        "{} go on waiting for approval (habitsync holds list {tenant}){agreed}\n",
        counts.in_words()
    )
}

/// Approvals that no run has followed yet, and that this version ends; nothing where it ends none.
fn approvals_in_words(foreseen: &Foreseen) -> String {
    match foreseen.ends_approvals {
        0 => String::new(),
        ended => format!(
            "approvals that no run has followed yet and that end with this version: {ended}; the next run asks again\n"
        ),
    }
}

fn next_sync(next_step: String, foreseen: &Foreseen) -> String {
    match &foreseen.effect {
        Effect::None => {
            let same = "users: decided by the same rules as before, so the vendors were not asked\n";
            format!("{same}{}", held_in_words(foreseen))
        }
        Effect::Unknown { failure, .. } => {
            format!("users: what the next sync would do cannot be told: {failure}\n")
        }
        Effect::NextRun(next) => {
            let head = match next.before {
                Some(_) => "users: the next sync, under the version in force → under this one",
                None => "users: the first sync",
            };
            let counts = lines_beside(next.before.as_ref().map(|plan| &plan.counts), &next.plan.counts);
            let seats = seats_in_words(&next.plan.seats);
            let seats = [seats, agreement(next, foreseen.configuration.status)].join("\n");
            let said = [
                head.to_owned(),
                counts.join("\n"),
                seats.trim_end().to_owned(),
                people(next),
                next_step,
            ];
            let said = said.join("\n");
            format!("{}\n", said.trim_end())
        }
    }
}

/// What has to be said for changes beyond the limits to be made; nothing where none are, or they were agreed to.
fn agreement(next: &NextRun, status: Status) -> String {
    let waiting = next.waiting(status);
    if waiting == ActionCounts::default() {
        return String::new();
    }
    let (what, flags) = (waiting.in_words(), waiting.flags());
    match status {
        Status::Draft => format!("beyond the change limits: {what}, to be agreed to on going live: {flags}"),
        Status::Live | Status::Paused => {
            format!("beyond the change limits: {what} wait for approval, or are agreed to here: {flags}")
        }
    }
}

/// Returns the employees that the two versions treat differently, by the difference; of a first version, every
/// employee.
fn people(next: &NextRun) -> String {
    let differences = next.before.as_ref().map(|_| next.differences()).unwrap_or_default();
    if differences.is_empty() {
        return String::new();
    }
    in_groups(&differences)
}

fn in_groups(differences: &[Beside]) -> String {
    let mut groups: BTreeMap<(String, String), Vec<&Beside>> = BTreeMap::new();
    for beside in differences {
        let change = (outcome(&beside.before), outcome(&beside.after));
        groups.entry(change).or_default().push(beside);
    }
    let rows = groups.into_iter().map(|((before, after), people)| {
        let count = people.len().to_string();
        vec![before, after, count, named(&people)]
    });
    let head = format!("\n{} treated differently:", counted(differences.len(), "person"));
    let table = grid(&["before", "after", "people", "who"], rows.collect(), PAGE);
    format!("{head}\n\n{table}\n")
}

fn named(people: &[&Beside]) -> String {
    let name = |beside: &&Beside| {
        let planned = beside.after.last().or(beside.before.last());
        let name = planned.map(|planned| printable(&planned.person)).unwrap_or_default();
        format!("{} {name}", beside.employee_id)
    };
    let names: Vec<_> = people.iter().take(NAMED).map(name).collect();
    match people.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{}, and {more} more", names.join(", ")),
    }
}

fn outcome(planned: &[PlannedAction]) -> String {
    planned.last().map_or_else(|| "nothing".to_owned(), what)
}

#[cfg(test)]
mod tests {
    use habitsync_domain::approvals::HoldReason;
    use habitsync_domain::configuration::TenantConfiguration;
    use habitsync_domain::user_plan::{ActionKind, PlanCounts, UserPlan};
    use habitsync_workflows::ports::tenants::StoredConfiguration;
    use insta::assert_snapshot;

    use super::*;

    /// The example of the documentation, whole.
    const ACME: &str = include_str!("../../../../shared/domain/src/configuration/acme.toml");

    fn file(source: &str) -> ConfigurationFile {
        let path = std::path::Path::new("acme.toml");
        ConfigurationFile {
            is_on_disk: true,
            ..ConfigurationFile::from_source(path, source.to_owned()).expect("is valid")
        }
    }

    fn foreseen(in_force: Option<&str>, file: &ConfigurationFile, effect: Effect) -> Foreseen {
        Foreseen {
            configuration: file.configuration.clone(),
            source: file.source.clone(),
            in_force: in_force.map(|source| StoredConfiguration {
                version: 3,
                source: source.to_owned(),
                configuration: source.parse::<TenantConfiguration>().expect("is valid"),
                decides_since: 3,
                agreed: None,
            }),
            effect,
            held: None,
            ends_approvals: 0,
            warnings: Vec::new(),
        }
    }

    fn planned(id: usize, deed: ActionKind, held: Option<HoldReason>) -> PlannedAction {
        PlannedAction {
            employee_id: format!("E{id}").parse().expect("an id"),
            person: "Jo Citizen".to_owned(),
            user_name: format!("e{id}@acme.com.au").parse().expect("a name"),
            kind: deed,
            held,
            waits_with: None,
            kept: None,
            reason: String::new(),
            fields: Vec::new(),
        }
    }

    #[test]
    fn a_new_version_is_shown_line_by_line_and_with_what_it_makes_of_the_next_run() {
        let file = file(&ACME.replace("[\"Fiji\"]", "[\"Fiji\", \"Perth\"]"));
        let shown = in_lines(&file, &foreseen(Some(ACME), &file, Effect::None));
        assert_snapshot!(shown);
    }

    #[test]
    fn people_are_grouped_by_what_becomes_of_them() {
        let held = HoldReason::NotConfirmed;
        let groups = (1..=7).map(|id| Beside {
            employee_id: format!("E{id}").parse().expect("an id"),
            before: Vec::new(),
            after: vec![planned(id, ActionKind::Deactivate, Some(held))],
        });
        let one = Beside {
            employee_id: "E9".parse().expect("an id"),
            before: vec![planned(9, ActionKind::Create, None)],
            after: Vec::new(),
        };
        assert_snapshot!(in_groups(&groups.chain([one]).collect::<Vec<_>>()));
    }

    #[test]
    fn what_the_first_version_and_an_unreadable_vendor_mean_is_said() {
        let file = file(ACME);
        let first = NextRun {
            plan: UserPlan {
                counts: PlanCounts {
                    read: 3,
                    in_scope: 3,
                    to_create: 3,
                    ..PlanCounts::default()
                },
                ..UserPlan::default()
            },
            before: None,
            at: jiff::Timestamp::UNIX_EPOCH,
            has_read_portal: true,
            custom_fields: std::collections::BTreeSet::new(),
            portal_fields: None,
        };
        let new = in_lines(&file, &foreseen(None, &file, Effect::NextRun(Box::new(first))));
        let failure =
            habitsync_workflows::jobs::outcome::JobFailure::NotCredible("EmployeeConnect listed nobody".to_owned());
        let unknown = Effect::Unknown {
            failure,
            may_remove: false,
        };
        let unread = in_lines(&file, &foreseen(Some(ACME), &file, unknown));
        assert_snapshot!([new, unread].join("----\n"));
    }
}
