//! Tests of the proposal that is shown before an employee is linked, on people in memory.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::user::{FieldName, PortalUser, UserFields};
use habitsync_in_memory::{Hris, ManualClock, Portal, Table};
use habitsync_workflows::user_sync::link::{LinkPerson, LinkRequest, Linked, link_person, propose_link};
use insta::assert_snapshot;
use serde_json::json;

use crate::link::proposal::Proposal;
use crate::terminal::Output;
use crate::terminal::answer::written;

const ACCOUNT: &str = "jo.before.the.wedding";

/// Returns the proposal for an active employee and an account that no match key links to them.
async fn proposal(rebind_from: Option<&str>) -> Proposal {
    let acme = include_str!("../../../../../shared/domain/src/configuration/acme.toml");
    let acme: TenantConfiguration = acme.parse().expect("valid");
    let (hris, portal, table) = (Hris::default(), Portal::default(), Table::default());
    let clock = ManualClock::at("2026-11-22T21:00:00Z".parse().expect("a time"));
    let record = json!({
        "employeeId": "E100", "firstName": "Jo", "lastName": "Smith", "workEmail": "jo.smith@acme.com.au",
        "jobTitle": "Chef", "location": "Perth", "status": "Active", "startDate": "2024-01-08",
        "managerEmployeeId": "E404",
    });
    let employee = Employee::from_record(record.as_object().expect("an object").clone()).expect("has an id");
    hris.employees.lock().push(employee);
    for name in [Some(ACCOUNT), rebind_from].into_iter().flatten() {
        let fields = [
            ("first_name", "Jo"),
            ("last_name", "Jones"),
            ("email", "jo.jones@acme.com.au"),
        ];
        let field = |(name, value): (&str, &str)| (name.parse::<FieldName>().expect("a field"), value.to_owned());
        portal.users.lock().push(PortalUser {
            user_name: name.parse().expect("a name"),
            active: true,
            fields: UserFields(fields.map(field).into()),
        });
    }
    let linking = LinkPerson {
        employee_connect: &hris,
        tribal_habits: &portal,
        store: &table,
        clock: &clock,
    };
    let wish = |account: &str| LinkRequest {
        employee_id: "E100".parse().expect("an id"),
        user_name: account.parse().expect("a name"),
        rebind: true,
    };
    if let Some(before) = rebind_from {
        let proposed = propose_link(&linking, &acme, &wish(before)).await.expect("proposed");
        link_person(&linking, &proposed, "Ana").await.expect("linked");
    }
    Proposal {
        proposed: propose_link(&linking, &acme, &wish(ACCOUNT)).await.expect("proposed"),
        tenant: acme.tenant,
        stage: "test".to_owned(),
        employee_id: "E100".parse().expect("an id"),
        linked: None,
    }
}

#[tokio::test]
async fn both_sides_and_what_the_next_run_changes_are_shown() {
    let told = written(&proposal(None).await, Output::Table, 100).expect("written");
    assert_snapshot!(told);
    assert!(
        told.lines()
            .all(|line| line.chars().count() <= 100 && !line.ends_with(' ')),
        "{told}"
    );
}

#[tokio::test]
async fn a_link_that_is_given_up_is_shown_and_programs_get_what_came_of_it() {
    let linked = Linked {
        was_linked: false,
        released: 2,
    };
    let proposal = Proposal {
        linked: Some(linked),
        ..proposal(Some("another")).await
    };
    assert_snapshot!(written(&proposal, Output::Json, 100).expect("written"));
    assert_snapshot!(proposal.done(linked, "Ben"));
    let table = written(&proposal, Output::Table, 100).expect("written");
    assert!(table.contains("to another, which is given up"), "{table}");
}

/// What `docs/OUTPUT.md` has to name: an employee who is linked, and an employee whose link has changed.
pub(crate) fn examples() -> Vec<serde_json::Value> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut rebound = proposal(Some("jo.another")).await;
        rebound.linked = Some(Linked {
            was_linked: false,
            released: 2,
        });
        let proposals = [proposal(None).await, rebound];
        proposals
            .map(|proposal| serde_json::to_value(proposal).expect("JSON"))
            .into()
    })
}
