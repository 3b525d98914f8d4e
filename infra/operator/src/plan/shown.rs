//! A plan as text for an operator, before it is carried out.

use habitsync_domain::approvals::{ActionCounts, PerChange};
use habitsync_domain::configuration::Status;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::link::FieldChange;
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::{FieldNotice, LostSource, PlanCounts, PlannedAction, Seats};
use jiff::Timestamp;
use serde::Serialize;

use super::counts;
use super::words::{in_words, what};
use crate::error::CommandError;
use crate::terminal::{Answer, answer, printable};

/// A plan, as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    /// `version 3`, or the file's name.
    pub(super) configuration: String,
    pub(super) status: Status,
    /// The moment that it is planned for.
    pub(super) at: Timestamp,
    /// Whether accounts are as the portal has them; otherwise as the table does.
    pub(super) has_read_portal: bool,
    /// Counts of the whole customer, independent of the filter.
    pub(super) counts: PlanCounts,
    /// Active accounts before and after the run.
    pub(super) seats: Seats,
    /// Fields behind the filter and the user name that many employees lost at once.
    pub(super) lost_sources: Vec<LostSource>,
    /// Fields with which the same is wrong for many employees.
    pub(super) field_notices: Vec<FieldNotice>,
    /// Changes of the kinds of which there are more than the change limits admit, whether or not an operator agreed to them.
    pub(super) beyond_limits: PerChange<usize>,
    /// What would be done, in this order, and then what would be held.
    pub(super) actions: Vec<PlannedAction>,
    pub(super) problems: Vec<ShownProblem>,
    #[serde(skip)]
    pub(super) next_run: String,
    /// Whether every value of an account that is created is shown.
    #[serde(skip)]
    pub(super) values: bool,
    #[serde(skip)]
    pub(super) limit: Option<usize>,
}

/// A problem that blocks an employee's action.
#[derive(Serialize)]
pub(super) struct ShownProblem {
    employee_id: EmployeeId,
    person: String,
    #[serde(flatten)]
    cause: Cause,
    in_words: String,
    seen: Option<String>,
}

impl ShownProblem {
    pub(super) fn new(problem: Problem) -> Self {
        Self {
            in_words: problem.cause.in_words(),
            employee_id: problem.employee_id,
            person: problem.person,
            cause: problem.cause,
            seen: problem.seen,
        }
    }
}

impl Shown {
    /// The plan is the whole customer's all the same: limits and disputes are as they would be.
    pub(super) fn keep_only(&mut self, person: &str) -> Result<(), CommandError> {
        self.actions
            .retain(|planned| planned.employee_id.as_str() == person || planned.user_name.as_str() == person);
        self.problems.retain(|problem| problem.employee_id.as_str() == person);
        if self.actions.is_empty() && self.problems.is_empty() {
            return Err(CommandError::NothingPlanned(self.tenant.clone()));
        }
        Ok(())
    }
}

