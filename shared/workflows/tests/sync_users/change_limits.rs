//! Creates, renames and updates beyond the change limits: held, listed, mailed, approved; and the first load, which is agreed to.

use habitsync_domain::approvals::{Agreement, ApprovalVerdict, ChangeKind, PerChange};
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::{Customer, customer_of, portal_says};

/// Forty employees with accounts, no agreement to more, and thirty leavers without accounts.
async fn with_leavers() -> Customer {
    let mut customer = customer_of(40);
    customer.operator = Some("operators@habitsync.example");
    customer.finish().await;
    customer.agreed = None;
    customer.clock.advance(SignedDuration::from_hours(25));
    for id in 2000..2030 {
        customer.employ(&format!("E{id}"), &json!({"status": "Terminated"}));
    }
    customer.finish().await;
    customer
}

/// A slip: the word for leavers is taken for one of those who work there.
fn with_the_wrong_status_word(mut customer: Customer) -> Customer {
    customer
        .configuration
        .users
        .active_statuses
        .push("Terminated".to_owned());
    customer.configuration.users.terminated_statuses.clear();
    customer.version += 1;
    customer
}

fn agreement(customer: &Customer, created: u64) -> Agreement {
    Agreement {
        at: customer.clock.now(),
        changes: PerChange {
            created,
            ..PerChange::default()
        },
    }
}

#[tokio::test]
async fn a_wrong_status_word_creates_no_account_and_is_reported_with_names() {
    let customer = with_the_wrong_status_word(with_leavers().await);
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (0, 30));
    assert_eq!(
        (summary.counts()["creates_held"], customer.active_users().len()),
        (30, 40)
    );
    let held = customer.held().await.expect("on record");
    assert_eq!(*held.counts().changes.get(ChangeKind::Created), 30);
    assert_eq!(held.people[0].person, "Jo E2000");
    let mails = customer.mail.sent();
    let mails_with = |text: &str| mails.iter().filter(|mail| mail.contains(text)).count();
    assert_eq!(mails_with("30 creates wait for approval"), 1, "{mails:?}");
    assert!(mails_with("--yes-create 30") == 1 && mails_with("More new accounts than usual") == 1);
    customer.finish().await;
    assert_eq!(
        customer.mail.sent().len(),
        mails.len(),
        "what is known is not reported again"
    );
}

#[tokio::test]
async fn an_approved_plan_of_creates_is_made_by_the_next_run_and_is_over_then() {
    let customer = with_the_wrong_status_word(with_leavers().await);
    customer.finish().await;
    customer.decide_all(ApprovalVerdict::Approved).await;
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (30, 0));
    assert_eq!((customer.active_users().len(), customer.held().await), (70, None));
    customer.finish().await;
    assert!(
        customer.table.state().decisions.is_empty(),
        "it is over with the creates"
    );
    // What was approved takes nothing from the limit of the day.
    for id in 3000..3020 {
        customer.employ(&format!("E{id}"), &json!({}));
    }
    assert_eq!(customer.finish().await.written.created, 20);
}

#[tokio::test]
async fn a_rejected_plan_of_creates_makes_none_and_is_not_asked_about_again() {
    let customer = with_the_wrong_status_word(with_leavers().await);
    customer.finish().await;
    customer.decide_all(ApprovalVerdict::Rejected).await;
    for _ in 0..3 {
        customer.clock.advance(SignedDuration::from_hours(24));
        let summary = customer.finish().await;
        assert_eq!((summary.kept, summary.held.len(), summary.written.created), (30, 0, 0));
    }
}

#[tokio::test]
async fn ten_runs_of_nineteen_creates_stop_at_the_limit_of_the_day() {
    let customer = with_leavers().await;
    let mut created = 0;
    for run in 0..10 {
        for n in 0..19 {
            customer.employ(&format!("E{}", 4000 + 19 * run + n), &json!({}));
        }
        created += customer.finish().await.written.created;
        customer.clock.advance(SignedDuration::from_hours(2));
    }
    assert_eq!(created, 19);
}

#[tokio::test]
async fn the_first_load_waits_without_an_agreement_and_goes_with_one() {
    let mut customer = customer_of(186);
    customer.agreed = None;
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (0, 186));
    customer.agreed = Some(agreement(&customer, 186));
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (186, 0));
}

