//! `habitsync link remove`: an operator deletes a link. The account is not touched.

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::link::Person;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::people::LoadPerson;
use habitsync_workflows::user_sync::link::remove_link;

use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::ask::Yes;
use crate::terminal::out;
use crate::terminal::{Actor, printable};

/// Whose link is forgotten.
#[derive(Debug, clap::Args)]
pub(crate) struct RemoveArguments {
    /// The customer.
    tenant: TenantId,
    /// The employee number.
    employee: EmployeeId,
    #[command(flatten)]
    by: Actor,
    #[command(flatten)]
    yes: Yes,
}

/// Shows what would follow, asks, and forgets the link.
pub(super) async fn remove(stage: &Stage, asked: &RemoveArguments) -> Result<(), CommandError> {
    let by = asked.by.name()?;
    stage.in_force(&asked.tenant).await?;
    let (tenant, employee) = (&asked.tenant, &asked.employee);
    stage.correct_clock().await?;
    let table = stage.table().tenant(tenant);
    let Some(person) = table.load_person(employee).await? else {
        out::print_line(format!(
            "{tenant}: employee {employee} has no link; there is nothing to forget"
        ));
        return Ok(());
    };
    out::print_line(warning(tenant, &stage.name, &person));
    if !asked.yes.is_confirmed("Forget the link?")? {
        return Ok(());
    }
    remove_link(&table, &SystemClock, &person, by).await?;
    out::print_line(format!(
        "{tenant}: the link of employee {employee} is forgotten by {by}; the account is as it was"
    ));
    Ok(())
}

/// Describes the link that would be deleted, and the consequences.
fn warning(tenant: &TenantId, stage: &str, person: &Person) -> String {
    let Person {
        employee_id,
        user_name,
        active,
        ..
    } = person;
    let standing = if *active { "active" } else { "deactivated" };
    let account = printable(user_name.as_str());
    let name = printable(&person.display_name());
    [
        format!("# link of employee {employee_id} of {tenant} on stage {stage}, from the table"),
        format!("{employee_id} {name} is linked to {account} ({standing})"),
        "Forgotten are the link, the account's former names, and what is known of its fields. Then:".to_owned(),
        "- the account stays as it is, and the next user sync that reads the portal may match it again by".to_owned(),
        "  user name or e-mail and adopt it;".to_owned(),
        "- as long as it is not linked, it is not deactivated when the person leaves;".to_owned(),
        "- results under its user name wait for a link.".to_owned(),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use habitsync_domain::people::user::UserFields;
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn what_follows_is_said_before_anybody_is_asked() {
        let field = |name: &str, value: &str| (name.parse().expect("a field"), value.to_owned());
        let person = Person {
            employee_id: "E100".parse().expect("an employee"),
            user_name: "jo.smith@acme.example".parse().expect("a user name"),
            former_names: Vec::new(),
            active: true,
            fields: UserFields([field("first_name", "Jo"), field("last_name", "Smith")].into()),
            last_change: None,
            removed: None,
            marks: habitsync_domain::approvals::ChangeMarks::default(),
            rewrites: std::collections::BTreeMap::new(),
        };
        let warning = warning(&"acme".parse().expect("a tenant"), "test", &person);
        assert_snapshot!(warning);
        assert!(warning.lines().all(|line| line.chars().count() <= 100), "{warning}");
    }
}
