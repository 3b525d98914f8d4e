//! What a new version would change, as it is shown before it is stored: the file, line by line, and the next user sync, person
//! by person.

use habitsync_domain::user_plan::Planned;
use habitsync_workflows::apply_tenant::{Beside, Effect, Foreseen, NextRun};

use super::file::ConfigurationFile;
use super::history::difference;
use crate::plan::{in_words, lines_beside, what};
use crate::terminal::{counted, printable};

/// So many people are named; `habitsync plan` names them all.
const NAMED: usize = 20;

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
    format!("{first}\n{}", next_sync(&name, foreseen))
}

fn next_sync(file: &str, foreseen: &Foreseen) -> String {
    match &foreseen.effect {
        Effect::None => "users: nobody is treated differently\n".to_owned(),
        Effect::Unknown { failure, .. } => {
            format!("users: what the next sync would do cannot be told: {failure}\n")
        }
        Effect::NextRun(next) => {
            let tenant = &foreseen.configuration.tenant;
            let everybody = format!("everybody, field by field: habitsync plan {tenant} --config {file}");
            let head = match next.before {
                Some(_) => "users: the next sync, under the version in force → under this one",
                None => "users: the first sync",
            };
            let counts = lines_beside(next.before.as_ref().map(|plan| &plan.counts), &next.plan.counts);
            let lines = [head.to_owned()]
                .into_iter()
                .chain(counts)
                .chain(people(next))
                .chain([everybody]);
            lines.collect::<Vec<_>>().join("\n") + "\n"
        }
    }
}

/// Those whom the two versions treat differently; of a first version that is everybody.
fn people(next: &NextRun) -> Vec<String> {
    if next.before.is_none() {
        return Vec::new();
    }
    let differences = next.differences();
    let head = format!("{} treated differently", counted(differences.len(), "person"));
    let more = differences.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("  … and {more} more"));
    let people = differences.iter().take(NAMED).map(line);
    [head].into_iter().chain(people).chain(more).collect()
}

fn line(beside: &Beside) -> String {
    let planned = beside.after.last().or(beside.before.last());
    let name = planned.map(|planned| printable(&planned.person)).unwrap_or_default();
    let (before, after) = (outcome(&beside.before), outcome(&beside.after));
    let why = beside.after.last().map(in_words).unwrap_or_default();
    let line = format!(
        "  {:<12} {name:<24} {before} → {after}  {why}",
        beside.employee_id.as_str()
    );
    line.trim_end().to_owned()
}

fn outcome(planned: &[Planned]) -> String {
    planned.last().map_or_else(|| "nothing".to_owned(), what)
}
