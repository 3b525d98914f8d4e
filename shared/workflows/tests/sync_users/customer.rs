//! One customer in memory, with one method per thing that happens to one.

use habitsync_domain::approvals::Agreement;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::user_plan::UserPlan;
use habitsync_in_memory::{Call, Hris, Mailbox, ManualClock, Portal, Table, vendor_failure};
use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome, Start};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::ports::failure::{RefusedField, Vendor, VendorFailure, VendorFailureKind};
use habitsync_workflows::user_sync::preview::{Portal as PortalRead, PreviewUsers, preview_users};
use habitsync_workflows::user_sync::{InForce, UserSync, UserSyncSummary, sync_users};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// One customer, from the first run on.
pub(crate) struct Customer {
    pub(crate) configuration: TenantConfiguration,
    pub(crate) hris: Hris,
    pub(crate) portal: Portal,
    pub(crate) table: Table,
    pub(crate) mail: Mailbox,
    pub(crate) clock: ManualClock,
    pub(crate) version: u64,
    /// The version since which employees are decided about as now; the version itself unless a test says otherwise.
    pub(crate) decides_since: Option<u64>,
    /// What an operator agreed to with the configuration: any number of changes unless a test says otherwise.
    pub(crate) agreed: Option<Agreement>,
    /// Where the operator is written to.
    pub(crate) operator: Option<&'static str>,
}

impl Customer {
    pub(crate) fn with_people(people: &[(&str, Value)]) -> Self {
        Self::configured(&[], people)
    }

    pub(crate) fn configured(changes: &[(&str, &str)], people: &[(&str, Value)]) -> Self {
        let mut source = include_str!("../../../domain/src/configuration/acme.toml").to_owned();
        for (old, new) in changes {
            assert!(source.contains(old), "{old} is not in the example");
            source = source.replace(old, new);
        }
        let customer = Self {
            configuration: source.parse().expect("valid"),
            hris: Hris::default(),
            portal: Portal::default(),
            table: Table::default(),
            mail: Mailbox::default(),
            clock: ManualClock::at("2026-11-22T21:00:00Z".parse().expect("a time")),
            version: 1,
            decides_since: None,
            agreed: Some(Agreement::to_any_number(
                "2026-11-22T21:00:00Z".parse().expect("a time"),
            )),
            operator: None,
        };
        for (id, changes) in people {
            customer.employ(id, changes);
        }
        customer
    }

    /// Puts an employee's record in, in place of the one that is there.
    pub(crate) fn employ(&self, id: &str, changes: &Value) {
        let mut record = json!({
            "employeeId": id, "firstName": "Jo", "lastName": id, "workEmail": format!("{id}@acme.com.au").to_lowercase(),
            "jobTitle": "Analyst", "location": "Perth", "status": "Active", "startDate": "2024-01-08",
        });
        let record = record.as_object_mut().expect("an object");
        record.extend(changes.as_object().expect("an object").clone());
        let employee = Employee::from_record(record.clone()).expect("has an id");
        let mut employees = self.hris.employees.lock();
        employees.retain(|known| known.id() != employee.id());
        employees.push(employee);
    }

    pub(crate) async fn run_until(&self, deadline: Timestamp) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        self.start(Start::by_itself(deadline)).await
    }

    /// A run that an operator asked for.
    pub(crate) async fn run_asked_for(&self) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        let deadline = self.deadline();
        self.start(Start {
            deadline,
            asked_for: true,
        })
        .await
    }

    async fn start(&self, start: Start) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        let mail_settings = mail_settings(self.operator);
        let sync = UserSync {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            mail: &self.mail,
            mail_settings: &mail_settings,
            clock: &self.clock,
        };
        sync_users(&sync, self.version_in_force(), start).await
    }

    fn version_in_force(&self) -> InForce<'_> {
        let version = InForce::version(self.version, &self.configuration);
        version
            .deciding_since(self.decides_since.unwrap_or(self.version))
            .agreed_to(self.agreed)
    }

    /// What a dry run says that the next run would do.
    pub(crate) async fn preview(&self) -> UserPlan {
        let preview = PreviewUsers {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            clock: &self.clock,
        };
        let in_force = self.version_in_force();
        let preview = preview_users(&preview, in_force, None, PortalRead::AsTheNextRun).await;
        let preview = preview.expect("everything can be read");
        let plan = preview.plan(in_force);
        plan.expect("everybody is accounted for")
    }

    pub(crate) async fn run(&self) -> Result<RunOutcome<UserSyncSummary>, JobFailure> {
        self.run_until(self.deadline()).await
    }

    pub(crate) fn deadline(&self) -> Timestamp {
        use habitsync_workflows::ports::clock::Now;
        self.clock.now() + SignedDuration::from_mins(14)
    }

    pub(crate) async fn finish(&self) -> UserSyncSummary {
        match self.run().await {
            Ok(RunOutcome::Finished(summary)) => summary,
            other => panic!("did not finish: {other:?}"),
        }
    }

    /// One slice of a run that ends well, whether anything is left to do or not.
    pub(crate) async fn slice(&self) -> UserSyncSummary {
        match self.run().await {
            Ok(RunOutcome::Finished(summary) | RunOutcome::Unfinished(summary)) => summary,
            other => panic!("did not end well: {other:?}"),
        }
    }

    pub(crate) fn active_users(&self) -> Vec<String> {
        let users = self.portal.users.lock();
        users
            .iter()
            .filter(|user| user.active)
            .map(|user| user.user_name.as_str().to_owned())
            .collect()
    }

    /// Whether no process holds the lease of the user sync.
    pub(crate) fn is_lease_free(&self) -> bool {
        let state = self.table.state();
        state
            .leases
            .get(&Job::UserSync)
            .is_none_or(|lease| lease.held.is_none())
    }

    pub(crate) fn writes(&self) -> usize {
        self.portal.faults.count(Call::CreateUser) + self.portal.faults.count(Call::ChangeUser)
    }
}

pub(crate) fn mail_settings(operator: Option<&str>) -> MailSettings {
    MailSettings {
        sender: "integration@tribalhabits.com".parse().expect("valid"),
        operator: operator.map(|address| address.parse().expect("valid")),
    }
}

pub(crate) fn portal_says(kind: VendorFailureKind) -> VendorFailure {
    vendor_failure(Vendor::TribalHabits, kind)
}

pub(crate) fn refused(field: &str) -> VendorFailure {
    let refused = RefusedField {
        field: field.to_owned(),
        reason: "is not in the list".to_owned(),
    };
    portal_says(VendorFailureKind::Refused(vec![refused]))
}

/// A customer of so many people, E1000 and on.
pub(crate) fn customer_of(people: usize) -> Customer {
    let ids: Vec<_> = (0..people).map(|n| format!("E{}", 1000 + n)).collect();
    let people: Vec<_> = ids.iter().map(|id| (id.as_str(), json!({}))).collect();
    Customer::with_people(&people)
}
