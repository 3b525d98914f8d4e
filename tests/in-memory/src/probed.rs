//! The findings of a probe, and the example's configuration with which a test asks for them.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::assumptions::{Assumption, AssumptionFinding, AssumptionVerdict, ShownBy};
use habitsync_workflows::ports::probes::Probed;

/// Returns the example's configuration, each first text replaced once by its second.
///
/// # Panics
///
/// The example lacks a text, or the result is invalid.
#[must_use]
pub fn acme<'c>(changes: impl IntoIterator<Item = &'c (&'c str, &'c str)>) -> TenantConfiguration {
    let example = include_str!("../../../shared/domain/src/configuration/acme.toml").to_owned();
    let source = changes.into_iter().fold(example, |source, (from, to)| {
        assert!(source.contains(from), "{from} is not in the example");
        source.replacen(from, to, 1)
    });
    source.parse().expect("valid")
}

/// Returns the one finding about an assumption.
///
/// # Panics
///
/// There is no finding about it, or there are several.
#[track_caller]
pub fn about<'p, S>(probed: &'p Probed<S>, assumption: &Assumption) -> &'p AssumptionFinding {
    let findings = probed.findings.iter();
    let found: Vec<_> = findings.filter(|finding| finding.assumption == assumption).collect();
    assert_eq!(found.len(), 1, "{}: {:?}", assumption.id, probed.silences);
    found[0]
}

/// Asserts that a finding differs and states this observation.
///
/// # Panics
///
/// The finding has another verdict or observation.
#[track_caller]
pub fn assert_differs(finding: &AssumptionFinding, seen: &str) {
    let expected = (AssumptionVerdict::Differs, seen);
    assert_eq!((finding.verdict, finding.seen.as_str()), expected, "{finding:?}");
}

/// Returns the findings that differ.
#[must_use]
pub fn differing<S>(probed: &Probed<S>) -> Vec<&AssumptionFinding> {
    let findings = probed.findings.iter();
    findings
        .filter(|finding| finding.verdict == AssumptionVerdict::Differs)
        .collect()
}

/// Asserts that a vendor does as assumed: each assumption among `all` that the customer needs and that reading shows has a finding,
/// and every finding is ok except the one about `limit`, which no header states.
///
/// # Panics
///
/// A finding is missing, or another one is not ok.
#[track_caller]
pub fn assert_keeps_contract<S>(
    probed: &Probed<S>,
    customer: &TenantConfiguration,
    all: &[&Assumption],
    limit: &Assumption,
) {
    let findings = probed.findings.iter();
    let wrong: Vec<_> = findings
        .filter(|finding| finding.verdict != AssumptionVerdict::Ok)
        .collect();
    let [undecided] = wrong[..] else { panic!("{wrong:#?}") };
    assert_eq!(
        (undecided.assumption, undecided.verdict),
        (limit, AssumptionVerdict::CannotTell),
        "no header says"
    );
    let read = all.iter().filter(|assumption| assumption.shown_by == ShownBy::Reading);
    for assumption in read.filter(|assumption| assumption.need.unmet(customer).is_none()) {
        about(probed, assumption);
    }
}
