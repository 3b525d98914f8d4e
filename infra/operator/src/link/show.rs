//! `habitsync link show`: one employee's link between EmployeeConnect and Tribal Habits, the mirror's values of the
//! account, and recent changes. It names the person: for the operator's eyes.

use habitsync_aws_adapters::{SystemClock, TenantTable};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::people::{FindPersonByUserName, LoadPerson};
use habitsync_workflows::user_sync::rekey::{former_number, load_history};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::{Answer, Old, arrow};

/// Whose link is shown.
#[derive(Debug, clap::Args)]
pub(crate) struct LinkArguments {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The employee number, or the user name in Tribal Habits.
    pub(crate) person: String,
}

/// One person's link.
#[derive(Serialize)]
struct Link {
    tenant: TenantId,
    stage: String,
    employee_id: EmployeeId,
    /// None where the link was removed: its changes stay on record.
    person: Option<Person>,
    /// The employee number that the account was moved to; none where it was not.
    moved_to: Option<EmployeeId>,
    changes: Vec<PersonChange>,
    #[serde(skip)]
    zone: TimeZone,
}

/// Prints the link.
pub(crate) async fn show(stage: &Stage, asked: &LinkArguments) -> Result<(), CommandError> {
    let stored = stage.in_force(&asked.tenant).await?;
    let table = stage.table().tenant(&asked.tenant);
    let person = find(&table, &asked.person).await?;
    let nobody = || CommandError::NoLink(asked.tenant.clone());
    let employee_id = match &person {
        Some(person) => person.employee_id.clone(),
        None => asked.person.parse().map_err(|_| nobody())?,
    };
    let changes = load_history(&table, &employee_id).await?;
    if person.is_none() && changes.is_empty() {
        return Err(nobody());
    }
    let moved_to = match &person {
        Some(_) => None,
        None => moved_to(&table, &employee_id, &changes).await?,
    };
    let link = Link {
        moved_to,
        changes,
        employee_id,
        person,
        tenant: asked.tenant.clone(),
        stage: stage.name.clone(),
        zone: stored.configuration.time_zone.zone().clone(),
    };
    stage.print(&link)
}

/// The employee number that has the account now which these changes were about.
async fn moved_to(
    table: &TenantTable,
    employee: &EmployeeId,
    changes: &[PersonChange],
) -> Result<Option<EmployeeId>, CommandError> {
    let mut fields = changes.iter().flat_map(|change| &change.fields);
    let name = fields.find(|field| field.field == "user_name" && !field.after.is_empty());
    let Some(name) = name.and_then(|field| field.after.parse().ok()) else {
        return Ok(None);
    };
    let Some(found) = table.find_person(&name, SystemClock.now()).await? else {
        return Ok(None);
    };
    let former = former_number(&load_history(table, &found).await?);
    Ok(former.filter(|former| former == employee).map(|_| found))
}

/// By employee number first: an employee may have another's number for a user name.
async fn find(table: &TenantTable, who: &str) -> Result<Option<Person>, CommandError> {
    if let Ok(employee) = who.parse::<EmployeeId>()
        && let Some(person) = table.load_person(&employee).await?
    {
        return Ok(Some(person));
    }
    let Ok(name) = who.parse() else {
        return Ok(None);
    };
    match table.find_person(&name, SystemClock.now()).await? {
        Some(employee) => Ok(table.load_person(&employee).await?),
        None => Ok(None),
    }
}

impl Answer for Link {
    fn heading(&self) -> String {
        let zone = self.zone.iana_name().unwrap_or("the customer's time zone");
        let Self {
            tenant,
            stage,
            employee_id,
            ..
        } = self;
        format!("# employee {employee_id} of {tenant} on stage {stage}, from the table; times in {zone}")
    }

    fn columns(&self) -> &'static [&'static str] {
        &["what", "value", "when"]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let account = match &self.person {
            Some(person) => self.account(person),
            None => vec![self.row("account", &self.gone(), None)],
        };
        let changes = self.changes.iter().map(|change| self.change(change));
        account.into_iter().chain(changes).collect()
    }

    /// Each value of a change has a row of its own.
    fn spreadsheet(&self) -> (&'static [&'static str], Vec<Vec<String>>) {
        const COLUMNS: [&str; 6] = ["what", "field", "before", "value", "reason", "when"];
        let now = |row: Vec<String>| {
            let mut cells = row.into_iter();
            let mut next = || cells.next().unwrap_or_default();
            let (what, value, when) = (next(), next(), next());
            vec![what, String::new(), String::new(), value, String::new(), when]
        };
        let account = match &self.person {
            Some(person) => self.account(person),
            None => vec![self.row("account", &self.gone(), None)],
        };
        let changes = self.changes.iter().flat_map(|change| self.values_of(change));
        (&COLUMNS, account.into_iter().map(now).chain(changes).collect())
    }
}

impl Link {
    /// Why the employee has no link.
    fn gone(&self) -> String {
        match &self.moved_to {
            Some(employee) => format!("none: moved to {employee}"),
            None => "none: the link was removed".to_owned(),
        }
    }

