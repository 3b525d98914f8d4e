//! `habitsync doctor` from end to end but for AWS: the real clients against both simulators, the table in memory.

mod answers;

use std::sync::Arc;
use std::time::Duration;

use habitsync_domain::configuration::{EmployeeConnectAuth, TenantConfiguration};
use habitsync_domain::onboarding::assumptions::{
    Assumption, AssumptionFinding, AssumptionVerdict, ShownBy, employee_connect, tribal_habits,
};
use habitsync_employee_connect::EmployeeConnect;
use habitsync_in_memory::{CountingBudget, ManualClock, Table, acme, loopback, one_try_within};
use habitsync_simulator_employee_connect::{Employee, EmployeeConnectSimulator, TenantSettings};
use habitsync_simulator_harness::Clock;
use habitsync_simulator_tribal_habits::{CustomField, PortalSettings, TribalHabitsSimulator};
use habitsync_tribal_habits::TribalHabits;
use habitsync_vendors::Opened;
use habitsync_workflows::onboarding::probe::{Examination, ExamineCustomer, examine_customer};
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

/// One customer between two simulators.
struct Customer {
    configuration: TenantConfiguration,
    hris: EmployeeConnectSimulator,
    portal: TribalHabitsSimulator,
}

impl Customer {
    /// With so many people, and an account for each of the first `accounts` under the name that `name` gives.
    async fn of(people: u32, accounts: u32, name: impl Fn(u32) -> String) -> Self {
        let hris = TenantSettings::default().requests_per_minute(u32::MAX);
        let hris = EmployeeConnectSimulator::start(hris).await.expect("it starts");
        let fields = [
            CustomField::string("Job Title"),
            CustomField::list("Location", ["Perth", "Sydney"]),
            CustomField::date("Start Date"),
            CustomField::string("Division"),
        ];
        let portal = PortalSettings::default()
            .requests_per_minute(u32::MAX)
            .custom_fields(fields);
        let portal = TribalHabitsSimulator::start(portal).await.expect("it starts");
        for number in 1..=people {
            hris.put_employee(employee(number));
        }
        for number in 1..=accounts {
            let user = json!({
                "user_name": name(number), "first_name": "Jo", "last_name": "Citizen", "email": address(number),
                "X-Location": "Perth",
            });
            assert!(portal.add_user(&object(user)));
        }
        let configuration = acme(&[]);
        Self {
            configuration,
            hris,
            portal,
        }
    }

    async fn examined(&self) -> Examination {
        let (hris, portal) = clients(&self.hris.base_url(), &self.portal.base_url());
        self.examined_through(&Opened::Client(hris), &Opened::Client(portal))
            .await
    }

    async fn examined_through(&self, hris: &Opened<EmployeeConnect>, portal: &Opened<TribalHabits>) -> Examination {
        let examine = ExamineCustomer {
            table: &Table::default(),
            hris,
            portal,
            clock: &ManualClock::at(Clock::default().now()),
            configuration: &self.configuration,
        };
        examine_customer(&examine).await.expect("the table answers")
    }
}

fn address(number: u32) -> String {
    format!("e{number}@acme.com.au")
}

fn employee(number: u32) -> Employee {
    let mut employee = Employee::new(&format!("E{number:05}"), "Jo", "Citizen", &address(number));
    employee.location = Some(if number.is_multiple_of(2) { "Sydney" } else { "Perth" }.to_owned());
    employee.custom_fields.insert("Division".to_owned(), json!("OPS"));
    employee
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("not an object: {other}"),
    }
}

fn clients(hris: &str, portal: &str) -> (EmployeeConnect, TribalHabits) {
    patient_clients(hris, portal, Duration::from_secs(30))
}

/// Clients that wait so long for an answer, and send each request once.
fn patient_clients(hris: &str, portal: &str, patience: Duration) -> (EmployeeConnect, TribalHabits) {
    let way = |vendor, base: &str| {
        loopback(
            vendor,
            base,
            Arc::new(CountingBudget::default()),
            one_try_within(patience),
        )
    };
    let secret = json!({
        "tribal_habits": { "api_key": PortalSettings::default().api_key },
        "employee_connect": { "tenant_code": "acme", "client_id": "ec-client", "client_secret": "ec-secret" },
    });
    let secret = SecretString::from(secret.to_string());
    let codes = habitsync_employee_connect::Credentials::from_vendor_secret(&secret, EmployeeConnectAuth::default());
    let key = habitsync_tribal_habits::Credentials::from_vendor_secret(&secret);
    (
        EmployeeConnect::new(
            way(habitsync_employee_connect::VENDOR, hris),
            codes.expect("codes"),
            100,
        ),
        TribalHabits::new(way(habitsync_tribal_habits::VENDOR, portal), key.expect("a key")),
    )
}

#[track_caller]
fn about<'e>(examination: &'e Examination, assumption: &Assumption) -> &'e AssumptionFinding {
    let mut findings = examination.findings.iter();
    findings
        .find(|finding| finding.assumption == assumption)
        .expect("every assumption has a finding")
}

