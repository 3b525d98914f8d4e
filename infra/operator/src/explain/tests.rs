//! Explanations as an operator reads them, of people of a customer in memory.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::people::employee::Employee;
use habitsync_in_memory::{Hris, Mailbox, ManualClock, Portal, Table};
use habitsync_workflows::jobs::outcome::Start;
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::one_employee::{OnePerson, look_at_person};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::user_sync::{InForce, UserSync, sync_users};
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::explained::{Explained, Rules};
use crate::terminal::answer::written;
use crate::terminal::{Output, PAGE};

/// The example customer on a Monday morning, of 14 people who report to Kim.
struct Customer {
    configuration: TenantConfiguration,
    hris: Hris,
    portal: Portal,
    table: Table,
    clock: ManualClock,
}

impl Customer {
    async fn in_step() -> Self {
        let customer = Self {
            configuration: include_str!("../../../../shared/domain/src/configuration/acme.toml")
                .parse()
                .expect("valid"),
            hris: Hris::default(),
            portal: Portal::default(),
            table: Table::default(),
            clock: ManualClock::at("2026-11-22T21:20:00Z".parse().expect("a time")),
        };
        customer.employ(
            "E100",
            &json!({"firstName": "Kim", "workEmail": "kim@acme.com.au", "managerEmployeeId": null}),
        );
        for n in 101..114 {
            customer.employ(&format!("E{n}"), &json!({}));
        }
        customer.run().await;
        customer.clock.advance(SignedDuration::from_mins(12));
        customer
    }

    fn employ(&self, id: &str, changes: &Value) {
        let mut record = json!({
            "employeeId": id, "firstName": "Jo", "lastName": "Citizen", "status": "Active", "startDate": "2024-01-08",
            "workEmail": format!("jo.{id}@acme.com.au").to_lowercase(), "jobTitle": "Analyst", "location": "Perth",
            "managerEmployeeId": "E100", "customFields": {"Division": "OPS"},
        });
        let record = record.as_object_mut().expect("an object");
        record.extend(changes.as_object().expect("an object").clone());
        let employee = Employee::from_record(record.clone()).expect("has an id");
        let mut employees = self.hris.employees.lock();
        employees.retain(|known| known.id() != employee.id());
        employees.push(employee);
    }

    async fn run(&self) {
        let sync = UserSync {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            mail: &Mailbox::default(),
            mail_settings: &MailSettings {
                sender: "integration@tribalhabits.com".parse().expect("valid"),
                operator: None,
            },
            clock: &self.clock,
        };
        let start = Start::by_itself(self.clock.now() + SignedDuration::from_mins(14));
        let ran = sync_users(&sync, InForce::version(3, &self.configuration), start).await;
        ran.expect("ends well");
    }

    async fn explained(&self, asked: &str) -> Explained {
        let one = OnePerson {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            clock: &self.clock,
        };
        let seen = look_at_person(&one, InForce::version(3, &self.configuration), asked, &()).await;
        let rules = Rules {
            stage: "test",
            called: "version 3".to_owned(),
            configuration: &self.configuration,
            requests: 3,
        };
        Explained::of(seen.expect("somebody is seen"), &rules)
    }

    async fn page(&self, asked: &str) -> String {
        let page = written(&self.explained(asked).await, Output::Table, PAGE).expect("written");
        let too_wide = page.lines().find(|line| line.chars().count() > usize::from(PAGE));
        assert_eq!(too_wide, None, "wider than a page");
        assert!(page.lines().all(|line| !line.ends_with(' ')), "{page}");
        page
    }
}

#[tokio::test]
async fn whoever_is_in_scope_and_changed_is_explained_field_by_field() {
    let customer = Customer::in_step().await;
    customer.employ(
        "E101",
        &json!({"jobTitle": "Lead", "customFields": {"Division": "FIN"}}),
    );
    assert_snapshot!(customer.page("jo.e101@acme.com.au").await);
}

#[tokio::test]
async fn whoever_the_filter_keeps_out_is_told_what_would_let_them_in() {
    let customer = Customer::in_step().await;
    customer.employ("E200", &json!({"location": "Fiji", "jobTitle": "Lo\u{1b}[2J"}));
    assert_snapshot!(customer.page("E200").await);
}

