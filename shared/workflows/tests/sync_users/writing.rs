//! What is written: each change costs one write, and nothing else does.

use habitsync_domain::identity::{EnrolmentId, TopicId, UserName};
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_in_memory::WaitingResult;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::user_sync::Written;
use serde_json::json;

use crate::customer::Customer;

#[tokio::test]
async fn the_first_run_creates_everybody_and_the_second_asks_the_portal_nothing() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({"managerEmployeeId": "E1"}))]);
    assert_eq!(
        customer.finish().await.written,
        Written {
            created: 2,
            ..Written::default()
        }
    );
    let calls = customer.portal.faults.made().len();
    let second = customer.finish().await;
    assert_eq!((second.planned.unchanged, second.written), (2, Written::default()));
    assert_eq!(
        customer.portal.faults.made().len(),
        calls,
        "unchanged people cost no request to Tribal Habits"
    );
}

#[tokio::test]
async fn a_starter_a_change_a_leaver_and_a_rehire_each_cost_one_write() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({})), ("E3", json!({}))]);
    customer.finish().await;
    let before = customer.writes();
    customer.employ("E4", &json!({}));
    customer.employ("E2", &json!({"jobTitle": "Lead"}));
    customer.employ("E3", &json!({"status": "Terminated", "workEmail": null}));
    let written = customer.finish().await.written;
    assert_eq!(
        written,
        Written {
            created: 1,
            changed: 1,
            deactivated: 1,
            ..Written::default()
        }
    );
    customer.employ("E3", &json!({"startDate": "2026-11-23"}));
    assert_eq!(
        customer.finish().await.written,
        Written {
            reactivated: 1,
            ..Written::default()
        }
    );
    assert_eq!(customer.writes() - before, 4);
    assert_eq!(customer.active_users().len(), 4);
}

/// A completion by whoever has this user name waits to learn who that is.
fn park_on(customer: &Customer, enrolment: i64, user_name: &str) {
    let user_name: UserName = user_name.parse().expect("valid");
    let record = ResultRecord {
        completion: Completion {
            enrolment: EnrolmentId(enrolment),
            topic: TopicId(456),
            topic_code: None,
            user_name: user_name.clone(),
            completed_at: customer.clock.now(),
            training_minutes: None,
            source: CompletionSource::Signature,
        },
        state: ResultState::Parked {
            on: ParkedOn::User(user_name),
            since: customer.clock.now(),
        },
        attempts: 0,
    };
    let waiting = WaitingResult { record, due_at: None };
    customer.table.state().results.insert(EnrolmentId(enrolment), waiting);
}

#[tokio::test]
async fn a_name_that_becomes_known_releases_what_waits_for_it_that_of_a_renamed_person_too() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    for (enrolment, name) in (1..).zip(["new@acme.com.au", "renamed@acme.com.au", "nobody@acme.com.au"]) {
        park_on(&customer, enrolment, name);
    }
    customer.employ("E2", &json!({"workEmail": "new@acme.com.au"}));
    customer.employ("E1", &json!({"workEmail": "renamed@acme.com.au"}));
    customer.finish().await;
    let is_released = |enrolment| {
        let state = customer.table.result(EnrolmentId(enrolment));
        matches!(state, Some(ResultState::Waiting { .. }))
    };
    assert_eq!([1, 2, 3].map(is_released), [true, true, false]);
}
