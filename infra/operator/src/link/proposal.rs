//! A proposed link, shown before the operator agrees: the employee, the account, and the changes that the next run
//! would make.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::user::FieldName;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::user_sync::link::{Linked, ProposedLink};
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::plan::{in_words, what};
use crate::terminal::{Answer, counted};

/// The proposed link, and its outcome.
pub(super) struct Proposal {
    pub(super) tenant: TenantId,
    pub(super) stage: String,
    pub(super) employee_id: EmployeeId,
    pub(super) proposed: ProposedLink,
    /// None where nothing was done.
    pub(super) linked: Option<Linked>,
}

impl Proposal {
    fn email(&self) -> &str {
        let email = self.proposed.account.fields.0.get(&FieldName::email());
        email.map(String::as_str).unwrap_or_default()
    }

    fn name(&self) -> String {
        let field = |name: &str| self.proposed.account.fields.0.get(&name.parse::<FieldName>().ok()?);
        let names = [FieldName::FIRST_NAME, FieldName::LAST_NAME].map(field);
        let names: Vec<_> = names.into_iter().flatten().map(String::as_str).collect();
        names.join(" ").trim().to_owned()
    }

    /// Returns the outcome, and what the next run will do.
    pub(super) fn done(&self, linked: Linked, by: &str) -> String {
        let Self {
            tenant, employee_id, ..
        } = self;
        let what = if linked.was_linked {
            format!("{tenant}: employee {employee_id} was linked to it already, and stays so")
        } else {
            let next = format!("the next user sync follows it (now: habitsync run {tenant} user-sync)");
            format!("{tenant}: employee {employee_id} is linked by {by}\n{next}")
        };
        match linked.released {
            0 => what,
            released => format!("{what}\n{} that waited for it: due now", counted(released, "result")),
        }
    }
}

impl Answer for Proposal {
    fn heading(&self) -> String {
        let Self {
            tenant,
            stage,
            employee_id,
            ..
        } = self;
        format!(
            "# link of employee {employee_id} of {tenant} on stage {stage}; the employee from EmployeeConnect, the account from \
             Tribal Habits, links from the table"
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &["what", "value"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let ProposedLink {
            person,
            account,
            before,
            next_run,
            problems,
            ..
        } = &self.proposed;
        let row = |what: &str, value: &str| vec![what.to_owned(), value.to_owned()];
        let state = if account.active { "active" } else { "deactivated" };
        let who = [
            row("employee", &format!("{} {person}", self.employee_id)),
            row("account", &format!("{} ({state})", account.user_name.as_str())),
            row("account's name", &self.name()),
            row("account's e-mail", self.email()),
        ];
        let linked = match before {
            Some(_) if self.proposed.is_there() => "to this account already".to_owned(),
            Some(before) => format!("to {}, which is given up", before.user_name.as_str()),
            None => "not yet".to_owned(),
        };
        let next = next_run.iter().map(|planned| {
            vec![
                "next run".to_owned(),
                format!("{}: {}", what(planned), in_words(planned, true)),
            ]
        });
        let problems = problems
            .iter()
            .map(|problem| row("in its way", &problem.cause.in_words()));
        let unchanged = next_run.is_empty().then(|| row("next run", "changes nothing"));
        let rows = who.into_iter().chain([row("linked", &linked)]);
        rows.chain(next).chain(unchanged).chain(problems).collect()
    }
}

/// Its fields stay.
impl Serialize for Proposal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ProposedLink {
            person,
            account,
            before,
            next_run,
            problems,
            ..
        } = &self.proposed;
        let problems: Vec<_> = problems.iter().map(|problem| problem.cause.in_words()).collect();
        let shown = json!({
            "tenant": self.tenant,
            "stage": self.stage,
            "employee_id": self.employee_id,
            "person": person,
            "account": {
                "user_name": account.user_name,
                "active": account.active,
                "name": self.name(),
                "email": self.email(),
            },
            "linked_to": before.as_ref().map(|before| &before.user_name),
            "next_run": next_run,
            "problems": problems,
            "linked": self.linked.map(|linked| json!({
                "was_linked": linked.was_linked,
                "released_results": linked.released,
            })),
        });
        shown.serialize(serializer)
    }
}
