//! A rehearsal's output: each step as it is come to, and all of them at the end.

use std::path::PathBuf;

use habitsync_domain::tenant::TenantId;
use habitsync_workflows::onboarding::rehearse::Rehearsed;
use jiff::Timestamp;
use serde::Serialize;

use super::sign_off::{Occasion, outcome};
use crate::plan::{in_words, what};
use crate::terminal::{Answer, counted, printable};

/// The rehearsal's scenarios and their outcomes.
#[derive(Serialize)]
pub(super) struct Rehearsal {
    tenant: TenantId,
    stage: String,
    /// Of the configuration.
    version: u64,
    at: Timestamp,
    /// Whether everything came as it had to.
    passed: bool,
    sign_off: PathBuf,
    scenarios: Vec<Rehearsed>,
}

impl Rehearsal {
    pub(super) fn new(occasion: &Occasion<'_>, sign_off: PathBuf, scenarios: Vec<Rehearsed>) -> Self {
        Self {
            tenant: occasion.configuration.tenant.clone(),
            stage: occasion.stage.to_owned(),
            version: occasion.version,
            at: occasion.at,
            passed: scenarios.iter().all(Rehearsed::has_passed),
            sign_off,
            scenarios,
        }
    }
}

/// A step as it is come to: what has to happen, and what would.
pub(super) fn step(step: &Rehearsed) -> String {
    let person = printable(&step.person);
    let head = format!("{}: {} {person}", step.scenario, step.employee_id);
    let expected = format!("  expected: {}", step.scenario.expectation());
    let planned = step
        .planned
        .iter()
        .map(|planned| format!("  {}: {}", what(planned), in_words(planned, true)));
    let nothing = step
        .planned
        .is_empty()
        .then(|| format!("  nothing is to be done: {}", step.because));
    let lines = [head, expected].into_iter().chain(planned).chain(nothing);
    lines.map(|line| wrapped(&line)).collect::<Vec<_>>().join("\n")
}

fn wrapped(line: &str) -> String {
    let options = textwrap::Options::new(crate::terminal::PAGE.into())
        .subsequent_indent("    ")
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(line, options)
}

impl Answer for Rehearsal {
    fn heading(&self) -> String {
        let passed = self.scenarios.iter().filter(|step| step.has_passed()).count();
        format!(
            "# {} on stage {} under version {}: {passed} of {} as expected",
            self.tenant,
            self.stage,
            self.version,
            counted(self.scenarios.len(), "scenario")
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["scenario", "employee", "person", "as expected", "what came of it"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let row = |step: &Rehearsed| {
            vec![
                step.scenario.to_string(),
                step.employee_id.to_string(),
                printable(&step.person),
                if step.has_passed() { "yes" } else { "no" }.to_owned(),
                printable(&outcome(step)),
            ]
        };
        self.scenarios.iter().map(row).collect()
    }

    fn next(&self) -> Vec<String> {
        vec![format!("the sign-off, with the evidence: {}", self.sign_off.display())]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use insta::assert_snapshot;

    use super::super::sign_off::tests::{acme, occasion, steps};
    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn rehearsal() -> Rehearsal {
        let configuration = acme();
        let file = PathBuf::from("acme-sign-off-2026-11-23-080500.md");
        Rehearsal::new(&occasion(&configuration), file, steps())
    }

    #[test]
    fn a_rehearsal_says_of_each_scenario_what_came_of_it_and_where_the_sign_off_is() {
        assert_snapshot!(written(&rehearsal(), Output::Table, 100).expect("written"));
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(rehearsal()).expect("JSON")]
    }

    #[test]
    fn a_rehearsal_is_json_for_programs() {
        assert_snapshot!(written(&rehearsal(), Output::Json, 100).expect("written"));
    }

    #[test]
    fn each_step_says_what_has_to_happen_and_what_would() {
        let steps: Vec<_> = steps().iter().map(step).collect();
        assert_snapshot!(steps.join("\n\n"));
    }
}
