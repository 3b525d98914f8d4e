//! What an operator agrees to when a configuration is applied: the number of creates, renames and updates that it shows.

use habitsync_domain::approvals::{ApprovalVerdict, PerChange};
use habitsync_in_memory::{Call, Fault, Tenants};
use habitsync_workflows::onboarding::apply::{
    AppliedConfiguration, ApplyTenant, Consent, NotApplied, apply_tenant, foresee,
};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::tenants::StoredConfiguration;
use habitsync_workflows::user_sync::preview::PreviewUsers;
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, customer_of, portal_says};

/// A customer with no custom fields, live.
const ACME: &str = include_str!("../../../domain/src/configuration/acme.toml");

async fn apply(
    customer: &Customer,
    tenants: &Tenants,
    source: &str,
    consent: Consent,
) -> Result<AppliedConfiguration, NotApplied> {
    let apply = ApplyTenant {
        configurations: tenants,
        schedules: tenants,
        next_run: PreviewUsers {
            employee_connect: &customer.hris,
            tribal_habits: &customer.portal,
            store: &customer.table,
            clock: &customer.clock,
        },
    };
    apply_tenant(&apply, source, consent).await
}

fn agreeing_to(created: usize) -> Consent {
    Consent {
        changes: PerChange {
            created: Some(created),
            ..PerChange::default()
        },
        ..Consent::default()
    }
}

/// Puts the version in force that the table holds.
fn follow(customer: &mut Customer, tenants: &Tenants) -> StoredConfiguration {
    let stored = tenants.configurations.lock().values().next().cloned().expect("applied");
    customer.version = stored.version;
    customer.configuration = stored.configuration.clone();
    customer.decides_since = Some(stored.decides_since);
    customer.agreed = stored.agreed;
    stored
}

#[tokio::test]
async fn the_first_load_is_agreed_to_by_its_number_and_by_no_other() {
    let (mut customer, tenants) = (customer_of(186), Tenants::default());
    for said in [0, 20, 185, 187] {
        let refused = apply(&customer, &tenants, ACME, agreeing_to(said)).await;
        let Err(NotApplied::OtherChanges { planned, .. }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(planned, 186);
    }
    assert!(tenants.configurations.lock().is_empty(), "nothing was stored");
    apply(&customer, &tenants, ACME, agreeing_to(186))
        .await
        .expect("applied");
    follow(&mut customer, &tenants);
    assert_eq!(customer.finish().await.written.created, 186);
}

#[tokio::test]
async fn a_configuration_applied_without_a_number_is_in_force_and_its_creates_wait() {
    let (mut customer, tenants) = (customer_of(186), Tenants::default());
    apply(&customer, &tenants, ACME, Consent::default())
        .await
        .expect("applied");
    assert_eq!(follow(&mut customer, &tenants).agreed, None);
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (0, 186));
    // The same file again, with the number: the answer to what is held.
    apply(&customer, &tenants, ACME, agreeing_to(186))
        .await
        .expect("applied");
    follow(&mut customer, &tenants);
    assert_eq!(customer.finish().await.written.created, 186);
}

#[tokio::test]
async fn an_agreement_outlives_a_pause_and_ends_with_a_version_that_decides_otherwise() {
    let (mut customer, tenants) = (customer_of(186), Tenants::default());
    apply(&customer, &tenants, ACME, agreeing_to(186))
        .await
        .expect("applied");
    let agreed = follow(&mut customer, &tenants).agreed;
    let paused = ACME.replace("status = \"live\"", "status = \"paused\"");
    for source in [paused.as_str(), ACME] {
        apply(&customer, &tenants, source, Consent::default())
            .await
            .expect("applied");
        assert_eq!(follow(&mut customer, &tenants).agreed, agreed);
    }
    let other = ACME.replace("[\"Fiji\"]", "[\"Tonga\"]");
    apply(&customer, &tenants, &other, Consent::default())
        .await
        .expect("applied");
    assert_eq!(follow(&mut customer, &tenants).agreed, None);
}

