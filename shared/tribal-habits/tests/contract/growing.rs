//! Completions that arrive while their list is being read, as they do all day.

use std::collections::BTreeSet;

use habitsync_domain::results::completion::Completion;
use habitsync_simulator_harness::{Fault, Method, Rule};
use habitsync_simulator_tribal_habits::PortalHandle;
use habitsync_workflows::ports::failure::VendorFailureKind;
use habitsync_workflows::ports::vendors::{ListCompletions, ListUsers};
use jiff::{SignedDuration, Timestamp};

use crate::reading::topic;
use crate::rig::{Rig, add_user};

/// Pages have 25 records: three pages.
const COMPLETIONS: i64 = 60;

fn beginning() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().expect("a time")
}

fn minute(minute: i64) -> Timestamp {
    beginning() + SignedDuration::from_mins(minute)
}

/// Returns a portal in which a user has completed a topic once a minute for an hour.
async fn busy_portal() -> Rig {
    let rig = Rig::start().await;
    rig.add_users(1);
    rig.portal.put_topic(topic(456));
    for number in 0..COMPLETIONS {
        complete(&rig.portal, minute(number));
    }
    rig
}

fn complete(portal: &PortalHandle, at: Timestamp) {
    portal.complete("user1@acme.example", 456, at).expect("completed");
}

/// Before each page of this list is answered, this happens. The rule itself never strikes.
fn before_each_page(rig: &Rig, list: &'static str, happens: impl Fn(&PortalHandle, usize) + Send + Sync + 'static) {
    let portal = rig.portal.handle();
    let each = Rule::new(Fault::ErrorInBody).matching(move |call| {
        if call.is(&Method::GET, list) {
            happens(&portal, call.number("page").ok().flatten().unwrap_or(1));
        }
        false
    });
    rig.portal.arm(each);
}

async fn list(rig: &Rig) -> Vec<Completion> {
    let listed = rig.client.list_completions(beginning()).await.expect("a list");
    assert_eq!(listed.unusable, []);
    listed.records
}

/// Asserts that every completion from before the read is listed once, among any others.
fn has_all_of_the_hour_once(listed: &[Completion]) {
    let minutes: BTreeSet<_> = listed.iter().map(|completion| completion.completed_at).collect();
    assert!((0..COMPLETIONS).all(|number| minutes.contains(&minute(number))));
    let ids: BTreeSet<_> = listed.iter().map(|completion| completion.enrolment).collect();
    assert_eq!(ids.len(), listed.len(), "a completion was listed twice");
}

#[tokio::test]
async fn completions_that_arrive_between_two_pages_are_read_with_the_others() {
    let rig = busy_portal().await;
    before_each_page(&rig, "/enrolments", |portal, page| {
        complete(portal, minute(100 + i64::try_from(page).expect("small")));
    });
    let listed = list(&rig).await;
    has_all_of_the_hour_once(&listed);
    assert_eq!(listed.len(), 63);
    assert_eq!(rig.portal.journal().count(&Method::GET, "/enrolments"), 3);
}

#[tokio::test]
async fn a_list_that_grows_by_a_page_is_read_to_its_new_end() {
    let rig = busy_portal().await;
    before_each_page(&rig, "/enrolments", |portal, page| {
        if page == 3 {
            (100..130).for_each(|number| complete(portal, minute(number)));
        }
    });
    let listed = list(&rig).await;
    has_all_of_the_hour_once(&listed);
    assert_eq!(listed.len(), 90);
}

#[tokio::test]
async fn a_completion_that_becomes_visible_late_in_a_page_already_read_hides_no_other() {
    let rig = busy_portal().await;
    before_each_page(&rig, "/enrolments", |portal, page| {
        if page > 1 {
            complete(portal, minute(3) + SignedDuration::from_secs(1));
        }
    });
    has_all_of_the_hour_once(&list(&rig).await);
}

#[tokio::test]
async fn a_page_of_completions_that_is_not_what_it_says_is_still_refused() {
    for fault in Fault::pages_that_do_not_add_up(1) {
        let rig = busy_portal().await;
        let always = Rule::new(fault.clone()).on(&Method::GET, "/enrolments").times(u32::MAX);
        let armed = rig.portal.arm(always);
        let refused = rig.client.list_completions(beginning()).await.expect_err("not whole");
        assert_eq!(refused.kind, VendorFailureKind::InconsistentRead, "{fault:?}");
        armed.disarm();
        has_all_of_the_hour_once(&list(&rig).await);
    }
}

#[tokio::test]
async fn users_who_arrive_between_two_pages_are_no_fault_of_the_list() {
    let rig = Rig::start().await;
    rig.add_users(30);
    before_each_page(&rig, "/users", |portal, page| {
        if page == 2 {
            let email = format!("late{}@acme.example", portal.users().len());
            add_user(portal, &email, &email);
        }
    });
    let listed = rig.client.list_users().await.expect("a list");
    assert_eq!((listed.records.len(), listed.unusable.len()), (31, 0));
}