#[tokio::test]
async fn an_agreed_first_load_goes_on_through_its_slices_and_ends_with_its_number() {
    let mut customer = customer_of(186);
    customer.agreed = Some(agreement(&customer, 186));
    let mut slices = 0;
    while customer.active_users().len() < 186 {
        let stopped = Fault::Before(portal_says(VendorFailureKind::NoTimeLeft));
        customer.portal.faults.arm_after(40, Call::CreateUser, stopped);
        let summary = customer.slice().await;
        assert_eq!(summary.held.len(), 0, "slice {slices}");
        slices += 1;
    }
    assert!(slices > 1, "{slices}");
    customer.portal.faults.disarm();
    for id in 5000..5021 {
        customer.employ(&format!("E{id}"), &json!({}));
    }
    assert_eq!(customer.finish().await.held.len(), 21);
}

#[tokio::test]
async fn emptied_locations_create_no_account_and_are_reported_once() {
    let customer = with_leavers().await;
    for id in 6000..6010 {
        customer.employ(&format!("E{id}"), &json!({"location": "Fiji"}));
    }
    customer.finish().await;
    let before = customer.mail.sent().len();
    for id in (1000..1040).chain(6000..6010) {
        customer.employ(&format!("E{id}"), &json!({"location": null}));
    }
    let summary = customer.finish().await;
    assert_eq!((summary.written.created, summary.held.len()), (0, 0));
    assert_eq!(summary.counts()["rules_suspended"], 1);
    assert_eq!(customer.active_users().len(), 40);
    customer.finish().await;
    let mails = customer.mail.sent();
    let reports: Vec<_> = mails[before..]
        .iter()
        .filter(|mail| mail.contains("50 of 50 people"))
        .collect();
    assert_eq!(reports.len(), 2, "the customer and the operators, once: {reports:?}");
    let seen = customer.look("E6000").await;
    assert!(matches!(
        seen.plan.next(),
        habitsync_domain::user_plan::NextAction::Suspended(lost) if lost[0].field == "location"
    ));
}

/// Lets a run write one account and fail before it can save that.
async fn write_one_unsaved(customer: &Customer, saved_before: usize) -> bool {
    let down = Fault::Before(service_failure());
    customer.table.faults.disarm();
    customer.table.faults.arm_after(saved_before, Call::SavePerson, down);
    customer.run_asked_for().await.is_err()
}

/// Changes one employee after the other; each write is made and not saved. At the limit no more is written.
async fn unsaved_writes_stop_at(limit: usize, change: impl Fn(&Customer, usize)) {
    let mut customer = customer_of(60);
    customer.finish().await;
    customer.agreed = None;
    customer.clock.advance(SignedDuration::from_hours(25));
    customer.finish().await;
    let mut unsaved = 0;
    for n in 0..limit + 5 {
        change(&customer, n);
        let is_unsaved = write_one_unsaved(&customer, usize::from(n > 0)).await;
        unsaved += usize::from(is_unsaved);
    }
    assert_eq!(unsaved, limit);
    customer.table.faults.disarm();
    assert_eq!(customer.finish().await.held.len(), 5);
    customer.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(customer.finish().await.held.len(), 0, "a day later");
}

#[tokio::test]
async fn writes_that_were_never_saved_count_towards_the_limits_of_the_day() {
    let with = |customer: &Customer, n: usize, changes| customer.employ(&format!("E{}", 1000 + n), &changes);
    unsaved_writes_stop_at(20, |customer, n| with(customer, 3000 + n, json!({}))).await;
    let renamed = |n: usize| json!({"workEmail": format!("renamed{n}@acme.com.au")});
    unsaved_writes_stop_at(5, |customer, n| with(customer, n, renamed(n))).await;
    unsaved_writes_stop_at(50, |customer, n| with(customer, n, json!({"jobTitle": "Lead"}))).await;
}

#[tokio::test]
async fn accounts_that_were_there_before_are_adopted_in_any_number_after_a_crash() {
    let mut customer = customer_of(60);
    customer.finish().await;
    customer.agreed = None;
    customer.table.state().people.clear();
    assert!(write_one_unsaved(&customer, 30).await);
    customer.table.faults.disarm();
    let summary = customer.finish().await;
    assert_eq!((summary.held.len(), customer.active_users().len()), (0, 60));
}
