//! An explanation as a page: the next run's action first, then the reasons, section by section.

use habitsync_domain::onboarding::explanation::EmploymentState;
use habitsync_domain::people::link::PersonChange;

use super::explained::{Explained, FoundBy};
use super::next;
use super::words::{clause_lines, field_lines, flip_lines, one_line, problem_line, seen, unseen, verdict_in_words};
use crate::terminal::page::{self, Line, Section, line};
use crate::terminal::{Answer, Old, PAGE, answer, arrow, counted, local, printable, zone_name};

/// So many changes are shown to a reader; a program gets all of them.
const CHANGES: usize = 8;

impl Answer for Explained {
    fn heading(&self) -> String {
        let Self {
            tenant,
            stage,
            configuration,
            employee_id,
            ..
        } = self;
        let requests = counted(self.requests, "request");
        let lines = [
            format!(
                "# {}, employee {employee_id} of {tenant} on stage {stage} under {configuration}",
                printable(&self.person)
            ),
            format!("# from the table, EmployeeConnect and Tribal Habits in {requests}; nothing was written"),
            format!("# times in {}", zone_name(&self.zone)),
        ];
        let wrapped = textwrap::Options::new(usize::from(PAGE)).subsequent_indent("# ");
        lines.map(|line| textwrap::fill(&line, &wrapped)).join("\n")
    }

    fn columns(&self) -> &'static [&'static str] {
        &["section", "what", "value", "verdict"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let sections = self.page().into_iter();
        let rows = sections.flat_map(|section| {
            let row = move |line: Line| [vec![section.title.to_owned()], line.into()].concat();
            section.lines.into_iter().map(row)
        });
        rows.collect()
    }

    fn text(&self, width: u16) -> String {
        let sections = page::written(&self.page(), width);
        answer::paragraphs([
            answer::wrapped(&self.heading(), width),
            sections,
            self.next().join("\n"),
        ])
    }

    fn next(&self) -> Vec<String> {
        self.go_on.clone()
    }
}

impl Explained {
    fn page(&self) -> Vec<Section> {
        let sections = [
            ("next", self.next_lines()),
            ("what would change that", self.flip_lines()),
            ("record in EmployeeConnect", self.record.iter().map(seen).collect()),
            ("employment", self.employment_lines()),
            ("filter", self.filter_lines()),
            ("account in Tribal Habits", self.account_lines()),
            ("fields", self.fields.iter().flat_map(field_lines).collect()),
            ("manager", self.manager_lines()),
            ("in the way", self.problem_lines()),
            ("changes of 90 days", self.change_lines()),
            (
                "not seen from here",
                self.unknown.iter().map(|unknown| unseen(*unknown)).collect(),
            ),
        ];
        let sections = sections.into_iter().map(|(title, lines)| Section { title, lines });
        sections.filter(|section| !section.lines.is_empty()).collect()
    }

    fn next_lines(&self) -> Vec<Line> {
        let verdict = match &self.explanation {
            Some(explanation) => verdict_in_words(&explanation.verdict),
            None => "vanished: EmployeeConnect has no such employee (404)".to_owned(),
        };
        let status = next::of_status(self.status).map(|words| line("customer", words));
        [
            line("verdict", verdict),
            line("the next run", self.next.in_words.clone()),
            line("when", self.next_run.clone()),
        ]
        .into_iter()
        .chain(status)
        .collect()
    }

    fn flip_lines(&self) -> Vec<Line> {
        match &self.explanation {
            Some(explanation) => flip_lines(&explanation.flip, &explanation.verdict),
            None => vec![line(
                "back in scope with",
                "a record of this employee number in EmployeeConnect",
            )],
        }
    }

    fn employment_lines(&self) -> Vec<Line> {
        let Some(explanation) = &self.explanation else {
            return Vec::new();
        };
        let works = match explanation.employment.standing {
            EmploymentState::Works => "works there",
            EmploymentState::StartsLater => "starts later",
            EmploymentState::Left => "has left",
            EmploymentState::Unknown => "cannot be told",
        };
        let from = explanation.employment.account_from;
        let from = from.map(|from| line("has an account from", from.to_string()));
        let because = line("because", explanation.employment.because.clone());
        [line("verdict", works), because].into_iter().chain(from).collect()
    }

