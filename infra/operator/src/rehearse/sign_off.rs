//! The dated sign-off: scenarios, employees, outcomes and evidence, as Markdown to be signed.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use askama::Template;
use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::onboarding::rehearsal::{Judged, Scenario};
use habitsync_domain::text::printable::printable_lines;
use habitsync_workflows::onboarding::rehearse::Rehearsed;
use habitsync_workflows::one_employee::FieldReadBack;
use jiff::Timestamp;

use crate::error::CommandError;
use crate::terminal::{counted, local, printable, zone_name};

/// More rehearsals than that are not made in one second.
const MOST_OF_A_SECOND: usize = 100;

/// What the sign-off says about the rehearsal as a whole.
pub(super) struct Occasion<'a> {
    pub(super) configuration: &'a TenantConfiguration,
    pub(super) version: u64,
    pub(super) stage: &'a str,
    pub(super) at: Timestamp,
    pub(super) operator: &'a str,
    pub(super) witness: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "sign-off.txt", escape = "none")]
struct Page<'a> {
    s: SignOff<'a>,
}

struct SignOff<'a> {
    customer: &'a str,
    tenant: &'a str,
    stage: &'a str,
    version: u64,
    status: &'static str,
    portal: &'a str,
    employee_connect: &'a str,
    date: String,
    at: String,
    time_zone: &'a str,
    operator: &'a str,
    witness: Option<&'a str>,
    result: String,
    steps: Vec<Step>,
    left_out: Vec<&'static str>,
    has_new: bool,
    has_rehired: bool,
}

struct Step {
    scenario: Scenario,
    employee: String,
    expectation: &'static str,
    outcome: String,
    mark: &'static str,
    at: String,
    because: String,
    facts: Vec<String>,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    before: String,
    written: String,
    read_back: String,
    mark: &'static str,
}

/// Writes the sign-off into the folder, and says where it is. An existing file is never overwritten: a second one of
/// the same second has a number.
pub(super) fn write(folder: &Path, occasion: &Occasion<'_>, steps: &[Rehearsed]) -> Result<PathBuf, CommandError> {
    let zone = occasion.configuration.time_zone.zone();
    let time = occasion.at.to_zoned(zone.clone()).strftime("%Y-%m-%d-%H%M%S");
    let name = format!("{}-sign-off-{time}", occasion.configuration.tenant);
    let text = page(occasion, steps)?;
    let others = (2..MOST_OF_A_SECOND).map(|number| format!("{name}-{number}.md"));
    for name in std::iter::once(format!("{name}.md")).chain(others) {
        let path = within(folder, &name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        match file.and_then(|mut file| file.write_all(text.as_bytes())) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(CommandError::NotWritten { path, source }),
        }
    }
    Err(CommandError::NotWritten {
        path: within(folder, &name),
        source: ErrorKind::AlreadyExists.into(),
    })
}

/// Returns the path without `./`, which operators do not type before a file of the current folder.
fn within(folder: &Path, name: &str) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from(name)
    } else {
        folder.join(name)
    }
}

fn page(occasion: &Occasion<'_>, steps: &[Rehearsed]) -> Result<String, askama::Error> {
    let configuration = occasion.configuration;
    let zone = configuration.time_zone.zone();
    let is_rehearsed = |scenario: &Scenario| steps.iter().any(|step| step.scenario == *scenario);
    let left_out = Scenario::ALL.into_iter().filter(|scenario| !is_rehearsed(scenario));
    let passed = steps.iter().filter(|step| step.has_passed()).count();
    let s = SignOff {
        customer: &configuration.name,
        tenant: configuration.tenant.as_str(),
        stage: occasion.stage,
        version: occasion.version,
        status: status(configuration.status),
        portal: configuration.tribal_habits.base_url.as_str(),
        employee_connect: configuration.employee_connect.base_url.as_str(),
        date: occasion.at.to_zoned(zone.clone()).strftime("%-d %B %Y").to_string(),
        at: local(occasion.at, zone),
        time_zone: zone_name(zone),
        operator: occasion.operator,
        witness: occasion.witness,
        result: format!("{passed} of {} as expected.", counted(steps.len(), "scenario")),
        steps: steps.iter().map(|step| Step::of(step, zone)).collect(),
        left_out: left_out.map(Scenario::as_str).collect(),
        has_new: is_rehearsed(&Scenario::New),
        has_rehired: is_rehearsed(&Scenario::Rehired),
    };
    Ok(printable_lines(&Page { s }.render()?))
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "a draft",
        Status::Live => "live",
        Status::Paused => "paused",
    }
}

