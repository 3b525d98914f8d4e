//! Probing an EmployeeConnect: one that keeps the contract has no findings, and of each that does not, the probe
//! reports the difference and the setting that copes with it.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::CourseId;
use habitsync_domain::onboarding::assumptions::{
    Advice, Assumption, AssumptionFinding, AssumptionVerdict, employee_connect as assume,
};
use habitsync_in_memory::{about, acme, assert_differs, assert_keeps_contract, differing};
use habitsync_simulator_employee_connect::{Deviation, Employee};
use habitsync_simulator_harness::{Clock, Fault, Method, Rule, odd_lists};
use habitsync_workflows::ports::probes::{HrisQuestions, HrisSample, ProbeHris, Probed};
use habitsync_workflows::ports::vendors::{CreatedCourse, SaveCourse};
use jiff::SignedDuration;
use serde_json::json;

use crate::rig::{Rig, STATIC_KEY, codes, key};

/// The example's customer, ten employees to a page as the rig's client asks.
fn customer(changes: &[(&str, &str)]) -> TenantConfiguration {
    acme([("page_size = 100", "page_size = 10")].iter().chain(changes))
}

/// Everything that the example's expressions name.
fn whole(id: u32, manager: Option<u32>) -> Employee {
    let mut employee = Employee::new(&format!("E{id}"), "Jo", "Citizen", &format!("e{id}@acme.com.au"));
    employee.manager_employee_id = manager.map(|manager| format!("E{manager}"));
    employee.manager_email = manager.map(|manager| format!("e{manager}@acme.com.au"));
    employee.job_title = Some("Analyst".to_owned());
    employee.start_date = Some(jiff::civil::date(2024, 3, 1));
    employee.custom_fields.insert("Division".to_owned(), json!("OPS"));
    employee
}

/// A tenant with three pages of people, one of them gone.
async fn tenant() -> Rig {
    let rig = Rig::start().await;
    fill(&rig);
    rig
}

fn fill(rig: &Rig) {
    rig.tenant.put_employee(whole(1001, None));
    for id in 1002..1026 {
        rig.tenant.put_employee(whole(id, Some(1001)));
    }
    rig.tenant
        .terminate("E1025", jiff::civil::date(2026, 1, 31))
        .expect("there");
}

async fn probed_with(rig: &Rig, customer: &TenantConfiguration, course: Option<&CourseId>) -> Probed<HrisSample> {
    let asked = HrisQuestions {
        customer,
        now: Clock::default().now(),
        course,
    };
    rig.client.probe_hris(&asked).await.expect("it can be asked")
}

async fn probed(rig: &Rig) -> Probed<HrisSample> {
    probed_with(rig, &customer(&[]), None).await
}

/// The finding about an assumption of a tenant that differs so.
async fn with(deviation: Deviation, assumption: &Assumption) -> AssumptionFinding {
    let rig = tenant().await;
    rig.tenant.deviate([deviation]);
    about(&probed(&rig).await, assumption).clone()
}

#[tokio::test]
async fn a_tenant_that_keeps_the_contract_has_every_answer_right_in_few_requests_that_only_read() {
    let rig = tenant().await;
    let course = habitsync_domain::courses::course::Course {
        external_id: habitsync_domain::identity::TopicCode("TH-9-1".to_owned()),
        title: "Fire safety".to_owned(),
        description: None,
        launch_url: "https://acme.example/1".to_owned(),
        active: true,
    };
    let Ok(CreatedCourse::Created(course)) = rig.client.create_course(&course).await else {
        panic!("the course is made")
    };
    rig.tenant.journal().clear();
    let probed = probed_with(&rig, &customer(&[]), Some(&course)).await;
    assert_keeps_contract(&probed, &customer(&[]), assume::ALL, &assume::LIMIT);
    assert_eq!((probed.sample.employees.len(), probed.sample.is_whole), (25, true));
    let writes = rig.tenant.journal().matching(|entry| entry.is_write());
    assert!(writes.iter().all(|entry| entry.route == "/oauth/token"), "{writes:?}");
    assert_eq!(probed.requests as usize, rig.tenant.journal().len());
    assert!(probed.requests <= 10, "{} requests", probed.requests);
    let shown = format!("{:?}", probed.findings);
    assert!(!shown.contains("acme.com.au") && !shown.contains("Citizen"), "{shown}");
}

#[tokio::test]
async fn a_list_without_a_total_is_described() {
    let list = with(Deviation::NoTotal, &assume::EMPLOYEE_LIST).await;
    assert_differs(&list, "meta.total missing");
    assert_eq!(list.advice, [assume::EMPLOYEE_LIST.mend()]);
}

#[tokio::test]
async fn smaller_pages_than_are_asked_for_are_what_to_ask_for() {
    let size = with(Deviation::SmallPages(5), &assume::EMPLOYEE_PAGE_SIZE).await;
    assert_eq!(size.seen, "10 are asked for and 5 come");
    assert_eq!(size.advice, [Advice::set("employee_connect.page_size", "5")]);
    let list = with(Deviation::SmallPages(5), &assume::EMPLOYEE_LIST).await;
    assert_eq!(list.verdict, AssumptionVerdict::Ok, "it adds up all the same: {list:?}");
}