impl Shown {
    fn lost_in_words(&self, width: u16) -> String {
        let lines = self.lost_sources.iter().map(|lost| {
            let line = format!(
                "lost: {} by {} of {} employees; in this run {}",
                printable(&lost.field),
                lost.lost,
                lost.had,
                lost.effect()
            );
            textwrap::fill(&line, usize::from(width))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn notices_in_words(&self, width: u16) -> String {
        let lines = self.field_notices.iter().map(|notice| {
            let line = format!("many: {}", printable(&notice.in_words()));
            textwrap::fill(&line, usize::from(width))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Shown {
    /// A draft's plan holds nothing: what a live customer's would is said here.
    fn limits_in_words(&self, width: u16) -> String {
        let counts = ActionCounts {
            deactivations: 0,
            changes: self.beyond_limits,
        };
        if self.status != Status::Draft || counts == ActionCounts::default() {
            return String::new();
        }
        let line = format!(
            "beyond the change limits: {}; on going live they wait for approval, or are agreed to by tenant apply {}",
            counts.in_words(),
            counts.flags()
        );
        textwrap::fill(&line, usize::from(width))
    }
}

impl Answer for Shown {
    fn heading(&self) -> String {
        let Self {
            tenant,
            stage,
            configuration,
            ..
        } = self;
        let accounts = if self.has_read_portal {
            "and Tribal Habits"
        } else {
            "and the table (--portal reads Tribal Habits, too)"
        };
        let writes = match self.status {
            Status::Live => "nothing was written",
            Status::Draft => "nothing was written, and a draft's runs write nothing either",
            Status::Paused => "nothing was written, and a paused customer's jobs do not run",
        };
        format!(
            "# {tenant} on stage {stage} under {configuration}: what the next user sync would do\n\
             # from EmployeeConnect {accounts}; {writes}"
        )
    }

    fn text(&self, width: u16) -> String {
        let seats = counts::seats_in_words(&self.seats);
        let counts = counts::lines(&self.counts).into_iter().chain([seats]);
        let counts = counts.collect::<Vec<_>>().join("\n");
        let table = answer::limited(self, width);
        answer::paragraphs([
            answer::wrapped(&self.heading(), width),
            counts,
            self.lost_in_words(width),
            self.notices_in_words(width),
            self.limits_in_words(width),
            table,
            self.next().join("\n"),
        ])
    }

    fn columns(&self) -> &'static [&'static str] {
        &["employee", "person", "what", "values, or why"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let actions = self.actions.iter().map(|planned| {
            vec![
                planned.employee_id.to_string(),
                planned.person.clone(),
                what(planned),
                in_words(planned, self.values),
            ]
        });
        let problems = self.problems.iter().map(ShownProblem::row);
        actions.chain(problems).collect()
    }

    fn spreadsheet(&self) -> (&'static [&'static str], Vec<Vec<String>>) {
        let actions = self.actions.iter().flat_map(cells);
        let problems = self.problems.iter().map(ShownProblem::cells);
        (&SPREADSHEET, actions.chain(problems).collect())
    }

    fn limit(&self) -> Option<usize> {
        self.limit
    }

    fn next(&self) -> Vec<String> {
        let rekeyed = self
            .problems
            .iter()
            .filter(|problem| matches!(problem.cause, Cause::Rekeyed { .. }));
        let rekeyed = rekeyed.count();
        let tenant = &self.tenant;
        let relink = format!(
            "{rekeyed} under new employee numbers: habitsync link rekey {tenant} shows and moves their accounts"
        );
        let relink = (rekeyed > 0).then_some(relink);
        relink.into_iter().chain([self.next_run.clone()]).collect()
    }
}

/// The columns of the spreadsheet.
const SPREADSHEET: [&str; 11] = [
    "employee",
    "person",
    "user name",
    "what",
    "field",
    "before",
    "after",
    "why",
    "held because",
    "kept by decision",
    "value seen",
];

/// A row for each value that changes, and one where none does.
fn cells(planned: &PlannedAction) -> Vec<Vec<String>> {
    let row = |field: Option<&FieldChange>| {
        let [name, before, after] = field.map_or_else(Default::default, |field| {
            [
                field.field.clone(),
                field.before.clone().unwrap_or_default(),
                field.after.clone(),
            ]
        });
        vec![
            planned.employee_id.to_string(),
            planned.person.clone(),
            planned.user_name.as_str().to_owned(),
            what(planned),
            name,
            before,
            after,
            planned.reason.clone(),
            planned.why_held().unwrap_or_default(),
            planned.kept.clone().unwrap_or_default(),
            String::new(),
        ]
    };
    if planned.fields.is_empty() {
        return vec![row(None)];
    }
    planned.fields.iter().map(|field| row(Some(field))).collect()
}

impl ShownProblem {
    fn cells(&self) -> Vec<String> {
        let mut cells = vec![String::new(); SPREADSHEET.len()];
        cells[0] = self.employee_id.to_string();
        cells[1].clone_from(&self.person);
        self.what().clone_into(&mut cells[3]);
        cells[7].clone_from(&self.in_words);
        cells[10] = self.seen.clone().unwrap_or_default();
        cells
    }

    fn what(&self) -> &'static str {
        if self.cause.blocks_person() {
            "not synced"
        } else {
            "warning"
        }
    }

    fn row(&self) -> Vec<String> {
        let seen = self.seen.as_deref().map(|seen| format!(": {seen}"));
        vec![
            self.employee_id.to_string(),
            self.person.clone(),
            self.what().to_owned(),
            format!("{}{}", self.in_words, seen.unwrap_or_default()),
        ]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::approvals::HoldReason;
    use habitsync_domain::user_plan::{ActionKind, FieldFault, ReferenceForm, RewriteForm, SourceRule};
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn planned(id: &str, person: &str, deed: ActionKind, values: &[(&str, Option<&str>, &str)]) -> PlannedAction {
        let field = |(field, before, after): &(&str, Option<&str>, &str)| FieldChange {
            field: (*field).to_owned(),
            before: before.map(str::to_owned),
            after: (*after).to_owned(),
        };
        PlannedAction {
            employee_id: id.parse().expect("an id"),
            person: person.to_owned(),
            user_name: format!("{}@acme.com.au", id.to_lowercase()).parse().expect("a name"),
            kind: deed,
            held: None,
            waits_with: None,
            kept: None,
            reason: "the status says terminated".to_owned(),
            fields: values.iter().map(field).collect(),
        }
    }

    fn shown() -> Shown {
        let counts = PlanCounts {
            read: 412,
            in_scope: 390,
            to_create: 1,
            to_change: 1,
            unchanged: 387,
            set_aside: 1,
            leavers: 20,
            leavers_to_deactivate: 1,
            leavers_held: 1,
            leavers_settled: 18,
            undecided: 2,
            ..PlanCounts::default()
        };
        let held = PlannedAction {
            held: Some(HoldReason::OverLimit {
                planned: 7,
                recent: 2,
                allowed: 8,
            }),
            ..planned("E5", "Anika Deng", ActionKind::Deactivate, &[])
        };
        let problem = Problem {
            cause: Cause::NoUserName {
                source: "employee.workEmail".to_owned(),
            },
            employee_id: "E6".parse().expect("an id"),
            person: "Jo \u{1b}[2J Citizen".to_owned(),
            seen: None,
        };
        Shown {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            configuration: "version 3".to_owned(),
            status: Status::Live,
            at: "2026-11-22T21:05:00Z".parse().expect("a time"),
            has_read_portal: false,
            counts,
            seats: Seats {
                now: 391,
                after: 391,
                after_approval: 390,
                of_whole_portal: false,
            },
            lost_sources: vec![LostSource {
                field: "location".to_owned(),
                had: 400,
                lost: 380,
                rule: SourceRule::Filter,
            }],
            beyond_limits: PerChange::default(),
            field_notices: vec![
                FieldNotice {
                    field: "managerEmployeeId".to_owned(),
                    employees: 380,
                    of: 395,
                    what: FieldFault::UnknownManagers {
                        found: ReferenceForm::EmailAddress,
                    },
                },
                FieldNotice {
                    field: "X-Job Title".to_owned(),
                    employees: 12,
                    of: 395,
                    what: FieldFault::RewrittenByPortal {
                        form: RewriteForm::Blanks,
                    },
                },
            ],
            actions: vec![
                planned("E1", "Georgia Kovačević", ActionKind::Adopt, &[]),
                planned(
                    "E2",
                    "Mitch Pham",
                    ActionKind::Create,
                    &[("user_name", None, "e2@acme.com.au"), ("X-Location", None, "Perth")],
                ),
                planned(
                    "E3",
                    "Mei Lin",
                    ActionKind::Change,
                    &[("X-Location", Some("Perth"), "Sydney"), ("manager_email", None, "")],
                ),
                planned(
                    "E4",
                    "Tane Corvino",
                    ActionKind::Deactivate,
                    &[("active", Some("true"), "false")],
                ),
                held,
            ],
            problems: vec![ShownProblem::new(problem)],
            next_run: "the next run is due 2026-11-23 09:00 (Australia/Sydney)".to_owned(),
            values: false,
            limit: Some(50),
        }
    }

    #[test]
    fn a_plan_says_what_is_done_about_whom_and_what_is_in_the_way() {
        assert_snapshot!(written(&shown(), Output::Table, 100).expect("written"));
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(shown()).expect("JSON")]
    }

    #[test]
    fn a_drafts_plan_says_what_would_wait_for_approval() {
        let draft = Shown {
            status: Status::Draft,
            beyond_limits: PerChange {
                created: 23,
                ..PerChange::default()
            },
            ..shown()
        };
        let text = written(&draft, Output::Table, 100).expect("written");
        assert!(
            text.contains("beyond the change limits: 23 creates") && text.contains("--yes-create 23"),
            "{text}"
        );
    }

    #[test]
    fn a_plan_is_json_for_programs() {
        assert_snapshot!(written(&shown(), Output::Json, 100).expect("written"));
    }

    #[test]
    fn a_plan_may_be_one_persons_and_show_every_value() {
        let mut plan = shown();
        plan.values = true;
        plan.keep_only("e2@acme.com.au").expect("is in it");
        assert_snapshot!(written(&plan, Output::Table, 100).expect("written"));
        let nobody = shown().keep_only("E7").expect_err("nothing is done").to_string();
        assert!(
            nobody.contains("habitsync explain acme") && !nobody.contains("E7"),
            "{nobody}"
        );
    }

    #[test]
    fn a_long_plan_says_how_much_of_it_is_not_shown() {
        let mut plan = shown();
        plan.limit = Some(2);
        let table = written(&plan, Output::Table, 100).expect("written");
        assert!(table.contains("… and 4 more: --limit 0, or --output csv"), "{table}");
        let csv = written(&plan, Output::Csv, 100).expect("written");
        assert_eq!(csv.lines().count(), 9, "{csv}");
    }

    #[test]
    fn a_spreadsheet_of_a_plan_has_one_value_a_cell() {
        assert_snapshot!(written(&shown(), Output::Csv, 100).expect("written"));
    }
}
