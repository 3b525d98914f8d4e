//! An example customer on the local stack: an invented company, its two vendors simulated, its configuration applied.

use habitsync_aws_adapters::{Aws, JobTargets, SystemClock, Table, TenantTable};
use habitsync_domain::approvals::PerChange;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::PortalUser;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::list::VendorList;
use habitsync_fixtures::{Blueprint, Company};
use habitsync_simulator_employee_connect::{Credentials, EmployeeConnectSimulator, TenantSettings};
use habitsync_simulator_tribal_habits::{PortalSettings, TribalHabitsSimulator, WebhookTarget};
use habitsync_workflows::onboarding::apply::{ApplyTenant, Consent, apply_tenant};
use habitsync_workflows::ports::clock::Now as _;
use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::tenants::{SaveSecret as _, SecretKind};
use habitsync_workflows::ports::vendors::{FindEmployee, ListEmployees, ListUsers};
use habitsync_workflows::user_sync::preview::PreviewUsers;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde_json::json;

use crate::deploy::{STAGE, TABLE};
use crate::error::LocalError;
use crate::inspect::REGION;
use crate::stack::LocalStack;

/// What every example customer signs its webhooks with.
const WEBHOOK_SECRET: &str = "whsec_bG9jYWwgc3RhY2sgd2ViaG9vayBzZWNyZXQsIDMyIGIh";

/// The configuration, with gaps.
const CONFIGURATION: &str = include_str!("../customer.toml");

/// The time zone that the configuration names, unless asked otherwise.
const TIME_ZONE: &str = "Australia/Sydney";

/// Requests a minute that no job reaches: the simulators keep up, where a real portal answers 300.
const UNHINDERED: u32 = 60_000;

/// Which customer is wanted.
#[derive(Debug, Clone)]
pub struct Example {
    /// The customer's key, such as `acme`. Two customers of one stack need two.
    pub tenant: String,
    /// The fictional company whose employees the demo uses.
    pub blueprint: Blueprint,
    /// When each job runs; a job without an expression runs only when it is called.
    pub schedules: Schedules,
    /// The ports of the simulators, Tribal Habits first; those that are 0 or taken are left to the system.
    pub ports: (u16, u16),
    /// Requests a minute to Tribal Habits, as the configuration has it.
    pub requests_per_minute: u32,
    /// Requests a minute that the portal answers before it refuses everything for 60 s; `u32::MAX` for no limit.
    pub portal_answers_per_minute: u32,
    /// Whether a completion is confirmed with the portal before it is recorded.
    pub read_back: bool,
    /// The customer's time zone.
    pub time_zone: String,
    /// More lines of the configuration's `[users]`.
    pub users: String,
    /// More lines of the configuration's `[users.fields]`.
    pub fields: String,
    /// Whether any number of creates, renames and updates is agreed to with the configuration, as the first load needs.
    pub agrees: bool,
}

/// EventBridge Scheduler expressions of a customer's jobs.
#[derive(Debug, Clone, Default)]
pub struct Schedules {
    /// Employees become users.
    pub users: Option<String>,
    /// Topics become courses.
    pub courses: Option<String>,
    /// Lost completions are found.
    pub results_sweep: Option<String>,
}

/// A customer that is set up. Dropping it stops its simulators.
#[derive(Debug)]
pub struct ExampleCustomer {
    /// The customer's key.
    pub tenant: TenantId,
    /// The company as it was at first; the simulators hold its current state.
    pub company: Company,
    /// The portal. It sends its webhooks to the stack.
    pub tribal_habits: TribalHabitsSimulator,
    /// The HR system.
    pub employee_connect: EmployeeConnectSimulator,
    /// Where the portal sends its webhooks, and how it signs them.
    pub webhook: WebhookTarget,
    /// Who gets the customer's mails.
    pub reader: String,
    /// The configuration, as it was applied.
    pub configuration: String,
}

impl Example {
    /// A company of 250 people and 40 topics, whose jobs run only when they are called, and as fast as the simulators are.
    #[must_use]
    pub fn named(tenant: &str) -> Self {
        Self {
            tenant: tenant.to_owned(),
            blueprint: Blueprint::seeded(1).today(today()),
            schedules: Schedules::default(),
            ports: (0, 0),
            requests_per_minute: UNHINDERED,
            portal_answers_per_minute: u32::MAX,
            read_back: false,
            time_zone: TIME_ZONE.to_owned(),
            users: String::new(),
            fields: String::new(),
            agrees: true,
        }
    }
}