#[tokio::test]
async fn a_status_that_nobody_listed_is_named_with_the_setting() {
    let status = with(Deviation::ActiveIs("Current".to_owned()), &assume::EMPLOYEE_STATUS).await;
    assert_differs(&status, "24 Current, 1 Terminated; not listed: Current");
    let set = Advice::set("users.active_statuses", "[\"Active\", \"Onboarding\", \"Current\"]");
    assert_eq!(status.advice[0], set);
    let without = with(Deviation::Without("status".to_owned()), &assume::EMPLOYEE_STATUS).await;
    assert_eq!(without.seen, "25 of 25 have no status");
}

#[tokio::test]
async fn dates_that_stand_for_none_and_old_last_days_of_active_people_are_counted() {
    let rig = tenant().await;
    for (id, last_day) in [(1002, "9999-12-31"), (1003, "0001-01-01"), (1004, "2025-06-30")] {
        let termination_date = Some(last_day.parse().expect("a date"));
        rig.tenant.put_employee(Employee {
            termination_date,
            ..whole(id, Some(1001))
        });
    }
    let probed = probed(&rig).await;
    assert_eq!(
        about(&probed, &assume::EMPLOYEE_DATES).seen,
        "27 dates can be read, 2 stand for none"
    );
    let last_day = about(&probed, &assume::EMPLOYEE_LAST_DAY);
    assert_differs(
        last_day,
        "1 of 25 have an active status and a last day more than 31 days ago",
    );
}

#[tokio::test]
async fn dates_as_instants_and_a_value_for_none_are_read_and_counted() {
    let rig = tenant().await;
    let (instants, none) = (
        Deviation::DatesAt("T00:00:00.000+11:00".to_owned()),
        Deviation::NoLastDayIs("0001-01-01T00:00:00".to_owned()),
    );
    rig.tenant.deviate([instants, none]);
    let probed = probed(&rig).await;
    let dates = about(&probed, &assume::EMPLOYEE_DATES);
    assert_eq!(
        (dates.verdict, dates.seen.as_str()),
        (AssumptionVerdict::Ok, "26 dates can be read, 24 stand for none")
    );
    assert_eq!(
        about(&probed, &assume::EMPLOYEE_LAST_DAY).verdict,
        AssumptionVerdict::Ok
    );
}

#[tokio::test]
async fn dates_in_another_form_are_told_by_their_shape_alone() {
    let dates = with(Deviation::AustralianDates, &assume::EMPLOYEE_DATES).await;
    assert_eq!(dates.verdict, AssumptionVerdict::Differs);
    assert_eq!(
        dates.seen,
        "0 can be read, 25 as startDate 99/99/9999, 1 as terminationDate 99/99/9999"
    );
    assert_eq!(dates.advice, [assume::EMPLOYEE_DATES.mend()]);
}

#[tokio::test]
async fn a_manager_is_followed_by_number_where_there_is_no_address_and_the_other_way_round() {
    let without_email = Deviation::Without("managerEmail".to_owned());
    let followed = with(without_email.clone(), &assume::EMPLOYEE_MANAGER).await;
    assert_eq!(followed.verdict, AssumptionVerdict::Ok, "it is looked up: {followed:?}");
    let rig = tenant().await;
    rig.tenant.deviate([without_email]);
    let only_email = customer(&[(
        "\"manager != null ? manager.workEmail : employee.managerEmail\"",
        "\"employee.managerEmail\"",
    )]);
    let probed = probed_with(&rig, &only_email, None).await;
    let manager = about(&probed, &assume::EMPLOYEE_MANAGER);
    let look_up = Advice::set(
        "users.fields.manager_email",
        "\"manager != null ? manager.workEmail : null\"",
    );
    assert_eq!(
        (manager.verdict, &manager.advice),
        (AssumptionVerdict::Differs, &vec![look_up]),
        "{manager:?}"
    );
    let without_id = with(
        Deviation::Without("managerEmployeeId".to_owned()),
        &assume::EMPLOYEE_MANAGER,
    )
    .await;
    let by_email = Advice::set("users.fields.manager_email", "\"employee.managerEmail\"");
    assert_eq!(without_id.advice, [by_email], "{without_id:?}");
}

#[tokio::test]
async fn a_field_that_no_record_has_is_named() {
    let fields = with(Deviation::Without("jobTitle".to_owned()), &assume::EMPLOYEE_FIELDS).await;
    assert_differs(&fields, "none of 25 records has jobTitle");
    let rig = tenant().await;
    let misspelt = customer(&[("customFields['Division']", "customFields['Divison']")]);
    let probed = probed_with(&rig, &misspelt, None).await;
    let custom = about(&probed, &assume::EMPLOYEE_CUSTOM_FIELDS);
    assert_differs(custom, "not in 25 records: Divison; others: Division");
}

