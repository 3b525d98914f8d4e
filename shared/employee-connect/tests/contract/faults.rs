//! Tests of each call when EmployeeConnect misbehaves.

use std::sync::Arc;
use std::time::Duration;

use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_employee_connect::EmployeeConnect;
use habitsync_in_memory::{one_try, three_tries, unavailable};
use habitsync_simulator_harness::{AnyServer, Fault, Method, Moment, Rule, StatusCode};
use habitsync_vendor_http::{CallSettings, VendorClient};
use habitsync_workflows::ports::failure::{Missing, VendorFailure, VendorFailureKind};
use habitsync_workflows::ports::vendors::{FindEmployee, ListEmployees, RecordResult, Recorded};

use crate::learning::{created, result};
use crate::rig::{Rig, SECRET, client, codes, key};

const RESULTS: &str = "/courses/{courseId}/results";

/// Records a result under a fault, with three tries. Returns the outcome, how often it was sent, and how often it is
/// recorded.
async fn record_under(fault: Fault) -> (Result<Recorded, VendorFailure>, usize, usize) {
    let rig = Rig::calling(CallSettings {
        single_timeout: Duration::from_secs(2),
        ..three_tries()
    })
    .await;
    rig.add_employees(1);
    let course = created(&rig, "TH-9-456").await;
    rig.tenant.arm(Rule::new(fault).on(&Method::POST, RESULTS));
    let outcome = rig.client.record_result(&course, &result("E1001")).await;
    (
        outcome,
        rig.tenant.journal().count(&Method::POST, RESULTS),
        rig.tenant.results().len(),
    )
}

/// Lists 25 employees while this rule strikes, and returns the outcome.
async fn list_under(rule: Rule) -> (Result<usize, VendorFailureKind>, Rig) {
    let rig = Rig::start().await;
    rig.add_employees(25);
    rig.tenant.arm(rule.on(&Method::GET, "/employees"));
    let outcome = rig.list().await;
    (
        outcome
            .map(|roster| roster.employees.len())
            .map_err(|failure| failure.kind),
        rig,
    )
}

#[tokio::test]
async fn a_result_that_was_refused_for_its_rate_is_sent_again() {
    let (outcome, sent, there) = record_under(Fault::TooManyRequests { retry_after: Some(1) }).await;
    assert_eq!((outcome, sent, there), (Ok(Recorded::Now), 2, 1));
}

#[tokio::test]
async fn a_caller_that_tries_again_by_itself_has_each_request_sent_once_and_a_refused_token_still_replaced() {
    let rig = Rig::calling(three_tries()).await;
    rig.add_employees(1);
    let course = created(&rig, "TH-9-456").await;
    let recorder = rig.client.clone().once();
    let limited = Fault::TooManyRequests { retry_after: Some(1) };
    rig.tenant.arm(Rule::new(limited).on(&Method::POST, RESULTS));
    let outcome = recorder.record_result(&course, &result("E1001")).await;
    assert!(
        matches!(&outcome, Err(failure) if matches!(failure.kind, VendorFailureKind::RateLimited(_))),
        "{outcome:?}"
    );
    let broken = Fault::ServerError {
        status: 503,
        moment: Moment::BeforeEffect,
    };
    rig.tenant.arm(Rule::new(broken).on(&Method::GET, RESULTS));
    recorder
        .is_recorded(&course, &result("E1001"))
        .await
        .expect_err("a look is sent once, too");
    assert_eq!(rig.tenant.journal().count(&Method::POST, RESULTS), 1);
    assert_eq!(rig.tenant.journal().count(&Method::GET, RESULTS), 1);
    rig.tenant
        .arm(Rule::new(Fault::ExpiredToken).on(&Method::POST, RESULTS));
    let outcome = recorder.record_result(&course, &result("E1001")).await;
    assert_eq!((outcome, rig.token_requests()), (Ok(Recorded::Now), 2));
}

#[tokio::test]
async fn a_result_whose_fate_is_unknown_is_sent_once_and_said_to_be_so() {
    for (fault, is_recorded) in Fault::of_unknown_effect() {
        let (outcome, sent, there) = record_under(fault.clone()).await;
        let failure = outcome.expect_err("an error");
        assert_eq!(failure.kind, unavailable(true), "{fault:?}");
        assert_eq!((sent, there), (1, usize::from(is_recorded)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_success_whose_body_is_an_error_is_no_success() {
    let (outcome, sent, there) = record_under(Fault::ErrorInBody).await;
    let failure = outcome.expect_err("an error");
    assert!(failure.may_have_happened());
    assert_eq!((failure.kind, sent, there), (VendorFailureKind::Unreadable, 1, 0));
}

#[tokio::test]
async fn a_429_tells_how_long_to_wait() {
    for (retry_after, seconds) in [(Some(17), 17), (None, 60)] {
        let (outcome, _rig) = list_under(Rule::new(Fault::TooManyRequests { retry_after })).await;
        assert_eq!(
            outcome,
            Err(VendorFailureKind::RateLimited(Duration::from_secs(seconds)))
        );
    }
}

#[tokio::test]
async fn a_list_that_does_not_add_up_once_is_read_again_whole() {
    for fault in Fault::pages_that_do_not_add_up(1) {
        let (outcome, rig) = list_under(Rule::new(fault.clone())).await;
        assert_eq!(outcome, Ok(25), "{fault:?}");
        assert!(rig.tenant.journal().count(&Method::GET, "/employees") > 3, "{fault:?}");
    }
}

#[tokio::test]
async fn a_list_that_never_adds_up_is_an_error_and_no_part_of_it_is_given() {
    for fault in Fault::pages_that_do_not_add_up(10) {
        let (outcome, _rig) = list_under(Rule::new(fault.clone()).times(u32::MAX)).await;
        assert_eq!(outcome, Err(VendorFailureKind::InconsistentRead), "{fault:?}");
    }
}

/// A client of a server that is not EmployeeConnect.
fn client_of(server: &AnyServer) -> EmployeeConnect {
    let base_url = format!("http://127.0.0.1:{}/api/v1", server.port());
    client(&base_url, Arc::default(), one_try(), &key(SECRET))
}

#[tokio::test]
async fn an_employee_is_not_taken_for_gone_because_a_proxy_answers() {
    let server = AnyServer::start(async |_| (StatusCode::NOT_FOUND, "<html>No such site</html>")).await;
    let client = client_of(&server);
    let failure = client
        .find_employee(&"E1001".parse().expect("an employee id"))
        .await
        .expect_err("not the API");
    assert_eq!(failure.kind, VendorFailureKind::NotFound(Missing::Other));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = AnyServer::start(async |_| (StatusCode::FOUND, [("location", "/elsewhere")])).await;
    let client = client_of(&server);
    let failure = client
        .list_employees(&FieldsNeeded::All)
        .await
        .expect_err("not the API");
    assert_eq!(
        (failure.kind, failure.detail.as_str()),
        (VendorFailureKind::Unreadable, "status 302")
    );
}

#[tokio::test]
async fn an_api_that_cannot_be_reached_was_not_written_to() {
    let rig = Rig::start().await;
    let address = rig.tenant.base_url();
    rig.tenant.stop().await;
    let client = client(&address, Arc::default(), one_try(), &codes(SECRET));
    let failure = client
        .list_employees(&FieldsNeeded::All)
        .await
        .expect_err("nobody there");
    assert_eq!(failure.kind, unavailable(false));
}
