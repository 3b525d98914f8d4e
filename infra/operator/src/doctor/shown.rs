//! An examination as text for an operator: what differs first, and what to do about it.

use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, AssumptionVerdict, ShownBy};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_workflows::onboarding::probe::{Examination, NotReliedOn};
use serde::Serialize;

use crate::terminal::{Answer, PAGE, counted, printable};

/// An examination, as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    /// `version 3`, or the file's name.
    pub(super) configuration: String,
    #[serde(flatten)]
    pub(super) examination: Examination,
}

impl Answer for Shown {
    fn heading(&self) -> String {
        let Self {
            tenant,
            stage,
            configuration,
            examination,
        } = self;
        let (ok, differ, open) = (
            examination.count(AssumptionVerdict::Ok),
            examination.count(AssumptionVerdict::Differs),
            examination.count(AssumptionVerdict::CannotTell),
        );
        let first =
            format!("# {tenant} on stage {stage} under {configuration}: what is relied on, and whether it holds");
        let first = textwrap::fill(
            &first,
            textwrap::Options::new(usize::from(PAGE)).subsequent_indent("# "),
        );
        let second = "# from EmployeeConnect and Tribal Habits, asked from here; nothing was written";
        let third = format!(
            "# {ok} ok, {differ} {}, {open} cannot be told by reading; {}",
            if differ == 1 { "differs" } else { "differ" },
            counted(examination.requests as usize, "request")
        );
        format!("{first}\n{second}\n{third}")
    }

    fn columns(&self) -> &'static [&'static str] {
        &["verdict", "vendor", "what", "seen", "what to do"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let findings = &self.examination.findings;
        let read = |verdict| {
            let findings = findings.iter().filter(move |finding| finding.verdict == verdict);
            findings.filter(|finding| !needs_rehearsal(finding)).map(row)
        };
        let rehearsed = Vendor::ALL.iter().filter_map(|vendor| to_rehearse(findings, *vendor));
        read(AssumptionVerdict::Differs)
            .chain(open(findings))
            .chain(rehearsed)
            .chain(read(AssumptionVerdict::Ok))
            .chain(not_relied_on(&self.examination.not_relied_on))
            .collect()
    }

    /// All but the last: keys and names of files must not be cut.
    fn columns_shown(&self) -> usize {
        self.columns().len() - 1
    }

    fn next(&self) -> Vec<String> {
        let findings = self.examination.findings.iter();
        let to_do = findings.filter(|finding| finding.advice.iter().any(|advice| *advice != Advice::Rehearse));
        let lines: Vec<_> = to_do.flat_map(what_to_do).collect();
        let heading = (!lines.is_empty()).then(|| "what to do:".to_owned());
        heading.into_iter().chain(lines).collect()
    }
}

/// What a finding is about, and a line for each way to cope.
fn what_to_do(finding: &AssumptionFinding) -> Vec<String> {
    let assumption = finding.assumption;
    let about = format!(
        "{}, {}: {}",
        verdict(finding.verdict),
        assumption.vendor,
        assumption.says
    );
    let indented = |text: &str, indent: &'static str, rest: &'static str| {
        let options = textwrap::Options::new(usize::from(PAGE))
            .initial_indent(indent)
            .subsequent_indent(rest);
        let text = printable(text);
        let lines = textwrap::wrap(
            &text,
            options
                .break_words(false)
                .word_splitter(textwrap::WordSplitter::NoHyphenation),
        );
        lines.into_iter().map(std::borrow::Cow::into_owned).collect::<Vec<_>>()
    };
    let ways = ways(finding)
        .into_iter()
        .flat_map(|way| indented(&way, "    ", "      "));
    indented(&about, "  ", "  ").into_iter().chain(ways).collect()
}

/// The ways to cope, in words.
fn ways(finding: &AssumptionFinding) -> Vec<String> {
    match finding.advice.as_slice() {
        [mend @ Advice::Mend { .. }] => vec![format!("no setting copes: {mend}")],
        several => several.iter().map(ToString::to_string).collect(),
    }
}

fn row(finding: &AssumptionFinding) -> Vec<String> {
    vec![
        verdict(finding.verdict).to_owned(),
        finding.assumption.vendor.to_string(),
        finding.assumption.says.to_owned(),
        finding.seen.clone(),
        ways(finding).join("; "),
    ]
}

fn verdict(verdict: AssumptionVerdict) -> &'static str {
    match verdict {
        AssumptionVerdict::Differs => "differs",
        AssumptionVerdict::CannotTell => "cannot tell",
        AssumptionVerdict::Ok => "ok",
    }
}