/// Today in the time zone that examples have unless asked otherwise.
///
/// # Panics
/// Never: the zone is a known one.
#[must_use]
pub fn today() -> Date {
    today_in(TIME_ZONE)
}

/// Returns the current time.
#[must_use]
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// Today in this time zone.
///
/// # Panics
/// There is no such zone.
#[must_use]
pub fn today_in(time_zone: &str) -> Date {
    let zone = TimeZone::get(time_zone).expect("a time zone that is compiled in");
    SystemClock.now().to_zoned(zone).date()
}

impl LocalStack {
    /// Sets a customer up: simulators, secrets, configuration, schedules; the last two by the use case that the
    /// operator's command runs.
    ///
    /// # Errors
    /// A simulator does not start, the configuration is refused, or the emulator does not answer.
    pub async fn add_customer(&self, example: Example) -> Result<ExampleCustomer, LocalError> {
        let company = example.blueprint.build();
        let tribal_habits = portal(&example, &company).await?;
        let employee_connect = hr_system(example.ports.1, &company).await?;
        let tenant: TenantId = example
            .tenant
            .parse()
            .map_err(LocalError::customer("name the customer"))?;
        let webhook = WebhookTarget::signed(&self.webhook_address(tenant.as_str())?, WEBHOOK_SECRET);
        tribal_habits.set_webhook_target(webhook.clone());
        let addresses = (tribal_habits.base_url(), employee_connect.base_url());
        let customer = ExampleCustomer {
            configuration: configuration(&example, &company, &addresses),
            reader: format!("hr-systems@{}", company.email_domain),
            tenant,
            company,
            tribal_habits,
            employee_connect,
            webhook,
        };
        self.apply(&customer, example.agrees).await?;
        Ok(customer)
    }

    /// What the table holds of a customer.
    ///
    /// # Errors
    /// The emulator does not answer.
    pub async fn tenant_table(&self, tenant: &TenantId) -> Result<TenantTable, LocalError> {
        Ok(self.aws().await?.table(TABLE).tenant(tenant))
    }

    /// The table, and what in it belongs to the whole fleet.
    ///
    /// # Errors
    /// The emulator does not answer.
    pub async fn fleet_table(&self) -> Result<Table, LocalError> {
        Ok(self.aws().await?.table(TABLE))
    }

    async fn aws(&self) -> Result<Aws, LocalError> {
        let aws = Aws::emulated(self.aws_address(), REGION).await;
        aws.map_err(LocalError::customer("reach the emulator"))
    }

    async fn apply(&self, customer: &ExampleCustomer, agrees: bool) -> Result<(), LocalError> {
        let aws = self.aws().await?;
        let secrets = aws.secrets(STAGE);
        for (kind, value) in secret_values() {
            let saved = secrets.save_secret(&customer.tenant, kind, &value).await;
            saved.map_err(LocalError::customer("store a secret"))?;
        }
        let outputs = self.outputs();
        let table = aws.table(TABLE);
        let schedules = aws.schedules(
            STAGE,
            JobTargets {
                user_sync_arn: outputs.get("UserSyncFunctionArn")?.to_owned(),
                course_sync_arn: outputs.get("CourseSyncFunctionArn")?.to_owned(),
                result_sweep_arn: outputs.get("ResultSweepFunctionArn")?.to_owned(),
                role_arn: outputs.get("SchedulerRoleArn")?.to_owned(),
            },
        );
        let apply = ApplyTenant {
            configurations: &table,
            schedules: &schedules,
            next_run: PreviewUsers {
                employee_connect: &Unread,
                tribal_habits: &Unread,
                store: &table.tenant(&customer.tenant),
                clock: &SystemClock,
            },
        };
        let any_number = agrees.then_some(usize::MAX);
        let consent = Consent {
            changes: PerChange {
                created: any_number,
                renamed: any_number,
                updated: any_number,
            },
            unchecked: true,
            ..Consent::default()
        };
        let applied = Box::pin(apply_tenant(&apply, &customer.configuration, consent)).await;
        applied
            .map(drop)
            .map_err(LocalError::customer("apply the configuration"))
    }
}