    fn account(&self, person: &Person) -> Vec<Vec<String>> {
        let account = if person.active { "active" } else { "deactivated" };
        let names = [
            self.row("user name", person.user_name.as_str(), None),
            self.row("account", account, None),
        ];
        let former = person.former_names.iter();
        let former = former.map(|former| self.row("former name", former.user_name.as_str(), Some(former.until)));
        let fields = person.fields.0.iter();
        let fields = fields.map(|(name, value)| self.row(name.as_str(), value, None));
        names.into_iter().chain(former).chain(fields).collect()
    }

    fn row(&self, what: &str, value: &str, at: Option<Timestamp>) -> Vec<String> {
        let at = at.map(|at| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string());
        vec![what.to_owned(), value.to_owned(), at.unwrap_or_default()]
    }

    /// One row for each value that was changed.
    fn values_of<'a>(&'a self, change: &'a PersonChange) -> impl Iterator<Item = Vec<String>> + 'a {
        let when = self.row("", "", Some(change.at)).pop().unwrap_or_default();
        change.fields.iter().map(move |field| {
            vec![
                "change".to_owned(),
                field.field.clone(),
                field.before.clone().unwrap_or_default(),
                field.after.clone(),
                change.reason.clone(),
                when.clone(),
            ]
        })
    }

    fn change(&self, change: &PersonChange) -> Vec<String> {
        let fields: Vec<_> = change.fields.iter().map(|field| arrow(field, Old::Shown)).collect();
        let value = format!("{} ({})", fields.join(", "), change.reason);
        self.row("change", &value, Some(change.at))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use habitsync_domain::approvals::{ChangeMarks, PerChange};
    use habitsync_domain::people::employment::Evidence;
    use habitsync_domain::people::link::{Deactivated, FieldChange, FormerName, LastChange};
    use habitsync_domain::people::user::UserFields;
    use insta::assert_snapshot;

    use super::*;
    use crate::terminal::Output;
    use crate::terminal::answer::written;

    fn link() -> Link {
        let at: Timestamp = "2026-03-01T20:30:00Z".parse().expect("a time");
        let employee_id: EmployeeId = "E100".parse().expect("an employee");
        let field = |name: &str, value: &str| (name.parse().expect("a field"), value.to_owned());
        Link {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            employee_id: employee_id.clone(),
            person: Some(Person {
                employee_id: employee_id.clone(),
                user_name: "jo.smith@acme.example".parse().expect("a user name"),
                former_names: vec![FormerName {
                    user_name: "jo.jones@acme.example".parse().expect("a user name"),
                    until: at,
                }],
                active: true,
                fields: UserFields([field("first_name", "Jo"), field("X-Job Title", "Engineer")].into()),
                last_change: Some(LastChange {
                    at,
                    reason: "the user name changed".to_owned(),
                    linked_by_hand: false,
                }),
                removed: Some(Deactivated {
                    at,
                    evidence: Evidence::Ended {
                        last_day: "2026-02-27".parse().expect("a date"),
                    },
                    approved: false,
                }),
                rewrites: std::collections::BTreeMap::new(),
                marks: ChangeMarks {
                    unapproved: PerChange {
                        updated: Some(at),
                        ..PerChange::default()
                    },
                    ..ChangeMarks::default()
                },
            }),
            moved_to: None,
            changes: vec![PersonChange {
                employee_id,
                at,
                reason: "the user name changed".to_owned(),
                fields: vec![FieldChange {
                    field: "user_name".to_owned(),
                    before: Some("jo.jones@acme.example".to_owned()),
                    after: "jo.smith@acme.example".to_owned(),
                }],
            }],
            zone: TimeZone::get("Australia/Sydney").expect("a zone"),
        }
    }

    /// What `docs/OUTPUT.md` has to name.
    pub(crate) fn examples() -> Vec<serde_json::Value> {
        vec![serde_json::to_value(link()).expect("JSON")]
    }

    #[test]
    fn a_link_shows_the_account_its_names_its_fields_and_its_changes() {
        assert_snapshot!(written(&link(), Output::Table, 100).expect("written"));
    }

    #[test]
    fn a_removed_link_shows_who_removed_it() {
        let at: Timestamp = "2026-03-01T20:30:00Z".parse().expect("a time");
        let employee_id: EmployeeId = "E100".parse().expect("an employee");
        let link = Link {
            tenant: "acme".parse().expect("a tenant"),
            stage: "test".to_owned(),
            employee_id: employee_id.clone(),
            person: None,
            moved_to: None,
            changes: vec![PersonChange {
                employee_id,
                at,
                reason: "link removed by Ben".to_owned(),
                fields: vec![FieldChange {
                    field: "user_name".to_owned(),
                    before: Some("jo.jones@acme.example".to_owned()),
                    after: String::new(),
                }],
            }],
            zone: TimeZone::get("Australia/Sydney").expect("a zone"),
        };
        assert_snapshot!(written(&link, Output::Table, 100).expect("written"));
        let moved = Link {
            moved_to: Some("E300".parse().expect("an employee")),
            ..link
        };
        let moved = written(&moved, Output::Table, 100).expect("written");
        assert!(moved.contains("none: moved to E300"), "{moved}");
    }
}
