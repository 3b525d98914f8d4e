//! Scanning a customer, with everything outside it in memory.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::data_quality::Kind;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::user::{FieldName, PortalUser, UserFields};
use habitsync_in_memory::{Call, Fault, Hris, ManualClock, Portal, Table, service_failure, vendor_failure};
use habitsync_workflows::onboarding::scan::{Scan, ScanCustomer, scan_customer};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use serde_json::{Value, json};

struct World {
    configuration: TenantConfiguration,
    hris: Hris,
    portal: Portal,
    table: Table,
    clock: ManualClock,
}

impl World {
    /// One person who works there, one who left, and an account for each, and one for nobody.
    fn new() -> Self {
        let acme = include_str!("../../domain/src/configuration/acme.toml");
        let world = Self {
            configuration: acme.parse().expect("valid"),
            hris: Hris::default(),
            portal: Portal::default(),
            table: Table::default(),
            clock: ManualClock::at("2026-11-22T21:00:00Z".parse().expect("a time")),
        };
        world.employ("E1", &json!({"status": "Active"}));
        world.employ("E2", &json!({"status": "Terminated"}));
        *world.portal.users.lock() = ["e1@acme.com.au", "e2@acme.com.au", "visitor"].map(user).into();
        world
    }

    fn employ(&self, id: &str, changes: &Value) {
        let mut record = json!({
            "employeeId": id, "firstName": "Jo", "lastName": id, "workEmail": format!("{id}@acme.com.au"),
            "startDate": "2024-01-08",
        });
        let record = record.as_object_mut().expect("an object");
        record.extend(changes.as_object().expect("an object").clone());
        let employee = Employee::from_record(record.clone()).expect("has an id");
        self.hris.employees.lock().push(employee);
    }

    async fn scan(&self) -> Scan {
        self.try_scan().await.expect("the table answers")
    }

    async fn try_scan(&self) -> Result<Scan, habitsync_workflows::ports::failure::ServiceFailure> {
        let scan = ScanCustomer {
            employee_connect: &self.hris,
            tribal_habits: &self.portal,
            store: &self.table,
            clock: &self.clock,
        };
        scan_customer(&scan, &self.configuration).await
    }
}

fn user(name: &str) -> PortalUser {
    PortalUser {
        user_name: name.parse().expect("a user name"),
        active: true,
        fields: UserFields([(FieldName::email(), format!("{name}.x@acme.com.au"))].into()),
    }
}

fn kinds(scan: &Scan) -> Vec<Kind> {
    let quality = scan.quality.as_ref().expect("EmployeeConnect was read");
    quality.findings.iter().map(|finding| finding.kind).collect()
}

#[tokio::test]
async fn a_scan_reads_everything_finds_what_is_wrong_and_writes_nothing() {
    let world = World::new();
    let scan = world.scan().await;
    assert_eq!(
        (scan.employees.clone(), scan.accounts.clone(), scan.links),
        (Ok(2), Ok(3), 0)
    );
    assert!(kinds(&scan).contains(&Kind::LeaverActive) && kinds(&scan).contains(&Kind::AccountUnknown));
    let counts = scan
        .quality
        .as_ref()
        .and_then(habitsync_domain::onboarding::data_quality::DataQuality::account_counts);
    let counts = counts.expect("the portal was read");
    assert_eq!(
        (counts.matchable_by_user_name, counts.not_adopted, counts.unknown),
        (1, 1, 1)
    );
    assert_eq!(
        world.table.faults.made(),
        [Call::LoadPeople, Call::LoadParked, Call::LoadLastDays]
    );
    assert_eq!(world.portal.faults.made(), [Call::ListUsers]);
    assert_eq!(world.hris.faults.made(), [Call::ListEmployees]);
}

#[tokio::test]
async fn a_linked_person_who_was_not_read_is_told_and_not_asked_about() {
    let world = World::new();
    let person = Person {
        employee_id: "E9".parse().expect("an id"),
        user_name: "visitor".parse().expect("a name"),
        former_names: Vec::new(),
        active: true,
        fields: UserFields::default(),
        last_change: None,
        removed: None,
        marks: habitsync_domain::approvals::ChangeMarks::default(),
        rewrites: std::collections::BTreeMap::new(),
    };
    world.table.state().people.insert(person.employee_id.clone(), person);
    let scan = world.scan().await;
    assert_eq!(scan.links, 1);
    assert!(kinds(&scan).contains(&Kind::Vanished), "{:?}", kinds(&scan));
    assert_eq!(world.hris.faults.count(Call::FindEmployee), 0);
}

#[tokio::test]
async fn before_the_secrets_are_set_a_scan_says_what_is_missing() {
    let world = World::new();
    let refused = |vendor| vendor_failure(vendor, VendorFailureKind::Credentials);
    let hris = refused(Vendor::EmployeeConnect);
    let portal = refused(Vendor::TribalHabits);
    world.hris.faults.arm(Call::ListEmployees, Fault::Before(hris.clone()));
    world.portal.faults.arm(Call::ListUsers, Fault::Before(portal.clone()));
    let scan = world.scan().await;
    assert_eq!(scan.unread().cloned().collect::<Vec<_>>(), [hris, portal]);
    assert_eq!(scan.quality, None);
}

#[tokio::test]
async fn without_the_portal_people_are_looked_at_all_the_same() {
    let world = World::new();
    world.employ("E3", &json!({"status": "Sabbatical"}));
    let portal = vendor_failure(Vendor::TribalHabits, VendorFailureKind::Credentials);
    world.portal.faults.arm(Call::ListUsers, Fault::Before(portal));
    let scan = world.scan().await;
    assert_eq!(kinds(&scan), [Kind::StatusUnknown], "and nothing is said of accounts");
    assert_eq!(scan.unread().count(), 1);
    assert_eq!(scan.quality.and_then(|quality| quality.accounts), None);
}

#[tokio::test]
async fn a_table_that_fails_is_no_scan() {
    let world = World::new();
    world
        .table
        .faults
        .arm(Call::LoadPeople, Fault::Before(service_failure()));
    assert_eq!(world.try_scan().await, Err(service_failure()));
}
