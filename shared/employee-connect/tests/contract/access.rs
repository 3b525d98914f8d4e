//! Tokens: fetched once, replaced once when refused, shared by clones; and the static key instead.

use std::time::Duration;

use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_in_memory::one_try;
use habitsync_simulator_employee_connect::TenantSettings;
use habitsync_simulator_harness::{Fault, Method, Rule};
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::vendors::ListEmployees;

use crate::rig::{Rig, SECRET, STATIC_KEY, codes, key, settings};

#[tokio::test]
async fn one_token_serves_every_call_of_a_client_and_its_clones() {
    let rig = Rig::start().await;
    rig.add_employees(25);
    rig.list().await.expect("a whole list");
    rig.client
        .clone()
        .list_employees(&FieldsNeeded::All)
        .await
        .expect("a whole list");
    assert_eq!(rig.token_requests(), 1);
    assert_eq!(
        rig.budget.drawn(),
        rig.tenant.journal().len(),
        "token requests draw on the budget, too"
    );
}

#[tokio::test]
async fn calls_that_begin_together_wait_for_one_token() {
    let rig = Rig::start().await;
    let (first, second) = tokio::join!(rig.list(), rig.list());
    first.and(second).expect("whole lists");
    assert_eq!(rig.token_requests(), 1);
}

#[tokio::test]
async fn a_token_that_ended_early_is_replaced_and_the_call_succeeds() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    rig.list().await.expect("a whole list");
    rig.tenant.expire_tokens();
    rig.list().await.expect("a whole list, with a new token");
    assert_eq!(rig.token_requests(), 2);
}

#[tokio::test]
async fn a_token_that_expires_on_its_way_is_replaced_in_the_middle_of_a_list() {
    let rig = Rig::start().await;
    rig.add_employees(25);
    let second_page = |call: &habitsync_simulator_harness::Call| call.query.get("page").is_some_and(|page| page == "2");
    rig.tenant.arm(Rule::new(Fault::ExpiredToken).matching(second_page));
    assert_eq!(rig.list().await.expect("a whole list").employees.len(), 25);
    assert_eq!(
        (
            rig.token_requests(),
            rig.tenant.journal().count(&Method::GET, "/employees")
        ),
        (2, 4)
    );
}

#[tokio::test]
async fn a_token_near_its_end_is_not_used() {
    let short = TenantSettings {
        token_lifetime: Duration::from_secs(20),
        ..settings()
    };
    let rig = Rig::with(short, one_try(), &codes(SECRET)).await;
    rig.list().await.expect("a whole list");
    rig.list().await.expect("a whole list");
    assert_eq!(rig.token_requests(), 2);
}

#[tokio::test]
async fn a_call_that_is_refused_with_a_new_token_too_is_a_matter_of_credentials() {
    let rig = Rig::start().await;
    rig.tenant.arm(
        Rule::new(Fault::ExpiredToken)
            .on(&Method::GET, "/employees")
            .times(u32::MAX),
    );
    let failure = rig.list().await.expect_err("refused");
    assert_eq!(failure.kind, VendorFailureKind::Credentials);
    assert_eq!(
        (
            rig.token_requests(),
            rig.tenant.journal().count(&Method::GET, "/employees")
        ),
        (2, 2)
    );
}

#[tokio::test]
async fn wrong_integration_codes_are_a_matter_of_credentials() {
    let rig = Rig::authorised_by(&codes("wrong")).await;
    assert_eq!(
        rig.list().await.expect_err("refused").kind,
        VendorFailureKind::Credentials
    );
    assert_eq!(rig.tenant.journal().count(&Method::GET, "/employees"), 0);
}

#[tokio::test]
async fn a_static_key_needs_no_token() {
    let rig = Rig::authorised_by(&key(STATIC_KEY)).await;
    rig.add_employees(1);
    assert_eq!(rig.list().await.expect("a whole list").employees.len(), 1);
    assert_eq!(rig.token_requests(), 0);
}

#[tokio::test]
async fn a_wrong_static_key_is_refused_once() {
    let rig = Rig::authorised_by(&key("wrong")).await;
    assert_eq!(
        rig.list().await.expect_err("refused").kind,
        VendorFailureKind::Credentials
    );
    assert_eq!(rig.tenant.journal().len(), 1);
}
