//! Neither an error nor a client reveals a secret or a person's data, in whichever way it is printed.

use std::fmt::{Debug, Display};
use std::time::Duration;

use habitsync_domain::configuration::EmployeeConnectAuth;
use habitsync_employee_connect::wire::ResultBody;
use habitsync_employee_connect::{Credentials, EmployeeConnectError, InvalidCredentials};
use habitsync_in_memory::one_try_within;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_harness::{Fault, Method, Rule};
use jiff::civil::date;
use secrecy::SecretString;

use crate::learning::created;
use crate::rig::{Rig, SECRET, STATIC_KEY};

/// Marks every piece of personal data that travels in these tests.
const PERSON: &str = "zebediah";

fn silent(printed: impl Debug + Display) {
    let printed = format!("{printed:?} {printed:#?} {printed}").to_lowercase();
    for secret in [PERSON, SECRET, STATIC_KEY, "ec-client", "bearer"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

fn result() -> ResultBody<'static> {
    ResultBody {
        external_id: PERSON,
        employee_id: PERSON,
        status: "Completed",
        completed_on: date(2026, 3, 2),
        duration_minutes: None,
    }
}

/// Every way in which a call about a marked person fails.
async fn failures() -> Vec<EmployeeConnectError> {
    let rig = Rig::calling(one_try_within(Duration::from_secs(1))).await;
    rig.tenant.put_employee(Employee::new(PERSON, PERSON, PERSON, PERSON));
    let course = created(&rig, "TH-9-456").await;
    let mut failures = Vec::new();
    for fault in Fault::of_each_kind() {
        rig.tenant
            .arm(Rule::new(fault).on(&Method::GET, "/employees/{employeeId}"));
        failures.push(rig.client.employee(PERSON).await.expect_err("an error"));
    }
    let nobody = ResultBody {
        employee_id: "zebediah2",
        ..result()
    };
    failures.push(rig.client.post_result(&course.0, &nobody).await.expect_err("nobody"));
    failures.push(rig.client.post_result(PERSON, &result()).await.expect_err("no course"));
    let wrong = ResultBody {
        status: PERSON,
        ..result()
    };
    failures.push(rig.client.post_result(&course.0, &wrong).await.expect_err("refused"));
    rig.tenant.arm(
        Rule::new(Fault::ExpiredToken)
            .on(&Method::GET, "/employees/{employeeId}")
            .times(2),
    );
    failures.push(rig.client.employee(PERSON).await.expect_err("refused"));
    failures
}

#[tokio::test]
async fn no_error_prints_a_secret_or_the_person() {
    for failure in failures().await {
        silent(&failure);
        silent(habitsync_vendor_http::chain(&failure));
    }
}

#[tokio::test]
async fn a_client_prints_neither_its_codes_nor_its_token() {
    let rig = Rig::start().await;
    rig.list().await.expect("a whole list");
    let printed = format!("{:?}", rig.client);
    assert!(!printed.contains(SECRET) && !printed.contains("ec-client"), "{printed}");
}

#[test]
fn a_vendor_secret_of_the_wrong_kind_is_refused_without_being_shown() {
    let key = SecretString::from(format!(r#"{{"employee_connect":{{"api_key":"{STATIC_KEY}"}}}}"#));
    let refused = Credentials::from_vendor_secret(&key, EmployeeConnectAuth::ClientCredentials).expect_err("no codes");
    assert_eq!(refused, InvalidCredentials::NoClientCredentials);
    let codes = format!(r#"{{"employee_connect":{{"client_id":"ec-client","client_secret":"{SECRET}"}}}}"#);
    let refused = Credentials::from_vendor_secret(&SecretString::from(codes), EmployeeConnectAuth::StaticKey);
    assert_eq!(refused.expect_err("no key"), InvalidCredentials::NoStaticKey);
    let printed = format!(
        "{:?}",
        Credentials::from_vendor_secret(&key, EmployeeConnectAuth::StaticKey).expect("a key")
    );
    assert!(!printed.contains(STATIC_KEY), "{printed}");
}