/// A customer of so many employees, whose first load is agreed to.
async fn agreed_load(people: usize) -> Customer {
    let (mut customer, tenants) = (customer_of(people), Tenants::default());
    apply(&customer, &tenants, ACME, agreeing_to(people))
        .await
        .expect("applied");
    follow(&mut customer, &tenants);
    customer
}

fn strangers(customer: &Customer, people: usize) {
    for id in 5000..5000 + people {
        customer.employ(&format!("E{id}"), &json!({}));
    }
}

#[tokio::test]
async fn what_the_first_load_left_of_an_agreement_is_not_there_for_strangers() {
    let customer = agreed_load(186).await;
    // Between the command and the run, 100 of those who were shown leave the scope.
    for id in 1000..1100 {
        customer.employ(&format!("E{id}"), &json!({"location": "Fiji"}));
    }
    assert_eq!(customer.finish().await.written.created, 86);
    customer.clock.advance(SignedDuration::from_hours(25));
    strangers(&customer, 100);
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (0, 100));
}

#[tokio::test]
async fn an_agreement_outlives_slices_refusals_and_employees_who_join_meanwhile() {
    let customer = agreed_load(186).await;
    let late = Fault::Before(portal_says(VendorFailureKind::NoTimeLeft));
    customer.portal.faults.arm_after(100, Call::CreateUser, late);
    assert_eq!(customer.slice().await.written.created, 100);
    // One of those who were shown is refused, and another joins while the load goes on.
    let refused = Fault::Before(portal_says(VendorFailureKind::Refused(Vec::new())));
    customer.portal.faults.arm(Call::CreateUser, refused);
    strangers(&customer, 1);
    assert_eq!(customer.finish().await.written.created, 86);
    customer.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(customer.finish().await.written.created, 1, "the one who was refused");
    customer.clock.advance(SignedDuration::from_hours(25));
    strangers(&customer, 100);
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (0, 99));
}

#[tokio::test]
async fn a_number_that_cannot_be_checked_is_taken_only_where_that_was_said() {
    let (mut customer, tenants) = (customer_of(30), Tenants::default());
    let down = Fault::Before(portal_says(VendorFailureKind::Unreadable));
    customer.hris.faults.arm(Call::ListEmployees, down.clone());
    let refused = apply(&customer, &tenants, ACME, agreeing_to(30)).await;
    assert!(matches!(refused, Err(NotApplied::Unchecked(_))), "{refused:?}");
    customer.hris.faults.arm(Call::ListEmployees, down);
    let unchecked = Consent {
        unchecked: true,
        ..agreeing_to(30)
    };
    apply(&customer, &tenants, ACME, unchecked).await.expect("applied");
    follow(&mut customer, &tenants);
    assert_eq!(customer.finish().await.written.created, 30);
}

#[tokio::test]
async fn updates_that_a_new_mapping_brings_are_agreed_to_like_creates() {
    let (mut customer, tenants) = (customer_of(80), Tenants::default());
    apply(&customer, &tenants, ACME, agreeing_to(80))
        .await
        .expect("applied");
    follow(&mut customer, &tenants);
    customer.finish().await;
    for id in 1000..1080 {
        customer.employ(&format!("E{id}"), &json!({"preferredName": "Alex"}));
    }
    let summary = customer.finish().await;
    assert_eq!((summary.written.changed, summary.held.len()), (0, 80));
    let consent = Consent {
        changes: PerChange {
            updated: Some(80),
            ..PerChange::default()
        },
        ..Consent::default()
    };
    apply(&customer, &tenants, ACME, consent).await.expect("applied");
    follow(&mut customer, &tenants);
    assert_eq!(customer.finish().await.written.changed, 80);
}

