//! Courses and results: created once, found again, refused with a reason.

use habitsync_domain::courses::course::Course;
use habitsync_domain::identity::{CourseId, TopicCode};
use habitsync_domain::results::result::NewResult;
use habitsync_in_memory::refused_fields;
use habitsync_simulator_harness::EffectKind;
use habitsync_workflows::ports::failure::{Missing, VendorFailureKind};
use habitsync_workflows::ports::vendors::{CreatedCourse, RecordResult, Recorded, SaveCourse};
use jiff::civil::date;

use crate::rig::Rig;

pub(crate) fn course(code: &str) -> Course {
    Course {
        external_id: TopicCode(code.to_owned()),
        title: "Fire safety".to_owned(),
        description: Some("What to do".to_owned()),
        launch_url: "https://acme.tribalhabits.com/enrol/456".to_owned(),
        active: true,
    }
}

pub(crate) fn result(employee: &str) -> NewResult {
    NewResult {
        idempotency_key: "th-enrolment-9001".to_owned(),
        employee_id: employee.parse().expect("an employee id"),
        completed_on: date(2026, 3, 2),
        duration_minutes: Some(20),
    }
}

/// Creates a course and says which it is.
pub(crate) async fn created(rig: &Rig, code: &str) -> CourseId {
    match rig.client.create_course(&course(code)).await.expect("created") {
        CreatedCourse::Created(id) => id,
        CreatedCourse::AlreadyThere(id) => panic!("{id:?} was there"),
    }
}

#[tokio::test]
async fn a_course_is_created_with_everything_it_carries() {
    let rig = Rig::start().await;
    let id = created(&rig, "TH-9-456").await;
    let kept = rig.tenant.course("TH-9-456").expect("there");
    assert_eq!(CourseId(kept.course_id), id);
    assert_eq!(
        (kept.title.as_str(), kept.description.as_deref()),
        ("Fire safety", Some("What to do"))
    );
    assert_eq!((kept.provider.as_deref(), kept.active), (Some("Tribal Habits"), true));
    assert_eq!(kept.launch_url, "https://acme.tribalhabits.com/enrol/456");
}

#[tokio::test]
async fn a_course_is_found_by_its_reference_and_by_no_other() {
    let rig = Rig::start().await;
    created(&rig, "TH-9-455").await;
    let id = created(&rig, "TH-9-456").await;
    assert_eq!(
        rig.client.find_course(&TopicCode("TH-9-456".to_owned())).await,
        Ok(Some(id))
    );
    assert_eq!(
        rig.client.find_course(&TopicCode("TH-9-457".to_owned())).await,
        Ok(None)
    );
}

#[tokio::test]
async fn a_course_whose_reference_exists_is_adopted() {
    let rig = Rig::start().await;
    let id = created(&rig, "TH-9-456").await;
    assert_eq!(
        rig.client.create_course(&course("TH-9-456")).await,
        Ok(CreatedCourse::AlreadyThere(id))
    );
    assert_eq!(rig.tenant.courses().len(), 1);
}

#[tokio::test]
async fn a_course_is_changed_and_withdrawn() {
    let rig = Rig::start().await;
    let id = created(&rig, "TH-9-456").await;
    let changed = Course {
        title: "Fire safety 2".to_owned(),
        description: None,
        active: false,
        ..course("TH-9-456")
    };
    rig.client.change_course(&id, &changed).await.expect("changed");
    let kept = rig.tenant.course("TH-9-456").expect("there");
    assert_eq!(
        (kept.title.as_str(), kept.description, kept.active),
        ("Fire safety 2", None, false)
    );
    let effect = rig.tenant.journal().effects().pop().expect("a write");
    assert_eq!((effect.kind, effect.fields.len()), (EffectKind::Changed, 3));
}

#[tokio::test]
async fn a_course_that_is_refused_names_the_field() {
    let rig = Rig::start().await;
    let long = Course {
        title: "x".repeat(201),
        ..course("TH-9-456")
    };
    assert_eq!(
        refused_fields(&rig.client.create_course(&long).await.expect_err("refused")),
        ["title"]
    );
}

#[tokio::test]
async fn a_course_that_is_gone_is_a_missing_course() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    let gone = CourseId("C-1".to_owned());
    let missing = VendorFailureKind::NotFound(Missing::Course);
    let outcomes = [
        rig.client.change_course(&gone, &course("TH-9-456")).await,
        rig.client.record_result(&gone, &result("E1001")).await.map(drop),
        rig.client.is_recorded(&gone, &result("E1001")).await.map(drop),
    ];
    for outcome in outcomes {
        assert_eq!(outcome.expect_err("no such course").kind, missing);
    }
}

#[tokio::test]
async fn a_customer_without_the_development_module_is_told_from_wrong_credentials() {
    let rig = Rig::start().await;
    rig.tenant.set_development_module(false);
    let failure = rig
        .client
        .create_course(&course("TH-9-456"))
        .await
        .expect_err("no module");
    assert_eq!(failure.kind, VendorFailureKind::ModuleDisabled);
    assert!(!failure.is_retryable());
}

#[tokio::test]
async fn a_result_is_recorded_on_its_day_and_found_again() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    let id = created(&rig, "TH-9-456").await;
    assert_eq!(rig.client.is_recorded(&id, &result("E1001")).await, Ok(false));
    assert_eq!(rig.client.record_result(&id, &result("E1001")).await, Ok(Recorded::Now));
    assert_eq!(rig.client.is_recorded(&id, &result("E1001")).await, Ok(true));
    let [kept] = rig.tenant.results().try_into().expect("one result");
    assert_eq!(
        (kept.employee_id.as_str(), kept.completed_on, kept.duration_minutes),
        ("E1001", date(2026, 3, 2), Some(20))
    );
    assert_eq!(
        (kept.status.as_str(), kept.external_id.as_str()),
        ("Completed", "th-enrolment-9001")
    );
}

#[tokio::test]
async fn a_result_that_was_recorded_before_is_a_success_and_still_one_result() {
    let rig = Rig::start().await;
    rig.add_employees(1);
    let id = created(&rig, "TH-9-456").await;
    rig.client.record_result(&id, &result("E1001")).await.expect("recorded");
    assert_eq!(
        rig.client.record_result(&id, &result("E1001")).await,
        Ok(Recorded::Before)
    );
    assert_eq!(rig.tenant.results().len(), 1);
}

#[tokio::test]
async fn a_result_of_somebody_unknown_is_a_missing_employee() {
    let rig = Rig::start().await;
    let id = created(&rig, "TH-9-456").await;
    let failure = rig
        .client
        .record_result(&id, &result("E9999"))
        .await
        .expect_err("nobody");
    assert_eq!(failure.kind, VendorFailureKind::NotFound(Missing::Employee));
}