/// Returns a scenario's outcome in a few words.
pub(super) fn outcome(step: &Rehearsed) -> String {
    let planned: Vec<_> = step.planned.iter().map(|planned| planned.kind.as_str()).collect();
    let planned = planned.join(", ");
    match (step.judged, step.done) {
        (Judged::Held, _) => format!("{planned} is held"),
        (Judged::Otherwise | Judged::AsExpected, _) if planned.is_empty() => format!("nothing: {}", step.because),
        (Judged::Otherwise, _) => format!("{planned} instead: nothing was written"),
        (Judged::AsExpected, None) => format!("{planned}, not agreed to"),
        (Judged::AsExpected, Some(false)) => format!("{planned} was refused"),
        (Judged::AsExpected, Some(true)) => match &step.read_back {
            Some(read_back) if read_back.is_as_expected() => format!("{planned}, read back the same"),
            Some(_) => format!("{planned}, read back differently"),
            None => planned,
        },
    }
}

impl Step {
    fn of(step: &Rehearsed, zone: &jiff::tz::TimeZone) -> Self {
        Self {
            scenario: step.scenario,
            employee: format!("{} {}", step.employee_id, step.person),
            expectation: step.scenario.expectation(),
            outcome: outcome(step),
            mark: mark(step.has_passed()),
            at: local(step.at, zone),
            because: step.because.clone(),
            facts: facts(step),
            fields: fields(step),
        }
    }
}

/// Returns the filter's reason for an employee out of scope, and the rejected writes.
fn facts(step: &Rehearsed) -> Vec<String> {
    let facts = step.clauses.iter().chain(&step.problems);
    facts.map(|fact| printable(fact)).collect()
}

/// Returns the written values and the values read back; for an action that was not carried out, the values that it
/// would have written.
fn fields(step: &Rehearsed) -> Vec<Field> {
    let before = |field: &str| {
        let mut changes = step.planned.iter().flat_map(|planned| &planned.fields);
        let change = changes.find(|change| change.field == field);
        change.and_then(|change| change.before.clone()).unwrap_or_default()
    };
    let read_back = |field: &FieldReadBack| Field {
        before: before(&field.field),
        name: field.field.clone(),
        written: if field.written {
            field.expected.clone()
        } else {
            String::new()
        },
        read_back: field.seen.clone().unwrap_or_default(),
        mark: mark(field.same),
    };
    step.read_back
        .iter()
        .flat_map(|account| &account.fields)
        .map(read_back)
        .collect()
}

fn mark(is_good: bool) -> &'static str {
    if is_good { "✓" } else { "✗" }
}