#[tokio::test]
async fn every_assumption_has_one_verdict_or_is_said_not_to_be_relied_on() {
    let customer = Customer::of(30, 30, address).await;
    let examination = customer.examined().await;
    let (told, skipped) = (examination.findings.len(), examination.not_relied_on.len());
    assert_eq!(told + skipped, habitsync_domain::onboarding::assumptions::all().count());
    assert_eq!(
        examination.count(AssumptionVerdict::Differs),
        0,
        "{:#?}",
        examination.findings
    );
    let sorted: Vec<_> = examination.findings.iter().map(|finding| finding.verdict).collect();
    assert!(sorted.is_sorted(), "what differs comes first");
    for finding in &examination.findings {
        if finding.assumption.shown_by != ShownBy::Reading {
            assert_eq!(finding.verdict, AssumptionVerdict::CannotTell, "{finding:?}");
        }
    }
    assert!(
        examination
            .not_relied_on
            .iter()
            .any(|skipped| skipped.why == "results.read_back is false")
    );
}

#[tokio::test]
async fn a_portal_of_thousands_is_examined_in_fewer_than_thirty_requests() {
    let mut customer = Customer::of(2_000, 2_000, address).await;
    customer.configuration = acme(&[("read_back = false", "read_back = true")]);
    let examination = customer.examined().await;
    let sent = customer.hris.journal().len() + customer.portal.journal().len();
    assert_eq!(examination.requests as usize, sent);
    assert!(sent < 30, "{sent} requests");
    let list = about(&examination, &tribal_habits::USER_LIST);
    assert_eq!(list.seen, "2000 users in 80 pages of 25; 3 looked at add up");
    let writes = customer.portal.journal().matching(|entry| entry.is_write());
    assert!(writes.is_empty(), "{writes:?}");
}

#[tokio::test]
async fn user_names_that_are_not_what_the_expression_gives_are_noticed_by_e_mail() {
    let customer = Customer::of(30, 30, |number| format!("jcitizen{number}")).await;
    let matching = about(&customer.examined().await, &tribal_habits::USER_MATCHING).clone();
    assert_eq!(matching.verdict, AssumptionVerdict::Differs);
    assert_eq!(
        matching.seen,
        "0 of 30 people met in both by e-mail have that user name"
    );
    assert!(
        matching.advice[0].to_string().starts_with("set users.user_name"),
        "{matching:?}"
    );
    let customer = Customer::of(30, 20, address).await;
    let matching = about(&customer.examined().await, &tribal_habits::USER_MATCHING).clone();
    assert_eq!(
        matching.seen,
        "20 of 20 people met in both by e-mail have that user name"
    );
    assert_eq!(matching.verdict, AssumptionVerdict::Ok);
}

/// A new portal has its administrators: nothing follows from their names.
#[tokio::test]
async fn a_portal_without_accounts_says_nothing_about_user_names() {
    let customer = Customer::of(30, 0, address).await;
    let admin = json!({"user_name": "admin", "first_name": "A", "last_name": "B", "email": "admin@acme.com.au"});
    assert!(customer.portal.add_user(&object(admin)));
    let matching = about(&customer.examined().await, &tribal_habits::USER_MATCHING).clone();
    assert_eq!(matching.verdict, AssumptionVerdict::CannotTell);
    assert_eq!(matching.seen, "0 of 4 people asked for by user name have an account");
}

#[tokio::test]
async fn items_that_no_user_has_are_left_to_be_compared() {
    let mut customer = Customer::of(30, 10, address).await;
    let list = [(
        "\"X-Location\" = { value = \"employee.location\",",
        "\"X-Location\" = { value = \"employee.location\", type = \"list\",",
    )];
    customer.configuration = acme(&list);
    let lists = about(&customer.examined().await, &tribal_habits::USER_LISTS).clone();
    assert_eq!(
        (lists.verdict, lists.seen.as_str()),
        (
            AssumptionVerdict::CannotTell,
            "X-Location: 1 of 2 items are on some user"
        )
    );
    assert!(
        customer
            .portal
            .edit_user(&address(2), &object(json!({"X-Location": "Sydney"})))
    );
    let lists = about(&customer.examined().await, &tribal_habits::USER_LISTS).clone();
    assert_eq!(lists.verdict, AssumptionVerdict::Ok, "{lists:?}");
}

#[tokio::test]
async fn a_vendor_that_cannot_be_called_at_all_is_a_finding_and_the_other_is_examined() {
    let customer = Customer::of(30, 30, address).await;
    let (_, portal) = clients(&customer.hris.base_url(), &customer.portal.base_url());
    let without = Opened::Failing(VendorFailure {
        vendor: Vendor::EmployeeConnect,
        kind: VendorFailureKind::Credentials,
        detail: "no credentials are stored for this customer: habitsync tenant secrets set".to_owned(),
    });
    let examination = customer.examined_through(&without, &Opened::Client(portal)).await;
    let credentials = about(&examination, &employee_connect::CREDENTIALS);
    assert_eq!(credentials.verdict, AssumptionVerdict::Differs);
    assert!(
        credentials.advice[0]
            .to_string()
            .ends_with("habitsync tenant secrets set acme vendors FILE")
    );
    let list = about(&examination, &employee_connect::EMPLOYEE_LIST);
    assert_eq!(
        (list.verdict, list.seen.as_str()),
        (
            AssumptionVerdict::CannotTell,
            "no credentials are stored for this customer: habitsync tenant secrets set"
        )
    );
    assert_eq!(
        about(&examination, &tribal_habits::USER_LIST).verdict,
        AssumptionVerdict::Ok
    );
    assert!(customer.hris.journal().is_empty());
}
