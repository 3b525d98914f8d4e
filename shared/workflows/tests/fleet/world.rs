//! Some customers, one clock, and a watchdog that ticks every minute.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::freshness::Timetable;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_in_memory::{
    Breakdowns, Fleet, Hris, IncidentBoard, Mailbox, ManualClock, Portal, Queue, StartedJobs, Table, vendor_failure,
};
use habitsync_workflows::fleet::alert_operators::alert_operators;
use habitsync_workflows::fleet::incidents::{IncidentReport, TendIncidents, tend_incidents};
use habitsync_workflows::fleet::measure::{FleetMeasures, measure_fleet, measure_parked};
use habitsync_workflows::fleet::view::look_at_fleet;
use habitsync_workflows::fleet::watch::{WatchFleet, watch_fleet};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome, Start};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::notifications::remind_of_approvals::remind_of_holds;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindEmployee, ListEmployees};
use habitsync_workflows::user_sync::{InForce, UserSync, UserSyncSummary, sync_users};
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
    pub(crate) hris: Hris,
    pub(crate) portal: Portal,
    /// What only this customer's EmployeeConnect answers.
    pub(crate) own_trouble: Mutex<Option<VendorFailureKind>>,
}

/// All customers, and their vendor.
pub(crate) struct World {
    pub(crate) customers: Vec<Customer>,
    pub(crate) board: Arc<IncidentBoard>,
    pub(crate) clock: ManualClock,
    pub(crate) operators: Mailbox,
    pub(crate) jobs: StartedJobs,
    pub(crate) queue: Queue,
    /// Customers for whom every call of the watchdog about them alone fails.
    pub(crate) broken: BTreeSet<TenantId>,
    /// Calls of the watchdog that break for one customer.
    pub(crate) breakdowns: Breakdowns,
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
    /// So many live customers of a year's standing, each with one employee, all at one domain of `EmployeeConnect`.
    pub(crate) fn of(customers: usize) -> Self {
        Self::with_hosts(customers, |number| format!("customer-{number}.employeeconnect.com"))
    }

    /// The same with an `EmployeeConnect` at the host that each customer's number gives.
    pub(crate) fn with_hosts(customers: usize, host: impl Fn(usize) -> String) -> Self {
        let board = Arc::new(IncidentBoard::default());
        Self {
            customers: (1..=customers)
                .map(|number| customer(number, &host(number), &board))
                .collect(),
            board,
            clock: ManualClock::at(at(BEGINNING)),
            operators: Mailbox::default(),
            jobs: StartedJobs::default(),
            queue: Queue::default(),
            broken: BTreeSet::new(),
            breakdowns: Breakdowns::default(),
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
        let mut fleet = Fleet::of(tables.collect());
        fleet.broken.clone_from(&self.broken);
        fleet.breakdowns.clone_from(&self.breakdowns);
        fleet
    }

    /// A user sync of one customer, as its schedule starts it.
    pub(crate) async fn run(&self, customer: &Customer) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        self.start(customer, false).await
    }

    /// A user sync of one customer, which goes ahead where it would wait if an operator asks for it.
    pub(crate) async fn start(
        &self,
        customer: &Customer,
        asked_for: bool,
    ) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
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
            mail: &self.operators,
            mail_settings: &self.settings,
            clock: &self.clock,
        };
        let report = tend_incidents(&tend, &view).await;
        let now = self.clock.now();
        let measures = measure_fleet(&fleet, &view, &report.incidents, now).await;
        let dead = measures.dead.clone().unwrap_or_default();
        // A mail that could not be sent is the next tick's.
        within_its_time(alert_operators(
            &fleet,
            &self.operators,
            &self.settings,
            &view,
            &report.incidents,
            &dead,
            now,
        ))
        .await;
        (report, measures)
    }

    /// What the watchdog hands on in a tick; a start that is never answered ends with the invocation.
    pub(crate) async fn hand_on(&self) {
        let fleet = self.fleet();
        let watch = WatchFleet {
            fleet: &fleet,
            queue: &self.queue,
            jobs: &self.jobs,
            clock: &self.clock,
        };
        let watching = watch_fleet(&watch, self.clock.now() + SignedDuration::from_secs(50));
        tokio::time::timeout(Duration::from_secs(50), watching).await.ok();
        let view = look_at_fleet(&fleet).await.expect("read");
        within_its_time(measure_parked(&fleet, &view, self.clock.now())).await;
        within_its_time(remind_of_holds(&fleet, &self.operators, &self.settings, &self.clock)).await;
    }

    /// So many minutes pass, with a tick in each.
    pub(crate) async fn minutes(&self, minutes: u32) {
        for _ in 0..minutes {
            self.clock.advance(SignedDuration::from_mins(1));
            self.tick().await;
        }
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

    /// The one incident there has been.
    pub(crate) fn incident(&self) -> Option<Incident> {
        let mut incidents = self.board.all();
        assert!(incidents.len() <= 1, "{incidents:?}");
        incidents.pop()
    }

    /// The text of every mail to the operators.
    pub(crate) fn told(&self) -> Vec<String> {
        self.operators.sent().iter().map(|mail| text_of(mail)).collect()
    }

    pub(crate) fn mails_to_customers(&self) -> usize {
        self.customers.iter().map(|customer| customer.mail.sent().len()).sum()
    }
}

/// A duty of the watchdog, which is given up where it takes longer.
async fn within_its_time<T>(duty: impl Future<Output = T>) {
    tokio::time::timeout(Duration::from_secs(10), duty).await.ok();
}

fn customer(number: usize, host: &str, board: &Arc<IncidentBoard>) -> Customer {
    let tenant = format!("customer-{number:02}");
    let source = CONFIGURATION.replace("tenant = \"acme\"", &format!("tenant = \"{tenant}\""));
    let source = source.replace("https://acme.example/", &format!("https://{host}/"));
    let configuration: TenantConfiguration = source.parse().expect("valid");
    let table = Table::beside(board);
    table.state().row.timetable = Some(Timetable::new(&configuration, at("2025-03-01T00:00:00Z")));
    table.state().live_since = Some(at("2025-03-01T00:00:00Z"));
    let hris = Hris::default();
    hris.employees.lock().push(employee("E1"));
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

/// An employee who works there.
pub(crate) fn employee(id: &str) -> Employee {
    let record = json!({
        "employeeId": id, "firstName": "Jo", "lastName": "Citizen", "workEmail": format!("jo.{id}@acme.com.au"),
        "jobTitle": "Analyst", "location": "Perth", "status": "Active", "startDate": "2024-01-08",
    });
    let record = record.as_object().expect("an object").clone();
    Employee::from_record(record).expect("has an id")
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