/// What reading left open; findings of one vendor with one reason, such as that it does not answer, are one row.
fn open(findings: &[AssumptionFinding]) -> Vec<Vec<String>> {
    let mut groups: Vec<Vec<&AssumptionFinding>> = Vec::new();
    let is_open =
        |finding: &&AssumptionFinding| finding.verdict == AssumptionVerdict::CannotTell && !needs_rehearsal(finding);
    for finding in findings.iter().filter(is_open) {
        let reason =
            |finding: &AssumptionFinding| (finding.assumption.vendor, finding.seen.clone(), finding.advice.clone());
        match groups.iter_mut().find(|group| reason(group[0]) == reason(finding)) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let folded = |group: Vec<&AssumptionFinding>| {
        let mut folded = row(group[0]);
        if group.len() > 1 {
            let ids: Vec<_> = group.iter().map(|finding| short(finding.assumption.id)).collect();
            folded[2] = ids.join(", ");
        }
        folded
    };
    groups.into_iter().map(folded).collect()
}

/// What only a write, or a webhook, shows is known before anything is asked.
fn needs_rehearsal(finding: &AssumptionFinding) -> bool {
    matches!(finding.assumption.shown_by, ShownBy::Writing | ShownBy::Webhook)
}

/// All of it in one row.
fn to_rehearse(findings: &[AssumptionFinding], vendor: Vendor) -> Option<Vec<String>> {
    let ids = findings
        .iter()
        .filter(|finding| finding.assumption.vendor == vendor && needs_rehearsal(finding))
        .map(|finding| short(finding.assumption.id));
    let ids: Vec<_> = ids.collect();
    (!ids.is_empty()).then(|| {
        vec![
            verdict(AssumptionVerdict::CannotTell).to_owned(),
            vendor.to_string(),
            ids.join(", "),
            "only a write, or a webhook, shows them".to_owned(),
            Advice::Rehearse.to_string(),
        ]
    })
}

/// One row for each reason.
fn not_relied_on(skipped: &[NotReliedOn]) -> impl Iterator<Item = Vec<String>> {
    let mut reasons: Vec<(Vendor, &str, Vec<&str>)> = Vec::new();
    for skip in skipped {
        let known = reasons
            .iter_mut()
            .find(|(vendor, why, _)| (*vendor, *why) == (skip.vendor, skip.why));
        match known {
            Some((_, _, ids)) => ids.push(short(skip.id)),
            None => reasons.push((skip.vendor, skip.why, vec![short(skip.id)])),
        }
    }
    reasons.into_iter().map(|(vendor, why, ids)| {
        vec![
            "not relied on".to_owned(),
            vendor.to_string(),
            ids.join(", "),
            why.to_owned(),
            String::new(),
        ]
    })
}

/// Without the vendor, which stands beside it.
fn short(id: &'static str) -> &'static str {
    id.split_once('.').map_or(id, |(_, id)| id)
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::onboarding::assumptions::{Assumption, employee_connect, tribal_habits};
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn rehearse(assumption: &'static Assumption) -> AssumptionFinding {
        assumption.untold("only a write shows it", vec![Advice::Rehearse])
    }

    fn shown() -> Shown {
        let links = vec![Advice::set("courses.launch_urls", "{ \"TH-9-1\" = \"https://…\", … }")];
        let statuses = vec![
            Advice::set("users.active_statuses", "[\"Active\", \"Onboarding\", \"Current\"]"),
            Advice::ask("those of Current that mean somebody has left belong in users.terminated_statuses"),
        ];
        let findings = vec![
            tribal_habits::TOPIC_LINKS.differs("topics carry no auto-enrol links (0 of 31)", links),
            employee_connect::EMPLOYEE_STATUS.differs("24 Current\u{1b}[2J; not listed: Current", statuses),
            employee_connect::TOKEN.differs(
                "/oauth/token is answered with status 404",
                vec![
                    Advice::set("employee_connect.auth", "\"static_key\", and store a key"),
                    employee_connect::TOKEN.mend(),
                ],
            ),
            employee_connect::EMPLOYEE_LIST.needs_mending("meta.total missing"),
            tribal_habits::LIMIT.untold("no header speaks of a limit; 240 a minute are configured", Vec::new()),
            rehearse(&tribal_habits::USER_CREATE),
            rehearse(&tribal_habits::USER_INVITATION),
            rehearse(&employee_connect::RESULT_AGAIN),
            tribal_habits::CREDENTIALS.holds("the key is accepted"),
            employee_connect::EMPLOYEE_ID.holds("300 of 300 have one, each another"),
        ];
        let skipped =
            [&tribal_habits::ENROLMENT_BY_ID, &tribal_habits::ENROLMENT_ABSENT].map(|assumption| NotReliedOn {
                id: assumption.id,
                vendor: assumption.vendor,
                says: assumption.says,
                why: "results.read_back is false",
            });
        Shown {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            configuration: "version 3".to_owned(),
            examination: Examination {
                examined_at: "2026-11-25T21:05:00Z".parse().expect("a time"),
                requests: 27,
                findings,
                not_relied_on: skipped.into(),
            },
        }
    }

    #[test]
    fn what_differs_comes_first_with_what_to_do_and_what_a_rehearsal_shows_is_one_row_of_each_vendor() {
        let table = written(&shown(), Output::Table, 100).expect("written");
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
        assert_snapshot!(table);
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(shown()).expect("JSON")]
    }

    #[test]
    fn what_depends_on_a_vendor_that_does_not_answer_is_one_row_and_none_of_it_is_ok() {
        let mut shown = shown();
        let why = "it cannot be looked at: status 503";
        let mut findings: Vec<_> = tribal_habits::ALL
            .iter()
            .filter(|assumption| assumption.shown_by == ShownBy::Reading && **assumption != &tribal_habits::ADDRESS)
            .map(|assumption| assumption.untold(why, Vec::new()))
            .collect();
        findings.push(tribal_habits::ADDRESS.differs("status 503", vec![Advice::ask("run doctor again")]));
        shown.examination.findings = findings;
        let rows = shown.rows();
        let verdicts: Vec<_> = rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(verdicts, ["differs", "cannot tell", "not relied on"]);
        assert!(rows[1][2].contains("users.list") && rows[1][3] == why, "{rows:?}");
        assert!(shown.heading().contains("# 0 ok, 1 differs"), "{}", shown.heading());
    }

    #[test]
    fn an_examination_is_json_for_programs() {
        assert_snapshot!(written(&shown(), Output::Json, 100).expect("written"));
    }
}