    fn filter_lines(&self) -> Vec<Line> {
        let Some(filter) = self
            .explanation
            .as_ref()
            .and_then(|explanation| explanation.filter.as_ref())
        else {
            return Vec::new();
        };
        let admits = match filter.admits {
            Some(true) => "admits them",
            Some(false) => "does not admit them",
            None => "fails on them: they are left alone",
        };
        let clauses = filter.clauses.iter().flat_map(clause_lines);
        [["all of it".to_owned(), one_line(&filter.source), admits.to_owned()]]
            .into_iter()
            .chain(clauses)
            .collect()
    }

    fn account_lines(&self) -> Vec<Line> {
        let account = &self.account;
        let Some(name) = &account.user_name else {
            let none = "none under the user name they would have";
            return vec![line("account", none)];
        };
        let found_by = match account.found_by {
            Some(FoundBy::Link) => "linked",
            Some(FoundBy::UserName) => "the same user name, linked by the next run",
            Some(FoundBy::Email) => "the same e-mail, linked by the next run",
            None => "",
        };
        let active = match account.active {
            Some(true) => "active",
            Some(false) => "deactivated",
            None => "gone from the portal",
        };
        let removed = self
            .link
            .as_ref()
            .and_then(|link| link.removed.as_ref())
            .map(|removed| {
                let what = format!("{}; {}", local(removed.at, &self.zone), removed.evidence.reason());
                line("deactivated by us", what)
            });
        let account = [name.as_str().to_owned(), found_by.to_owned()];
        [[account[0].clone(), account[1].clone(), active.to_owned()]]
            .into_iter()
            .chain(removed)
            .collect()
    }

    fn manager_lines(&self) -> Vec<Line> {
        let Some(manager) = &self.manager else {
            return Vec::new();
        };
        let verdict = match (&manager.verdict, &manager.person) {
            (Some(verdict), _) => verdict_in_words(verdict),
            (None, _) => "not in EmployeeConnect".to_owned(),
        };
        let person = manager.person.as_deref().unwrap_or("nobody is known by this number");
        vec![[manager.employee_id.clone(), person.to_owned(), verdict]]
    }

    /// Returns problems, rejected writes and decisions.
    fn problem_lines(&self) -> Vec<Line> {
        let problems = self.plan.plan.problems.iter().map(problem_line);
        let refused = self.refused.iter().map(|rejected_write| {
            let what = match &rejected_write.what {
                habitsync_domain::people::rejected_writes::RejectedPart::Person => "refused: the person".to_owned(),
                habitsync_domain::people::rejected_writes::RejectedPart::UserName => {
                    "refused: the user name".to_owned()
                }
                habitsync_domain::people::rejected_writes::RejectedPart::Field(field) => format!("refused: {field}"),
            };
            let since = local(rejected_write.since, &self.zone);
            let tried = if rejected_write.given_up {
                "not tried any more until it changes".to_owned()
            } else {
                format!("tried again after {}", local(rejected_write.due_at, &self.zone))
            };
            let attempts = counted(rejected_write.attempts, "attempt");
            line(what, format!("since {since}, {attempts}; {tried}"))
        });
        let kept = self.plan.plan.lost_fields.iter().map(|lost| {
            line(
                lost.field.as_str(),
                "not written: many employees lost it at once when the last run looked",
            )
        });
        let decision = self.decision.iter().map(|decision| {
            let word = &decision.made;
            let when = local(word.at, &self.zone);
            let what = format!(
                "{} by {} on {when}: {}",
                word.verdict.as_str(),
                word.actor,
                decision.evidence.reason()
            );
            line("decided", what)
        });
        problems.chain(refused).chain(kept).chain(decision).collect()
    }

    fn change_lines(&self) -> Vec<Line> {
        let shown = self.changes.iter().take(CHANGES).map(|change| self.change_line(change));
        let more = self.changes.len().saturating_sub(CHANGES);
        let more = (more > 0).then(|| line("…", format!("{more} more: --output json")));
        shown.chain(more).collect()
    }

    fn change_line(&self, change: &PersonChange) -> Line {
        let is_new = change.fields.iter().all(|field| field.before.is_none());
        let old = if is_new { Old::None } else { Old::Shown };
        let fields: Vec<_> = change.fields.iter().map(|field| arrow(field, old)).collect();
        let value = format!("{} ({})", fields.join(", "), change.reason);
        line(local(change.at, &self.zone), value.trim().to_owned())
    }
}
