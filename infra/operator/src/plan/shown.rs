//! A plan as somebody reads it before it is done.

use habitsync_domain::configuration::Status;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::problem::{Cause, Problem};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::user_plan::{PlanCounts, Planned};
use jiff::Timestamp;
use serde::Serialize;

use super::counts;
use super::words::{in_words, what};
use crate::failure::Failure;
use crate::terminal::{Answer, printable};

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
    /// The whole customer's, whoever is shown.
    pub(super) counts: PlanCounts,
    /// What would be done, in this order, and then what would be held.
    pub(super) actions: Vec<Planned>,
    pub(super) problems: Vec<ShownProblem>,
    #[serde(skip)]
    pub(super) next_run: String,
    #[serde(skip)]
    pub(super) limit: Option<usize>,
}

/// What is in the way of a person.
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
    pub(super) fn of(problem: Problem) -> Self {
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
    pub(super) fn keep_only(&mut self, person: &str) -> Result<(), Failure> {
        self.actions
            .retain(|planned| planned.employee_id.as_str() == person || planned.user_name.as_str() == person);
        self.problems.retain(|problem| problem.employee_id.as_str() == person);
        if self.actions.is_empty() && self.problems.is_empty() {
            return Err(Failure::NothingPlanned(self.tenant.clone()));
        }
        Ok(())
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
            "accounts from Tribal Habits"
        } else {
            "accounts as the table has them (--portal reads Tribal Habits)"
        };
        let writes = match self.status {
            Status::Live => "nothing was written",
            Status::Draft => "nothing was written, and a draft's runs write nothing either",
            Status::Paused => "nothing was written, and a paused customer's jobs do not run",
        };
        let first = format!("# {tenant} on stage {stage} under {configuration}: what the next user sync would do");
        let second = format!("# people from EmployeeConnect, {accounts}; {writes}");
        let counts = counts::lines(&self.counts);
        [first, second, String::new()]
            .into_iter()
            .chain(counts)
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn columns(&self) -> &'static [&'static str] {
        &["employee", "person", "what", "values, or why"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let actions = self.actions.iter().map(|planned| {
            vec![
                planned.employee_id.to_string(),
                printable(&planned.person),
                what(planned),
                in_words(planned),
            ]
        });
        let problems = self.problems.iter().map(ShownProblem::row);
        actions.chain(problems).collect()
    }

    fn limit(&self) -> Option<usize> {
        self.limit
    }

    fn footer(&self) -> Vec<String> {
        vec![self.next_run.clone()]
    }
}

impl ShownProblem {
    fn row(&self) -> Vec<String> {
        let seen = self.seen.as_deref().map(|seen| format!(": {}", printable(seen)));
        let what = if self.cause.blocks_person() {
            "set aside"
        } else {
            "problem"
        };
        vec![
            self.employee_id.to_string(),
            printable(&self.person),
            what.to_owned(),
            format!("{}{}", printable(&self.in_words), seen.unwrap_or_default()),
        ]
    }
}
