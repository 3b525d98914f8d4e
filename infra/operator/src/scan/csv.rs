//! What a scan found as a spreadsheet: what the customer gets. One row for each finding and each person it is about.

use habitsync_domain::data_quality::{Concerned, Finding};
use habitsync_domain::identity::{EmployeeId, UserName};

use super::shown::Shown;

pub(super) const COLUMNS: &[&str] = &[
    "kind",
    "finding",
    "what is wrong",
    "employee",
    "person",
    "account",
    "field",
    "value seen",
    "note",
    "what follows",
    "what to do",
];

/// Findings are numbered, so that people who share something can be told from others who do.
pub(super) fn rows(shown: &Shown) -> Vec<Vec<String>> {
    let findings = (1..).zip(shown.findings());
    findings
        .flat_map(|(number, finding)| finding.people.iter().map(move |person| row(number, finding, person)))
        .collect()
}

fn row(number: usize, finding: &Finding, person: &Concerned) -> Vec<String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    vec![
        finding.kind.to_string(),
        number.to_string(),
        finding.kind.title().to_owned(),
        text(person.employee_id.as_ref().map(EmployeeId::as_str)),
        person.person.clone(),
        text(person.user_name.as_ref().map(UserName::as_str)),
        text(person.field.as_deref()),
        text(person.seen.as_deref()),
        person.note.clone(),
        finding.kind.severity().as_str().to_owned(),
        finding.kind.what_to_do().to_owned(),
    ]
}
