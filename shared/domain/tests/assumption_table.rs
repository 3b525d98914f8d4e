//! The published table of what we assume of the vendors, in step with the checks of `habitsync doctor`.
//!
//! After a change to the assumptions, `UPDATE_EXPECT=1 cargo test -p habitsync-domain --test assumption_table` publishes it
//! anew.

use expect_test::expect_file;
use habitsync_domain::onboarding::assumptions::{
    Assumption, Confidence, ShownBy, Unused, employee_connect, tribal_habits,
};

const HEAD: &str = "# What is assumed of the vendors

Written by a test from `shared/domain/src/onboarding/assumptions/`; do not edit it by hand. Neither vendor documents its API whole, and nobody
here has seen a server of theirs. `habitsync doctor TENANT` gives each of these a verdict for one customer: `ok`, `differs` or `cannot
tell`. What only a write or a webhook shows is for a rehearsal. A test holds every undocumented element of both wire contracts
(`tests/contracts/*.openapi.yaml`) against this list. Where an assumption does not hold and no setting copes, the file is what
would have to change.
";

fn row(assumption: &Assumption) -> String {
    let confidence = match assumption.confidence {
        Confidence::Documented => "documented",
        Confidence::Inferred => "inferred",
        Confidence::Assumed => "assumed",
    };
    let shown_by = match assumption.shown_by {
        ShownBy::Reading => "reading",
        ShownBy::Writing => "a write",
        ShownBy::Webhook => "a webhook",
        ShownBy::Overload => "a 429",
    };
    let (id, says, file) = (assumption.id, assumption.says, assumption.file);
    format!("| `{id}` | {says} | {confidence} | {shown_by} | `{file}` |")
}

fn section(vendor: &str, assumptions: &[&Assumption], unused: &[Unused]) -> String {
    let rows: Vec<_> = assumptions.iter().map(|assumption| row(assumption)).collect();
    let unused = unused
        .iter()
        .map(|unused| format!("- `{}`: {}", unused.element, unused.why));
    format!(
        "\n## {vendor}\n\n| assumption | what it says | how sure | shown by | where it lives |\n| --- | --- | --- | --- | --- |\n{}\n\nIn \
         the contract, and nothing depends on it:\n\n{}\n",
        rows.join("\n"),
        unused.collect::<Vec<_>>().join("\n")
    )
}

#[test]
fn the_published_table_is_the_list_that_doctor_goes_by() {
    let portal = section("Tribal Habits", tribal_habits::ALL, tribal_habits::UNUSED);
    let hris = section("EmployeeConnect", employee_connect::ALL, employee_connect::UNUSED);
    expect_file!["../../../docs/ASSUMPTIONS.md"].assert_eq(&format!("{HEAD}{portal}{hris}"));
}
