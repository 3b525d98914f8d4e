//! Base URLs and mapped fields are checked against the vendors where a configuration is put in force.

use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::user::{PortalUser, UserFields};
use habitsync_in_memory::{Call, Fault, vendor_failure};
use habitsync_workflows::onboarding::apply::{Consent, NotApplied};
use habitsync_workflows::ports::failure::{Vendor, VendorFailureKind};
use serde_json::json;

use crate::{ACME, World, admitting_fiji};

fn another_portal() -> String {
    admitting_fiji().replace("https://acme.tribalhabits.com", "https://acne.tribalhabits.com")
}

#[tokio::test]
async fn another_base_url_is_checked_against_the_vendors() {
    let world = World::with_accounts().await;
    let calls = world.portal.faults.count(Call::ListUsers);
    world.apply(&another_portal()).await.expect("the portal answers");
    assert_eq!(world.portal.faults.count(Call::ListUsers), calls + 1);
    let down = VendorFailureKind::Unavailable {
        may_have_happened: false,
    };
    let down = vendor_failure(Vendor::TribalHabits, down);
    world.portal.faults.arm(Call::ListUsers, Fault::Before(down));
    let refused = world.apply(&admitting_fiji()).await;
    assert!(matches!(refused, Err(NotApplied::Unchecked(_))), "{refused:?}");
}

#[tokio::test]
async fn an_address_that_may_not_be_called_is_refused_whatever_is_agreed_to() {
    for world in [World::default(), World::with_accounts().await] {
        let employee = Employee::from_record(json!({"employeeId": "E1"}).as_object().expect("a record").clone());
        world.hris.employees.lock().push(employee.expect("has an id"));
        let failure = vendor_failure(Vendor::TribalHabits, VendorFailureKind::Misconfigured);
        world.portal.faults.arm(Call::ListUsers, Fault::Before(failure));
        let versions = world.tenants.configurations.lock().len();
        let unchecked = Consent {
            unchecked: true,
            ..Consent::default()
        };
        let refused = world.apply_agreeing(&another_portal(), unchecked).await;
        assert!(matches!(refused, Err(NotApplied::Unusable(_))), "{refused:?}");
        assert_eq!(world.tenants.configurations.lock().len(), versions);
    }
}

#[tokio::test]
async fn a_mapped_field_that_the_portals_users_do_not_show_is_a_warning_with_its_line() {
    let world = World::with_custom_fields(&json!({"Division": "OPS"}));
    let shown = ["X-Jobtitle", "X-Location", "X-Start Date", "X-Division"];
    let fields = shown.map(|field| (field.parse().expect("a field"), String::new()));
    world.portal.users.lock().push(PortalUser {
        user_name: "admin@acme.com.au".parse().expect("a name"),
        active: true,
        fields: UserFields(fields.into()),
    });
    let applied = world.apply(ACME).await.expect("is valid");
    let [warning] = applied.warnings.as_slice() else {
        panic!("{:?}", applied.warnings)
    };
    assert!(warning.line.is_some(), "{warning}");
    assert!(
        warning.message.contains("'X-Job Title'") && warning.message.contains("did you mean X-Jobtitle?"),
        "{warning}"
    );
}
