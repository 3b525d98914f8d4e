//! What a user sync costs in requests, counted by the vendors: the real clients against both simulators, the table in memory.

use std::sync::Arc;

use habitsync_domain::approvals::Agreement;
use habitsync_domain::configuration::{EmployeeConnectAuth, TenantConfiguration};
use habitsync_employee_connect::EmployeeConnect;
use habitsync_in_memory::{CountingBudget, Mailbox, ManualClock, Table, loopback};
use habitsync_simulator_employee_connect::{Employee, EmployeeConnectSimulator, TenantSettings};
use habitsync_simulator_harness::Method;
use habitsync_simulator_tribal_habits::{CustomField, PortalSettings, TribalHabitsSimulator};
use habitsync_tribal_habits::TribalHabits;
use habitsync_vendor_http::CallSettings;
use habitsync_workflows::jobs::outcome::{RunOutcome, Start};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::user_sync::{InForce, UserSync, UserSyncSummary, sync_users};
use jiff::SignedDuration;
use secrecy::SecretString;

/// Employees on a page of EmployeeConnect, as configured.
const PAGE: u64 = 50;

/// One customer between two simulators.
struct Customer {
    configuration: TenantConfiguration,
    hris: EmployeeConnectSimulator,
    portal: TribalHabitsSimulator,
    clients: (EmployeeConnect, TribalHabits),
    table: Table,
    clock: ManualClock,
}

/// Requests of one run: to EmployeeConnect without the one for a token, for a token, reads of the portal, writes to it.
#[derive(Debug, PartialEq, Eq)]
struct Requests {
    employees: u64,
    tokens: u64,
    portal_reads: u64,
    portal_writes: u64,
}

impl Customer {
    async fn of(people: u64) -> Self {
        let hris = TenantSettings::default().requests_per_minute(u32::MAX);
        let hris = EmployeeConnectSimulator::start(hris).await.expect("it starts");
        let fields = ["Job Title", "Location", "Start Date", "Division"].map(CustomField::string);
        let portal = PortalSettings::default()
            .requests_per_minute(u32::MAX)
            .custom_fields(fields);
        let portal = TribalHabitsSimulator::start(portal).await.expect("it starts");
        for number in 1..=people {
            let email = format!("e{number:05}@acme.com.au");
            hris.put_employee(Employee::new(&format!("E{number:05}"), "Jo", "Citizen", &email));
        }
        let acme = include_str!("../../domain/src/configuration/acme.toml");
        Self {
            configuration: acme.parse().expect("valid"),
            clients: clients(&hris.base_url(), &portal.base_url()),
            hris,
            portal,
            table: Table::default(),
            clock: ManualClock::at("2026-11-22T21:00:00Z".parse().expect("a time")),
        }
    }

    /// Runs a sync and counts what it asked for.
    async fn run(&self) -> (UserSyncSummary, Requests) {
        let before = self.requests();
        let mail_settings = MailSettings {
            sender: "integration@tribalhabits.com".parse().expect("valid"),
            operator: None,
        };
        let sync = UserSync {
            employee_connect: &self.clients.0,
            tribal_habits: &self.clients.1,
            store: &self.table,
            mail: &Mailbox::default(),
            mail_settings: &mail_settings,
            clock: &self.clock,
        };
        let deadline = self.clock.now() + SignedDuration::from_mins(14);
        let outcome = sync_users(
            &sync,
            InForce::version(1, &self.configuration).agreed_to(Some(Agreement::to_any_number(self.clock.now()))),
            Start::by_itself(deadline),
        )
        .await;
        let Ok(RunOutcome::Finished(summary)) = outcome else {
            panic!("did not finish: {outcome:?}")
        };
        let after = self.requests();
        let requests = Requests {
            employees: after.employees - before.employees,
            tokens: after.tokens - before.tokens,
            portal_reads: after.portal_reads - before.portal_reads,
            portal_writes: after.portal_writes - before.portal_writes,
        };
        (summary, requests)
    }

    fn requests(&self) -> Requests {
        let (hris, portal) = (self.hris.journal(), self.portal.journal());
        let count = |count: usize| u64::try_from(count).expect("small");
        let person = "/users/{user_name}";
        Requests {
            employees: count(hris.count(&Method::GET, "/employees")),
            tokens: count(hris.count(&Method::POST, "/oauth/token")),
            portal_reads: count(portal.count(&Method::GET, "/users") + portal.count(&Method::GET, person)),
            portal_writes: count(portal.count(&Method::POST, "/users") + portal.count(&Method::PUT, person)),
        }
    }
}

fn clients(hris: &str, portal: &str) -> (EmployeeConnect, TribalHabits) {
    let way = |vendor, base: &str| {
        let budget = Arc::new(CountingBudget::default());
        loopback(vendor, base, budget, CallSettings::default())
    };
    let (codes, key) = (
        habitsync_simulator_employee_connect::Credentials::default(),
        PortalSettings::default().api_key,
    );
    let secret = format!(
        r#"{{"tribal_habits":{{"api_key":"{key}"}},"employee_connect":{{"tenant_code":"{}","client_id":"{}","client_secret":"{}"}}}}"#,
        codes.tenant_code, codes.client_id, codes.client_secret
    );
    let secret = SecretString::from(secret);
    let auth = EmployeeConnectAuth::ClientCredentials;
    let codes = habitsync_employee_connect::Credentials::from_vendor_secret(&secret, auth).expect("codes");
    let key = habitsync_tribal_habits::Credentials::from_vendor_secret(&secret).expect("a key");
    let page = u32::try_from(PAGE).expect("small");
    (
        EmployeeConnect::new(way(habitsync_employee_connect::VENDOR, hris), codes, page),
        TribalHabits::new(way(habitsync_tribal_habits::VENDOR, portal), key),
    )
}

#[tokio::test]
async fn an_unchanged_company_costs_its_pages_and_a_token_and_each_change_costs_one_request() {
    for people in [PAGE, 230, 400] {
        let customer = Customer::of(people).await;
        let pages = people.div_ceil(PAGE);
        let (first, load) = customer.run().await;
        assert_eq!(
            (first.written.created, load.portal_writes, load.tokens),
            (people, people, 1)
        );
        let (_, unchanged) = customer.run().await;
        let nothing_new = Requests {
            employees: pages,
            tokens: 0,
            portal_reads: 0,
            portal_writes: 0,
        };
        assert_eq!(unchanged, nothing_new, "{people} people");
        for number in 1..=7 {
            customer.hris.change(&format!("E{number:05}"), |employee| {
                employee.job_title = Some("Lead".to_owned());
            });
        }
        let (second, changed) = customer.run().await;
        assert_eq!(second.written.changed, 7);
        assert_eq!(
            changed,
            Requests {
                portal_writes: 7,
                ..nothing_new
            },
            "{people} people"
        );
    }
}

#[tokio::test]
async fn the_first_run_of_a_day_reads_every_page_of_the_portal_and_writes_nothing_that_is_in_order() {
    let customer = Customer::of(60).await;
    customer.run().await;
    customer.clock.advance(SignedDuration::from_hours(24));
    let (summary, requests) = customer.run().await;
    assert!(summary.verified);
    let costs = (
        requests.portal_reads,
        requests.portal_writes,
        summary.written.remembered,
    );
    assert_eq!(costs, (3, 0, 0), "25 accounts to a page");
}