/// A customer of thirty, of whom eight have left and wait for approval.
async fn with_eight_leavers() -> (Customer, Tenants) {
    let (mut customer, tenants) = (customer_of(30), Tenants::default());
    apply(&customer, &tenants, ACME, agreeing_to(30))
        .await
        .expect("applied");
    follow(&mut customer, &tenants);
    customer.finish().await;
    customer.terminate(1000..1008);
    assert_eq!(customer.finish().await.held.len(), 8);
    (customer, tenants)
}

#[tokio::test]
async fn approvals_outlive_the_same_file_a_pause_and_another_schedule() {
    let (mut customer, tenants) = with_eight_leavers().await;
    let shown = customer.held().await.expect("held").id;
    customer.decide_all(ApprovalVerdict::Approved).await;
    let paused = ACME.replace("status = \"live\"", "status = \"paused\"");
    let other_schedule = ACME.replace("jitter_minutes = 10", "jitter_minutes = 7");
    for source in [ACME, &paused, ACME, &other_schedule, ACME] {
        apply(&customer, &tenants, source, Consent::default())
            .await
            .expect("applied");
        let stored = follow(&mut customer, &tenants);
        assert_eq!(stored.decides_since, 1, "version {}", stored.version);
    }
    assert_eq!(customer.held().await.map(|held| held.id), Some(shown));
    let summary = customer.finish().await;
    assert_eq!((summary.written.deactivated, summary.held.len()), (8, 0));
}

#[tokio::test]
async fn approvals_end_with_other_rules_and_applying_them_says_how_many_do() {
    let (mut customer, tenants) = with_eight_leavers().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    let other = ACME.replace("[\"Fiji\"]", "[\"Tonga\"]");
    let next_run = PreviewUsers {
        employee_connect: &customer.hris,
        tribal_habits: &customer.portal,
        store: &customer.table,
        clock: &customer.clock,
    };
    let whole = ApplyTenant {
        configurations: &tenants,
        schedules: &tenants,
        next_run,
    };
    let foreseen = foresee(&whole, &other, Consent::default()).await.expect("foreseen");
    assert_eq!(foreseen.ends_approvals, 8);
    let same = foresee(&whole, ACME, Consent::default()).await.expect("foreseen");
    assert_eq!((same.ends_approvals, same.stays(Consent::default())), (0, Some(1)));
    apply(&customer, &tenants, &other, Consent::default())
        .await
        .expect("applied");
    follow(&mut customer, &tenants);
    assert_eq!(customer.finish().await.held.len(), 8);
}

#[tokio::test]
async fn the_text_that_is_in_force_is_no_new_version() {
    let (customer, tenants) = (customer_of(3), Tenants::default());
    for _ in 0..3 {
        let applied = apply(&customer, &tenants, ACME, Consent::default())
            .await
            .expect("applied");
        assert_eq!(applied.version, 1);
    }
    let agreed = apply(&customer, &tenants, ACME, agreeing_to(3)).await.expect("applied");
    assert_eq!(agreed.version, 2, "an agreement is stored with a version of its own");
}

#[tokio::test]
async fn a_number_of_deactivations_that_is_not_the_plans_is_refused() {
    let (customer, tenants) = (customer_of(22), Tenants::default());
    let wrong = Consent {
        yes_remove: Some(1),
        ..agreeing_to(22)
    };
    let refused = apply(&customer, &tenants, ACME, wrong).await;
    assert!(
        matches!(&refused, Err(NotApplied::Removes { people, said: Some(1) }) if people.is_empty()),
        "{refused:?}"
    );
    let right = Consent {
        yes_remove: Some(0),
        ..agreeing_to(22)
    };
    apply(&customer, &tenants, ACME, right).await.expect("applied");
    let alike = Consent {
        yes_remove: Some(1),
        ..Consent::default()
    };
    let refused = apply(&customer, &tenants, ACME, alike).await;
    assert!(matches!(refused, Err(NotApplied::Removes { .. })), "{refused:?}");
}