#[tokio::test]
async fn whoever_has_left_and_whoever_vanished_are_told_by_what_is_known_of_them() {
    let customer = Customer::in_step().await;
    customer.employ(
        "E101",
        &json!({"terminationDate": "2026-11-20", "workEmail": null, "status": "Terminated"}),
    );
    assert_snapshot!("left", customer.page("E101").await);
    customer
        .hris
        .employees
        .lock()
        .retain(|known| known.id().as_str() != "E102");
    assert_snapshot!("vanished", customer.page("E102").await);
}

#[tokio::test]
async fn whoever_is_held_is_told_how_to_decide() {
    let customer = Customer::in_step().await;
    for n in 101..107 {
        customer.employ(&format!("E{n}"), &json!({"status": "Terminated"}));
    }
    customer.run().await;
    assert_snapshot!(customer.page("E101").await);
}

#[tokio::test]
async fn whoever_is_disputed_and_whose_record_is_wrong_are_told_what_is_in_the_way() {
    let customer = Customer::in_step().await;
    customer.employ("E101", &json!({"workEmail": "jo.e102@acme.com.au"}));
    assert_snapshot!("disputed", customer.page("E101").await);
    customer.employ("E201", &json!({"workEmail": "jo.e201@acme", "status": "Seconded"}));
    assert_snapshot!("error", customer.page("E201").await);
}

#[tokio::test]
async fn a_manager_reference_is_followed_by_its_digits_and_explained_where_it_names_no_employee() {
    let customer = Customer::in_step().await;
    customer.employ("1001", &json!({"managerEmployeeId": null}));
    customer.run().await;
    for reference in [json!(1001), json!("1001")] {
        customer.employ("E101", &json!({"managerEmployeeId": reference}));
        let next = customer.explained("E101").await.next.in_words;
        assert!(next.starts_with("changes the account"), "{next}");
    }
    for reference in [json!("01001"), json!("jo@acme.com.au"), json!(7), json!(["1001"])] {
        customer.employ("E101", &json!({"managerEmployeeId": reference}));
        let next = customer.explained("E101").await.next.in_words;
        assert!(next.contains("is not in EmployeeConnect"), "{next}");
    }
}

#[tokio::test]
async fn an_explanation_is_json_for_programs_and_rows_for_spreadsheets() {
    let customer = Customer::in_step().await;
    customer.employ("E202", &json!({"startDate": "2027-01-11"}));
    let explained = customer.explained("E202").await;
    let json: Value = serde_json::from_str(&written(&explained, Output::Json, PAGE).expect("written")).expect("JSON");
    let keys: Vec<_> = json
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_snapshot!("keys", keys.join("\n"));
    assert_eq!(json["explanation"]["verdict"]["is"], "starts_later");
    assert_eq!(json["explanation"]["flip"]["ways"][0][0]["needed"], "earlier_start");
    assert_eq!(json["next"]["will"], "nothing");
    assert_eq!(json["explanation"]["employment"]["account_from"], "2026-12-28");
    let csv = written(&explained, Output::Csv, PAGE).expect("written");
    assert!(
        csv.starts_with("\u{feff}section,what,value,verdict\r\nnext,verdict,starts later,"),
        "{csv}"
    );
}

/// What `docs/OUTPUT.md` has to name: people of every kind.
pub(crate) fn examples() -> Vec<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let customer = Customer::in_step().await;
        let leaver = json!({"status": "Terminated", "terminationDate": "2026-11-20"});
        for n in 103..109 {
            customer.employ(&format!("E{n}"), &leaver);
        }
        customer.run().await;
        customer.employ("E101", &json!({"jobTitle": "Lead", "managerEmployeeId": "E102"}));
        customer.employ("E110", &json!({"workEmail": "jo.e102@acme.com.au"}));
        customer.employ("E200", &json!({"location": "Fiji"}));
        customer.employ("E201", &json!({"workEmail": "jo.e201@acme", "status": "Seconded"}));
        customer.employ("E202", &json!({"startDate": "2027-01-11"}));
        customer.employ("E203", &json!({"terminationDate": "2025-06-30"}));
        customer
            .hris
            .employees
            .lock()
            .retain(|known| known.id().as_str() != "E109");
        let mut examples = Vec::new();
        for person in ["E101", "E103", "E109", "E110", "E200", "E201", "E202", "E203"] {
            let explained = customer.explained(person).await;
            examples.push(serde_json::to_value(explained).expect("JSON"));
        }
        examples
    })
}
