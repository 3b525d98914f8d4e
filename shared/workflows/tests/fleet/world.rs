//! Some customers, one clock, and a watchdog that ticks every minute.

use std::sync::Arc;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::employee::Employee;
use habitsync_domain::employee_fields::FieldsNeeded;
use habitsync_domain::freshness::Timetable;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::incident::Incident;
use habitsync_domain::job::Job;
use habitsync_domain::roster::Roster;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendor::Vendor;
use habitsync_in_memory::{
    Fleet, Hris, IncidentBoard, Mailbox, ManualClock, Portal, StartedJobs, Table, vendor_failure,
};
use habitsync_workflows::fleet_view::look_at_fleet;
use habitsync_workflows::job_run::{JobFailure, RunOutcome, Start};
use habitsync_workflows::mail::MailSettings;
use habitsync_workflows::measure_fleet::{FleetMeasures, measure_fleet};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindEmployee, ListEmployees};
use habitsync_workflows::sync_users::{InForce, UserSync, UserSyncSummary, sync_users};
use habitsync_workflows::tell_operators::tell_operators;
use habitsync_workflows::tend_incidents::{IncidentReport, TendIncidents, tend_incidents};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::json;

const CONFIGURATION: &str = include_str!("../../../domain/src/configuration/acme.toml");

/// Monday, nine o'clock in Sydney.
pub(crate) const BEGINNING: &str = "2026-03-01T22:00:00Z";

/// One customer.
pub(crate) struct Customer {
    pub(crate) tenant: TenantId,
    pub(crate) configuration: TenantConfiguration,
    pub(crate) table: Table,
    pub(crate) mail: Mailbox,
    hris: Hris,
    portal: Portal,
    /// What only this customer's EmployeeConnect answers.
    pub(crate) own_trouble: Mutex<Option<VendorFailureKind>>,
}

impl Customer {
    /// Whether the user sync has succeeded since then.
    pub(crate) fn is_synced(&self, since: Timestamp) -> bool {
        let success = self.table.job(Job::Users).last_success_at;
        success.is_some_and(|success| success >= since)
    }
}

/// All customers, and their vendor.
pub(crate) struct World {
    pub(crate) customers: Vec<Customer>,
    pub(crate) board: Arc<IncidentBoard>,
    pub(crate) clock: ManualClock,
    pub(crate) operators: Mailbox,
    pub(crate) jobs: StartedJobs,
    pub(crate) down: Mutex<Option<VendorFailureKind>>,
    /// How often `EmployeeConnect` was asked for its employees.
    pub(crate) asked: Mutex<u32>,
    settings: MailSettings,
}

/// `EmployeeConnect` as one customer meets it.
struct Hr<'a> {
    world: &'a World,
    customer: &'a Customer,
}

impl Hr<'_> {
    fn trouble(&self) -> Option<VendorFailure> {
        let own = self.customer.own_trouble.lock().clone();
        let kind = own.or_else(|| self.world.down.lock().clone())?;
        Some(vendor_failure(Vendor::EmployeeConnect, kind))
    }
}

impl ListEmployees for Hr<'_> {
    async fn list_employees(&self, needed: &FieldsNeeded) -> Result<Roster, VendorFailure> {
        *self.world.asked.lock() += 1;
        match self.trouble() {
            Some(failure) => Err(failure),
            None => self.customer.hris.list_employees(needed).await,
        }
    }
}

impl FindEmployee for Hr<'_> {
    async fn find_employee(&self, id: &EmployeeId) -> Result<Option<Employee>, VendorFailure> {
        self.customer.hris.find_employee(id).await
    }
}

impl World {
    /// So many live customers of a year's standing, each with one employee.
    pub(crate) fn of(customers: usize) -> Self {
        let board = Arc::new(IncidentBoard::default());
        Self {
            customers: (1..=customers).map(|number| customer(number, &board)).collect(),
            board,
            clock: ManualClock::at(at(BEGINNING)),
            operators: Mailbox::default(),
            jobs: StartedJobs::default(),
            down: Mutex::default(),
            asked: Mutex::default(),
            settings: MailSettings {
                sender: "sync@habitsync.example".parse().expect("an address"),
                operator: Some("operators@habitsync.example".parse().expect("an address")),
            },
        }
    }