#[tokio::test]
async fn a_number_for_an_employee_id_is_no_id_and_the_rest_is_looked_at_all_the_same() {
    let rig = tenant().await;
    rig.tenant.deviate([Deviation::NumericIds]);
    let probed = probed(&rig).await;
    let id = about(&probed, &assume::EMPLOYEE_ID);
    assert_differs(id, "25 of 25 have no text employeeId; 25 have a number");
    assert_eq!(about(&probed, &assume::EMPLOYEE_STATUS).verdict, AssumptionVerdict::Ok);
}

#[tokio::test]
async fn a_missing_module_is_one_finding_with_the_way_out() {
    let rig = tenant().await;
    rig.tenant.set_development_module(false);
    let probed = probed(&rig).await;
    let module = about(&probed, &assume::MODULE);
    assert_differs(module, "courses are refused (status 403, module_disabled)");
    assert!(
        module.advice[1].to_string().contains("courses.enabled = false"),
        "{module:?}"
    );
    assert!(
        probed
            .findings
            .iter()
            .all(|finding| finding.assumption != &assume::COURSE_FIND)
    );
}

#[tokio::test]
async fn a_strangers_404_is_not_the_apis() {
    let absent = with(Deviation::ForeignNotFound, &assume::EMPLOYEE_ABSENT).await;
    assert_eq!(absent.verdict, AssumptionVerdict::Differs);
    assert!(
        absent.seen.contains("no employee who vanishes would be deactivated"),
        "{absent:?}"
    );
    let course = with(Deviation::ForeignNotFound, &assume::RESULT_NO_COURSE).await;
    assert_eq!(course.verdict, AssumptionVerdict::Differs);
}

#[tokio::test]
async fn where_there_are_no_tokens_a_key_is_the_setting_and_with_it_all_is_well() {
    let rig = tenant().await;
    rig.tenant.deviate([Deviation::KeysOnly]);
    let probed = probed(&rig).await;
    let token = about(&probed, &assume::TOKEN);
    assert_differs(token, "/oauth/token is answered with status 404");
    assert_eq!(
        token.advice[0],
        Advice::set("employee_connect.auth", "\"static_key\", and store a key")
    );
    assert_eq!(probed.requests, 1);
    let rig = Rig::authorised_by(&key(STATIC_KEY)).await;
    fill(&rig);
    rig.tenant.deviate([Deviation::KeysOnly]);
    let by_key = customer(&[("auth = \"client_credentials\"", "auth = \"static_key\"")]);
    let probed = probed_with(&rig, &by_key, None).await;
    assert_eq!(about(&probed, &assume::STATIC_KEY).verdict, AssumptionVerdict::Ok);
    assert!(differing(&probed).is_empty(), "{:#?}", probed.findings);
}

#[tokio::test]
async fn codes_and_keys_that_are_refused_are_findings_and_nothing_more_is_asked() {
    let rig = Rig::authorised_by(&codes("wrong")).await;
    let probed = probed(&rig).await;
    assert_eq!(
        about(&probed, &assume::TOKEN).seen,
        "the codes were refused (status 401)"
    );
    assert_eq!(probed.requests, 1);
    let by_key = customer(&[("auth = \"client_credentials\"", "auth = \"static_key\"")]);
    let rig = Rig::authorised_by(&key("wrong")).await;
    let probed = probed_with(&rig, &by_key, None).await;
    let refused = about(&probed, &assume::CREDENTIALS);
    assert_differs(refused, "employees may not be read (status 401)");
    assert_eq!(probed.requests, 1);
}

#[tokio::test]
async fn a_clock_and_a_limit_that_differ_are_noticed() {
    let rig = tenant().await;
    rig.tenant.clock().set_skew(SignedDuration::from_secs(-600));
    rig.tenant.deviate([Deviation::LimitHeader(60)]);
    let probed = probed(&rig).await;
    assert!(about(&probed, &assume::CLOCK).seen.ends_with(" s behind ours"));
    let set = Advice::set("employee_connect.requests_per_minute", "60");
    assert_eq!(about(&probed, &assume::LIMIT).advice, [set]);
}

/// For every answer of a server, in every format: it is described, nothing panics, and no value of it is shown.
#[tokio::test]
async fn whatever_an_answer_is_it_is_described_without_a_value_of_it() {
    let secret = "jo.citizen@acme.example";
    let contradicting = json!({"data": [{"employeeId": [secret]}], "meta": {"total": 1, "pageSize": 0, "page": 1, "totalPages": u64::MAX}});
    for body in odd_lists("data", "employeeId", secret)
        .into_iter()
        .chain([contradicting])
    {
        for status in [200, 204, 302, 404, 422] {
            let rig = Rig::start().await;
            let fault = Fault::Answer {
                status,
                body: body.clone(),
            };
            rig.tenant
                .arm(Rule::new(fault).on(&Method::GET, "/employees").times(u32::MAX));
            let probed = probed(&rig).await;
            assert!(!probed.findings.is_empty(), "{status} {body}");
            let shown = format!("{:?} {:?}", probed.findings, probed.silences);
            assert!(!shown.contains(secret), "{status} {body}: {shown}");
        }
    }
}
