//! Putting a customer's configuration in force, with everything outside it in memory.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::employee::Employee;
use habitsync_domain::job::Job;
use habitsync_in_memory::{Call, Fault, Hris, ManualClock, Tenants, vendor_failure};
use habitsync_workflows::apply_tenant::{AppliedConfiguration, NotApplied, apply_tenant};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// The example of the documentation, whole.
const ACME: &str = include_str!("../../domain/src/configuration/acme.toml");

struct World {
    tenants: Tenants,
    clock: ManualClock,
    hris: Hris,
}

impl Default for World {
    fn default() -> Self {
        Self {
            tenants: Tenants::default(),
            clock: ManualClock::at(Timestamp::UNIX_EPOCH),
            hris: Hris::default(),
        }
    }
}

impl World {
    /// Where one employee has these custom fields.
    fn with_custom_fields(fields: &serde_json::Value) -> Self {
        let world = Self::default();
        let record = json!({"employeeId": "E1", "customFields": fields});
        let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
        world.hris.employees.lock().push(employee);
        world
    }

    async fn apply(&self, source: &str) -> Result<AppliedConfiguration, NotApplied> {
        apply_tenant(&self.tenants, &self.tenants, &self.clock, &self.hris, source).await
    }
}

fn told(applied: &AppliedConfiguration) -> Vec<String> {
    applied.warnings.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_configuration_is_stored_and_its_jobs_are_scheduled() {
    let world = World::with_custom_fields(&json!({"Division": "OPS"}));
    let applied = world.apply(ACME).await.expect("is valid");
    assert_eq!(told(&applied), Vec::<String>::new());
    assert_eq!((applied.version, applied.schedules.len()), (1, Job::ALL.len()));
    let stored = world.tenants.configurations.lock();
    assert_eq!(stored[&applied.configuration.tenant].source, ACME);
}

#[tokio::test]
async fn a_custom_field_that_nobody_has_is_told_and_the_configuration_is_in_force_all_the_same() {
    let world = World::with_custom_fields(&json!({"Divison": null, "Cost Centre": "1"}));
    let applied = world.apply(ACME).await.expect("is valid");
    let [warning] = applied.warnings.as_slice() else {
        panic!("{:?}", applied.warnings)
    };
    assert!(warning.line.is_some() && warning.message.contains("nobody has the custom field 'Division'"));
    assert!(warning.message.contains("Cost Centre, Divison"), "{warning}");
    assert_eq!(applied.version, 1);
}

#[tokio::test]
async fn employees_that_cannot_be_read_are_a_warning_and_no_error() {
    let world = World::default();
    let failure = vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::Credentials);
    world.hris.faults.arm(Call::ListEmployees, Fault::Before(failure));
    let applied = world.apply(ACME).await.expect("is valid");
    let [warning] = applied.warnings.as_slice() else {
        panic!("{:?}", applied.warnings)
    };
    assert!(
        warning.message.starts_with("custom fields were not checked: "),
        "{warning}"
    );
}

#[tokio::test]
async fn nobody_is_read_where_no_custom_field_is_named() {
    let world = World::default();
    let source = ACME.replace("employee.customFields['Division']", "employee.department");
    let applied = world.apply(&source).await.expect("is valid");
    assert_eq!(told(&applied), Vec::<String>::new());
    assert_eq!(world.hris.faults.count(Call::ListEmployees), 0);
}

#[tokio::test]
async fn a_file_with_mistakes_changes_nothing_and_is_told_whole() {
    let world = World::default();
    let source = ACME
        .replace("page_size = 100", "page_size = 0")
        .replace("employee.jobTitle", "employee.jobtitle");
    let Err(NotApplied::Invalid(invalid)) = world.apply(&source).await else {
        panic!("was applied")
    };
    assert_eq!(invalid.findings.len(), 2, "{invalid}");
    assert!(world.tenants.configurations.lock().is_empty() && world.tenants.schedules.lock().is_empty());
}

#[tokio::test]
async fn a_job_without_a_schedule_is_unscheduled_and_a_paused_customers_stay_disabled() {
    let world = World::with_custom_fields(&json!({"Division": "OPS"}));
    world.apply(ACME).await.expect("is valid");
    let paused = ACME
        .replace("status = \"live\"", "status = \"paused\"")
        .replace("results_sweep = \"rate(6 hours)\"\n", "");
    let applied = world.apply(&paused).await.expect("is valid");
    assert_eq!(applied.version, 2);
    let schedules = world.tenants.schedules.lock();
    assert_eq!(schedules.len(), 2);
    assert!(schedules.values().all(|schedule| !schedule.enabled));
    let configuration: TenantConfiguration = paused.parse().expect("is valid");
    assert!(!schedules.contains_key(&(configuration.tenant, Job::ResultsSweep)));
}

#[tokio::test]
async fn a_customer_goes_live_once_with_the_first_version_that_is_live() {
    let world = World::with_custom_fields(&json!({"Division": "OPS"}));
    let status = |status: &str| ACME.replace("status = \"live\"", &format!("status = \"{status}\""));
    let hour = SignedDuration::from_hours(1);
    let draft = world.apply(&status("draft")).await.expect("is valid");
    let tenant = draft.configuration.tenant;
    assert_eq!(world.tenants.live_since.lock().get(&tenant), None);
    for next in ["live", "paused", "live"] {
        world.clock.advance(hour);
        world.apply(&status(next)).await.expect("is valid");
    }
    let went_live = Timestamp::UNIX_EPOCH + hour;
    assert_eq!(world.tenants.live_since.lock().get(&tenant), Some(&went_live));
}
