//! Putting a customer's configuration in force, with everything outside it in memory.

mod against_vendors;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::user::{PortalUser, UserFields};
use habitsync_domain::user_plan::{ActionKind, PlannedAction};
use habitsync_in_memory::{Call, Fault, Hris, ManualClock, Portal, Table, Tenants, service_failure, vendor_failure};
use habitsync_workflows::onboarding::apply::{
    AppliedConfiguration, ApplyTenant, Consent, Effect, Foreseen, NewDeactivation, NotApplied, apply_tenant, foresee,
};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use habitsync_workflows::user_sync::preview::PreviewUsers;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// The example of the documentation, whole.
const ACME: &str = include_str!("../../../domain/src/configuration/acme.toml");

struct World {
    tenants: Tenants,
    clock: ManualClock,
    hris: Hris,
    portal: Portal,
    table: Table,
}

impl Default for World {
    fn default() -> Self {
        Self {
            tenants: Tenants::default(),
            clock: ManualClock::at(Timestamp::UNIX_EPOCH),
            hris: Hris::default(),
            portal: Portal::default(),
            table: Table::default(),
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
        self.apply_agreeing(source, Consent::default()).await
    }

    async fn apply_agreeing(&self, source: &str, consent: Consent) -> Result<AppliedConfiguration, NotApplied> {
        apply_tenant(&self.apply_with(), source, consent).await
    }

    async fn foresee(&self, source: &str) -> Foreseen {
        foresee(&self.apply_with(), source, Consent::default())
            .await
            .expect("is valid")
    }

    fn apply_with(&self) -> ApplyTenant<'_, Tenants, Tenants, Hris, Portal, Table, ManualClock> {
        ApplyTenant {
            configurations: &self.tenants,
            schedules: &self.tenants,
            next_run: PreviewUsers {
                employee_connect: &self.hris,
                tribal_habits: &self.portal,
                store: &self.table,
                clock: &self.clock,
            },
        }
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
        .replace("result_sweep = \"rate(6 hours)\"\n", "");
    let applied = world.apply(&paused).await.expect("is valid");
    assert_eq!(applied.version, 2);
    let schedules = world.tenants.schedules.lock();
    assert_eq!(schedules.len(), 2);
    assert!(schedules.values().all(|schedule| !schedule.enabled));
    let configuration: TenantConfiguration = paused.parse().expect("is valid");
    assert!(!schedules.contains_key(&(configuration.tenant, Job::ResultSweep)));
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

impl World {
    /// Six people with accounts, two of them in Fiji, one of whom left; the example is in force, without its filter on places.
    async fn with_accounts() -> Self {
        let world = Self::default();
        for n in 1..=6 {
            let location = if n > 4 { "Fiji" } else { "Perth" };
            let status = if n == 6 { "Terminated" } else { "Active" };
            let id = format!("E{n}");
            let record = json!({
                "employeeId": id, "firstName": "Jo", "lastName": id, "workEmail": format!("e{n}@acme.com.au"),
                "location": location, "status": status, "startDate": "1969-01-08",
            });
            let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
            world.hris.employees.lock().push(employee);
            let person = Person {
                employee_id: id.parse().expect("an id"),
                user_name: format!("e{n}@acme.com.au").parse().expect("a name"),
                former_names: Vec::new(),
                active: true,
                fields: UserFields::default(),
                last_change: None,
                removed: None,
                marks: habitsync_domain::approvals::ChangeMarks::default(),
                rewrites: std::collections::BTreeMap::new(),
            };
            world.portal.users.lock().push(PortalUser {
                user_name: person.user_name.clone(),
                active: true,
                fields: UserFields::default(),
            });
            let mut state = world.table.state();
            state.people.insert(person.employee_id.clone(), person);
        }
        world
            .apply(&admitting_fiji())
            .await
            .expect("the first version has nobody to remove");
        world
    }
}

fn admitting_fiji() -> String {
    deactivating().replace("[\"Fiji\"]", "[\"Tonga\"]")
}

fn deactivating() -> String {
    let source = ACME.replace("employee.customFields['Division']", "employee.department");
    source.replace("out_of_scope = \"ignore\"", "out_of_scope = \"deactivate\"")
}

fn removes(outcome: Result<AppliedConfiguration, NotApplied>) -> Vec<String> {
    let Err(NotApplied::Removes { people, .. }) = outcome else {
        panic!("{outcome:?}")
    };
    let line = |removal: &NewDeactivation| format!("{} {} {}", removal.employee_id, removal.person, removal.reason);
    people.iter().map(line).collect()
}

#[tokio::test]
async fn a_version_that_would_newly_remove_people_is_stopped_and_names_them() {
    let world = World::with_accounts().await;
    let refused = world.apply(&deactivating()).await;
    assert_eq!(
        removes(refused),
        ["E5 Jo E5 the filter no longer admits them"],
        "E6 leaves under either version"
    );
    assert_eq!(
        world
            .tenants
            .configurations
            .lock()
            .values()
            .next()
            .expect("there")
            .version,
        1
    );
}

#[tokio::test]
async fn the_exact_number_lets_it_through_and_no_other_and_it_is_not_remembered() {
    let world = World::with_accounts().await;
    for said in [0, 2] {
        let consent = Consent {
            yes_remove: Some(said),
            ..Consent::default()
        };
        removes(world.apply_agreeing(&deactivating(), consent).await);
    }
    let consent = Consent {
        yes_remove: Some(1),
        ..Consent::default()
    };
    world
        .apply_agreeing(&deactivating(), consent)
        .await
        .expect("was agreed to");
    world.apply(&admitting_fiji()).await.expect("removes nobody");
    removes(world.apply(&deactivating()).await);
}

#[tokio::test]
async fn a_roll_back_and_an_end_of_the_protection_are_changes_like_any_other() {
    let world = World::with_accounts().await;
    let no_limit = ACME.replace("employee.customFields['Division']", "employee.department");
    let no_limit = no_limit.replace(
        "terminated_statuses = [\"Terminated\"]",
        "terminated_statuses = [\"Terminated\", \"Active\"]",
    );
    let no_limit = no_limit.replace(
        "active_statuses = [\"Active\", \"Onboarding\"]",
        "active_statuses = [\"Onboarding\"]",
    );
    assert_eq!(removes(world.apply(&no_limit).await).len(), 5);
    world.hris.employees.lock().truncate(3);
    let raised = admitting_fiji().replace(
        "vanished = { count = 2, percent = 0.5 }",
        "vanished = { count = 3, percent = 0.5 }",
    );
    assert_eq!(removes(world.apply(&raised).await).len(), 3, "who was held would go");
}

#[tokio::test]
async fn a_change_that_cannot_be_checked_is_stopped_unless_that_is_agreed_to() {
    let world = World::with_accounts().await;
    let fails = || {
        let failure = vendor_failure(Vendor::EmployeeConnect, VendorFailureKind::Credentials);
        world.hris.faults.arm(Call::ListEmployees, Fault::Before(failure));
    };
    fails();
    let refused = world.apply(&deactivating()).await;
    assert!(matches!(refused, Err(NotApplied::Unchecked(_))), "{refused:?}");
    let unchecked = Consent {
        unchecked: true,
        ..Consent::default()
    };
    fails();
    world
        .apply_agreeing(&deactivating(), unchecked)
        .await
        .expect("was agreed to");
}

#[tokio::test]
async fn a_change_of_anything_else_asks_nobody() {
    let world = World::with_accounts().await;
    let calls = world.hris.faults.count(Call::ListEmployees);
    let others = admitting_fiji().replace("jitter_minutes = 10", "jitter_minutes = 20");
    world.apply(&others).await.expect("removes nobody");
    assert_eq!(world.hris.faults.count(Call::ListEmployees), calls);
}

#[tokio::test]
async fn what_the_next_run_would_do_differently_is_foreseen_person_by_person_and_nothing_is_stored() {
    let world = World::with_accounts().await;
    let foreseen = world.foresee(&deactivating()).await;
    let Effect::NextRun(next) = &foreseen.effect else {
        panic!("the filter is another")
    };
    let told: Vec<_> = next
        .differences()
        .iter()
        .map(|beside| {
            let deeds = |planned: &[PlannedAction]| planned.iter().map(|planned| planned.kind).collect::<Vec<_>>();
            (
                beside.employee_id.to_string(),
                deeds(&beside.before),
                deeds(&beside.after),
            )
        })
        .collect();
    assert_eq!(
        told,
        [(
            "E5".to_owned(),
            vec![ActionKind::Note, ActionKind::Change],
            vec![ActionKind::Deactivate]
        )]
    );
    assert!(next.has_read_portal, "it is the first of the day");
    assert_eq!(foreseen.in_force.map(|stored| stored.version), Some(1));
    assert_eq!(
        world
            .tenants
            .configurations
            .lock()
            .values()
            .next()
            .map(|stored| stored.version),
        Some(1)
    );
}

#[tokio::test]
async fn a_customer_who_goes_live_sees_what_the_first_run_writes() {
    let world = World::with_accounts().await;
    world.table.state().people.clear();
    world.portal.users.lock().clear();
    let draft = admitting_fiji().replace("status = \"live\"", "status = \"draft\"");
    world.apply(&draft).await.expect("removes nobody");
    let foreseen = world.foresee(&admitting_fiji()).await;
    let Effect::NextRun(next) = &foreseen.effect else {
        panic!("it begins to write")
    };
    assert_eq!(next.plan.counts.to_create, 5);
}

#[tokio::test]
async fn what_cannot_be_foreseen_of_a_new_customer_keeps_nothing_back() {
    let world = World::default();
    let failure = vendor_failure(Vendor::TribalHabits, VendorFailureKind::Credentials);
    world.portal.faults.arm(Call::ListUsers, Fault::Before(failure));
    let foreseen = world.foresee(ACME).await;
    assert!(matches!(foreseen.effect, Effect::Unknown { may_remove: false, .. }));
    foreseen.must_be_agreed(Consent::default()).expect("nobody is linked");
}

#[tokio::test]
async fn a_customer_without_links_has_nobody_to_remove() {
    let world = World::with_accounts().await;
    world.table.state().people.clear();
    world.apply(&deactivating()).await.expect("removes nobody");
}

#[tokio::test]
async fn a_version_in_force_that_cannot_be_read_is_replaced_by_whoever_agrees_that_nobody_can_say_whom_that_removes() {
    let world = World::with_accounts().await;
    for unchecked in [false, true] {
        let failure = Fault::Before(service_failure());
        world.tenants.faults.arm(Call::LoadConfiguration, failure);
        let consent = Consent {
            unchecked,
            ..Consent::default()
        };
        assert_eq!(world.apply_agreeing(&deactivating(), consent).await.is_ok(), unchecked);
    }
}