#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "what the macro writes around a filter, and the shape it asks for"
)]
mod filters {
    /// A value as a cell of a table: on one line, and with nothing that Markdown takes for its own.
    #[askama::filter_fn]
    pub(super) fn cell(text: impl std::fmt::Display, _: &dyn askama::Values) -> askama::Result<String> {
        let text = crate::terminal::printable(&text.to_string());
        let is_markup = |character: char| matches!(character, '|' | '\\' | '`' | '*' | '_' | '<' | '[');
        let escaped = text.chars().flat_map(|character| {
            let before = is_markup(character).then_some('\\');
            before.into_iter().chain([character])
        });
        Ok(escaped.collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use habitsync_domain::people::link::FieldChange;
    use habitsync_domain::user_plan::{ActionKind, PlannedAction};
    use habitsync_workflows::one_employee::ReadBack;
    use insta::assert_snapshot;

    use super::*;

    /// The example of the documentation, whole.
    const ACME: &str = include_str!("../../../../shared/domain/src/configuration/acme.toml");

    pub(in super::super) fn acme() -> TenantConfiguration {
        ACME.parse().expect("is valid")
    }

    pub(in super::super) fn occasion(configuration: &TenantConfiguration) -> Occasion<'_> {
        Occasion {
            configuration,
            version: 3,
            stage: "test",
            at: "2026-11-22T21:05:00Z".parse().expect("a time"),
            operator: "ana",
            witness: Some("Jo Citizen"),
        }
    }

    fn planned(id: &str, deed: ActionKind, (field, before, after): (&str, Option<&str>, &str)) -> PlannedAction {
        PlannedAction {
            employee_id: id.parse().expect("an id"),
            person: "Mei Lin".to_owned(),
            user_name: "mei@acme.com.au".parse().expect("a name"),
            kind: deed,
            held: None,
            waits_with: None,
            kept: None,
            reason: "changed in EmployeeConnect".to_owned(),
            fields: vec![FieldChange {
                field: field.to_owned(),
                before: before.map(str::to_owned),
                after: after.to_owned(),
            }],
        }
    }

    fn read_back(field: &str, expected: &str, seen: &str) -> ReadBack {
        ReadBack {
            found: true,
            fields: vec![FieldReadBack {
                field: field.to_owned(),
                expected: expected.to_owned(),
                seen: Some(seen.to_owned()),
                same: expected == seen,
                written: true,
            }],
        }
    }

    fn step(scenario: Scenario, id: &str, judged: Judged) -> Rehearsed {
        Rehearsed {
            scenario,
            employee_id: id.parse().expect("an id"),
            person: "Mei | Lin".to_owned(),
            at: "2026-11-22T21:05:30Z".parse().expect("a time"),
            planned: Vec::new(),
            judged,
            because: "the filter does not admit them".to_owned(),
            clauses: Vec::new(),
            done: None,
            problems: Vec::new(),
            read_back: None,
        }
    }

    /// One that passed, one that was read back differently, one that is not as expected, and one where nothing is to be done.
    pub(in super::super) fn steps() -> Vec<Rehearsed> {
        let location = ("X-Location", Some("Perth"), "Sydney");
        let updated = Rehearsed {
            planned: vec![planned("E2", ActionKind::Change, location)],
            because: "changed in EmployeeConnect".to_owned(),
            done: Some(true),
            read_back: Some(read_back("X-Location", "Sydney", "Sydney")),
            ..step(Scenario::Updated, "E2", Judged::AsExpected)
        };
        let new = Rehearsed {
            planned: vec![planned("E1", ActionKind::Create, ("X-Location", None, "Sydney"))],
            because: "works there and has no account".to_owned(),
            done: Some(true),
            problems: vec!["Tribal Habits refuses X-Location: is not in the list".to_owned()],
            read_back: Some(read_back("X-Location", "Sydney", "")),
            ..step(Scenario::New, "E1", Judged::AsExpected)
        };
        let terminated = Rehearsed {
            because: "the account is as it should be already".to_owned(),
            ..step(Scenario::Terminated, "E3", Judged::Otherwise)
        };
        let filtered_out = Rehearsed {
            clauses: vec!["`employee.location in [\"Fiji\"]` is true: employee.location is Fiji".to_owned()],
            ..step(Scenario::FilteredOut, "E4", Judged::AsExpected)
        };
        vec![new, updated, terminated, filtered_out]
    }

    #[test]
    fn the_sign_off_holds_what_was_rehearsed_and_the_evidence_of_it() {
        let configuration = acme();
        assert_snapshot!(page(&occasion(&configuration), &steps()).expect("rendered"));
    }

    #[test]
    fn a_second_sign_off_of_the_same_second_takes_the_place_of_none() {
        let folder = std::env::temp_dir().join(format!("habitsync-sign-off-{}", std::process::id()));
        std::fs::create_dir(&folder).expect("made");
        let configuration = acme();
        let write = || write(&folder, &occasion(&configuration), &steps()).expect("written");
        let names = [write(), write()].map(|path| path.file_name().map(std::ffi::OsStr::to_owned));
        std::fs::remove_dir_all(&folder).expect("removed");
        let expected = [
            "acme-sign-off-2026-11-23-080500.md",
            "acme-sign-off-2026-11-23-080500-2.md",
        ];
        assert_eq!(names, expected.map(|name| Some(name.into())));
    }
}