    pub(crate) fn fleet(&self) -> Fleet<'_> {
        let tables = self
            .customers
            .iter()
            .map(|customer| (customer.tenant.clone(), &customer.table));
        Fleet::of(tables.collect())
    }

    /// A user sync of one customer, as its schedule starts it.
    pub(crate) async fn run(&self, customer: &Customer) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        self.start(customer, false).await
    }

    /// A user sync of one customer that stays away from nobody where it is asked for.
    async fn start(&self, customer: &Customer, asked_for: bool) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        let sync = UserSync {
            employee_connect: &Hr { world: self, customer },
            tribal_habits: &customer.portal,
            store: &customer.table,
            mail: &customer.mail,
            mail_settings: &self.settings,
            clock: &self.clock,
        };
        let start = Start {
            deadline: self.clock.now() + SignedDuration::from_mins(14),
            asked_for,
        };
        sync_users(&sync, InForce::version(1, &customer.configuration), start).await
    }

    /// Every customer's schedule fires.
    pub(crate) async fn run_all(&self) {
        for customer in &self.customers {
            // How it ended is in the customer's row.
            self.run(customer).await.ok();
        }
    }

    /// One tick of the watchdog, and the runs that it starts.
    pub(crate) async fn tick(&self) -> (IncidentReport, FleetMeasures) {
        let fleet = self.fleet();
        let view = look_at_fleet(&fleet).await.expect("the fleet can be read");
        let tend = TendIncidents {
            fleet: &fleet,
            jobs: &self.jobs,
            mail: &self.operators,
            mail_settings: &self.settings,
            clock: &self.clock,
        };
        let before = self.jobs.started().len();
        let report = tend_incidents(&tend, &view).await;
        let now = self.clock.now();
        let measures = measure_fleet(&fleet, &view, &report.incidents, now).await;
        let dead = measures.dead.clone().unwrap_or_default();
        // A mail that could not be sent is the next tick's.
        tell_operators(
            &fleet,
            &self.operators,
            &self.settings,
            &view,
            &report.incidents,
            &dead,
            now,
        )
        .await
        .ok();
        for (tenant, job) in self.jobs.started().into_iter().skip(before) {
            if job == Job::Users {
                self.start(self.customer(&tenant), true).await.ok();
            }
        }
        (report, measures)
    }

    /// So many minutes pass, with a tick in each.
    pub(crate) async fn minutes(&self, minutes: u32) {
        for _ in 0..minutes {
            self.clock.advance(SignedDuration::from_mins(1));
            self.tick().await;
        }
    }

    pub(crate) fn customer(&self, tenant: &TenantId) -> &Customer {
        let found = self.customers.iter().find(|customer| customer.tenant == *tenant);
        found.expect("a customer of this world")
    }

    pub(crate) fn goes_down(&self) {
        self.fails(VendorFailureKind::Unavailable {
            may_have_happened: false,
        });
    }

    pub(crate) fn fails(&self, kind: VendorFailureKind) {
        *self.down.lock() = Some(kind);
    }

    pub(crate) fn comes_back(&self) {
        *self.down.lock() = None;
    }

    pub(crate) fn incident(&self) -> Option<Incident> {
        self.board.of(Vendor::EmployeeConnect)
    }

    /// The text of every mail to the operators.
    pub(crate) fn told(&self) -> Vec<String> {
        self.operators.sent().iter().map(|mail| text_of(mail)).collect()
    }

    pub(crate) fn mails_to_customers(&self) -> usize {
        self.customers.iter().map(|customer| customer.mail.sent().len()).sum()
    }
}

fn customer(number: usize, board: &Arc<IncidentBoard>) -> Customer {
    let tenant = format!("customer-{number:02}");
    let source = CONFIGURATION.replace("tenant = \"acme\"", &format!("tenant = \"{tenant}\""));
    let configuration: TenantConfiguration = source.parse().expect("valid");
    let table = Table::beside(board);
    table.state().row.timetable = Some(Timetable::of(&configuration, at("2025-03-01T00:00:00Z")));
    table.state().live_since = Some(at("2025-03-01T00:00:00Z"));
    let hris = Hris::default();
    let record = json!({
        "employeeId": "E1", "firstName": "Jo", "lastName": "Citizen", "workEmail": "jo@acme.com.au",
        "jobTitle": "Analyst", "location": "Perth", "status": "Active", "startDate": "2024-01-08",
    });
    let record = record.as_object().expect("an object").clone();
    hris.employees
        .lock()
        .push(Employee::from_record(record).expect("has an id"));
    Customer {
        tenant: configuration.tenant.clone(),
        configuration,
        table,
        mail: Mailbox::default(),
        hris,
        portal: Portal::default(),
        own_trouble: Mutex::default(),
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn text_of(mail: &str) -> String {
    let parsed = mail_parser::MessageParser::default()
        .parse(mail.as_bytes())
        .expect("is a mail")
        .into_owned();
    let subject = parsed.subject().unwrap_or_default().to_owned();
    format!("{subject}\n{}", parsed.body_text(0).unwrap_or_default())
}