/// What an example does is no surprise, and its simulators' journals are left as they are.
struct Unread;

impl Unread {
    fn failure(vendor: Vendor) -> VendorFailure {
        VendorFailure {
            vendor,
            kind: VendorFailureKind::NoTimeLeft,
            detail: "an example's vendors are not read when it is applied".to_owned(),
        }
    }
}

impl ListEmployees for Unread {
    async fn list_employees(&self, _: &FieldsNeeded) -> Result<Roster, VendorFailure> {
        Err(Self::failure(Vendor::EmployeeConnect))
    }
}

impl FindEmployee for Unread {
    async fn find_employee(&self, _: &EmployeeId) -> Result<Option<Employee>, VendorFailure> {
        Err(Self::failure(Vendor::EmployeeConnect))
    }
}

impl ListUsers for Unread {
    async fn list_users(&self) -> Result<VendorList<PortalUser>, VendorFailure> {
        Err(Self::failure(Vendor::TribalHabits))
    }
}

async fn portal(example: &Example, company: &Company) -> Result<TribalHabitsSimulator, LocalError> {
    let settings = |port| PortalSettings {
        port,
        ..PortalSettings::default().requests_per_minute(example.portal_answers_per_minute)
    };
    let port = example.ports.0;
    let portal = match TribalHabitsSimulator::start(settings(port)).await {
        Err(_) if port != 0 => TribalHabitsSimulator::start(settings(0)).await,
        outcome => outcome,
    };
    let portal = portal.map_err(LocalError::customer("start the simulator of Tribal Habits"))?;
    portal.seed_from(company);
    Ok(portal)
}

async fn hr_system(port: u16, company: &Company) -> Result<EmployeeConnectSimulator, LocalError> {
    let settings = |port| TenantSettings {
        port,
        ..TenantSettings::default().requests_per_minute(u32::MAX)
    };
    let system = match EmployeeConnectSimulator::start(settings(port)).await {
        Err(_) if port != 0 => EmployeeConnectSimulator::start(settings(0)).await,
        outcome => outcome,
    };
    let system = system.map_err(LocalError::customer("start the simulator of EmployeeConnect"))?;
    system.seed_from(company);
    Ok(system)
}

/// What both simulators accept by default, in the form in which the functions read it.
fn secret_values() -> [(SecretKind, SecretString); 2] {
    let Credentials {
        tenant_code,
        client_id,
        client_secret,
        ..
    } = Credentials::default();
    let vendors = json!({
        "tribal_habits": { "api_key": PortalSettings::default().api_key },
        "employee_connect": { "tenant_code": tenant_code, "client_id": client_id, "client_secret": client_secret },
    });
    let webhook = json!({ "secrets": [WEBHOOK_SECRET] });
    [
        (SecretKind::Vendors, vendors.to_string().into()),
        (SecretKind::Webhook, webhook.to_string().into()),
    ]
}

fn configuration(example: &Example, company: &Company, (portal, hr_system): &(String, String)) -> String {
    let Schedules {
        users,
        courses,
        results_sweep,
    } = &example.schedules;
    let schedules: Vec<_> = [
        ("user_sync", users),
        ("course_sync", courses),
        ("result_sweep", results_sweep),
    ]
    .into_iter()
    .filter_map(|(job, expression)| Some(format!("{job} = \"{}\"", expression.as_ref()?)))
    .collect();
    [
        ("{tenant}", example.tenant.as_str()),
        ("{name}", &company.name),
        ("{tribal_habits}", portal),
        ("{employee_connect}", hr_system),
        ("{schedules}", &schedules.join("\n")),
        ("{email_domain}", &company.email_domain),
        ("{requests_per_minute}", &example.requests_per_minute.to_string()),
        ("{read_back}", &example.read_back.to_string()),
        ("{time_zone}", &example.time_zone),
        ("{users}", &example.users),
        ("{fields}", &example.fields),
    ]
    .into_iter()
    .fold(CONFIGURATION.to_owned(), |text, (gap, value)| text.replace(gap, value))
}
