//! One refusal of many writes is one mistake: the run stops with one line, nothing backs off, and the run after the mend writes
//! what is left.

use habitsync_domain::failure_class::FailureClass;
use habitsync_domain::jobs::job::Job;
use habitsync_in_memory::{Call, Fault, Refuses};
use habitsync_workflows::jobs::outcome::JobFailure;
use habitsync_workflows::ports::failure::VendorFailureKind;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use crate::customer::{Customer, customer_of, portal_says};

const JOB_TITLE: &str = "X-Job Title";

fn is_one_mistake(failure: &JobFailure) -> bool {
    matches!(failure, JobFailure::RefusedAlike(_)) && failure.class() == FailureClass::Config
}

/// The mails that went out, with the signs that line breaks and odd characters are encoded by taken out.
fn mails(customer: &Customer) -> Vec<String> {
    let sent = customer.mail.sent();
    sent.iter().map(|mail| mail.replace("=\r\n", "")).collect()
}

#[tokio::test]
async fn a_field_that_the_portal_lacks_stops_the_first_load_with_one_line() {
    let customer = customer_of(207);
    customer.portal.refuses.lock().push(Refuses::Field(JOB_TITLE));
    let failure = customer.run().await.expect_err("one mistake");
    assert!(is_one_mistake(&failure), "{failure}");
    assert!(failure.to_string().contains(JOB_TITLE), "{failure}");
    assert!(customer.table.state().parked.is_empty(), "nothing backs off");
    let created = customer.active_users().len();
    assert!(
        (5..100).contains(&created),
        "what was written stays, and the rest is not tried: {created}"
    );
    let mails = mails(&customer);
    assert_eq!(mails.len(), 1, "one mail with one line");
    assert!(
        mails[0].contains(JOB_TITLE) && !mails[0].contains("E1000"),
        "{}",
        mails[0]
    );
    let state = customer.table.state().jobs[&Job::UserSync].clone();
    assert!(state.failing.is_some() && state.back_off.is_none());
}

#[tokio::test]
async fn the_run_after_the_mend_writes_what_is_left_at_once() {
    let customer = customer_of(40);
    customer.portal.refuses.lock().push(Refuses::Field(JOB_TITLE));
    for _ in 0..3 {
        customer.run().await.expect_err("one mistake");
    }
    assert_eq!(mails(&customer).len(), 1, "once, however often it runs");
    customer.portal.refuses.lock().clear();
    let summary = customer.finish().await;
    assert_eq!((customer.active_users().len(), summary.problems), (40, vec![]));
    let has_title = |user: &habitsync_domain::people::user::PortalUser| {
        user.fields
            .0
            .iter()
            .any(|(name, value)| name.as_str() == JOB_TITLE && value == "Analyst")
    };
    assert!(customer.portal.users.lock().iter().all(has_title));
    assert_eq!(mails(&customer).len(), 2, "and an all-clear");
}

#[tokio::test]
async fn a_small_customer_whose_every_write_is_refused_stops_too() {
    for (people, stops) in [(4, false), (5, true)] {
        let customer = customer_of(people);
        customer.portal.refuses.lock().push(Refuses::Field(JOB_TITLE));
        let result = customer.run().await;
        assert_eq!(
            result.as_ref().err().is_some_and(is_one_mistake),
            stops,
            "{people}: {result:?}"
        );
        assert_eq!(customer.table.state().parked.len(), if stops { 0 } else { people });
    }
}

#[tokio::test]
async fn a_limit_of_the_portals_plan_stops_the_run_whether_it_gives_a_reason_or_not() {
    for reason in ["seat limit reached", ""] {
        let customer = customer_of(30);
        customer.portal.refuses.lock().push(Refuses::Users(None, reason));
        let failure = customer.run().await.expect_err("one mistake");
        assert!(
            is_one_mistake(&failure) && customer.table.state().parked.is_empty(),
            "{failure}"
        );
        assert!(
            !failure.to_string().contains("seat"),
            "no word of the portal: {failure}"
        );
    }
}

#[tokio::test]
async fn values_that_a_list_lacks_stop_the_run_whatever_value_each_employee_has() {
    let customer = customer_of(30);
    for n in 0..8 {
        let title = format!("Title number {n}");
        customer.employ(&format!("E100{n}"), &json!({"jobTitle": title}));
        customer.portal.refuses.lock().push(Refuses::Value(JOB_TITLE, title));
    }
    let failure = customer.run().await.expect_err("one mistake");
    assert!(is_one_mistake(&failure), "{failure}");
}

#[tokio::test]
async fn refusals_of_a_few_among_many_stay_lines_and_never_stop_a_later_run() {
    let customer = customer_of(60);
    for n in 0..8 {
        customer.employ(&format!("E100{n}"), &json!({"jobTitle": "Mars"}));
    }
    customer
        .portal
        .refuses
        .lock()
        .push(Refuses::Value(JOB_TITLE, "Mars".to_owned()));
    assert_eq!(customer.finish().await.problems.len(), 8);
    for hours in [1, 6, 12, 24] {
        customer.clock.advance(SignedDuration::from_hours(hours));
        assert_eq!(
            customer.finish().await.problems.len(),
            8,
            "tried again together, and known"
        );
    }
}

#[tokio::test]
async fn rejected_writes_that_an_earlier_release_stored_for_all_are_recognised() {
    let customer = customer_of(40);
    // Twenty a day: each day's were a few among many, as an earlier release would have stored them all.
    customer.finish().await;
    for n in 0..40 {
        customer.employ(&format!("E{}", 1000 + n), &json!({"jobTitle": format!("Mars {n}")}));
        customer
            .portal
            .refuses
            .lock()
            .push(Refuses::Value(JOB_TITLE, format!("Mars {n}")));
        if n % 4 == 3 {
            customer.run().await.ok();
        }
    }
    let failure = customer.run().await.expect_err("one mistake");
    assert!(is_one_mistake(&failure), "{failure}");
    assert!(customer.table.state().parked.is_empty());
    customer.portal.refuses.lock().clear();
    assert_eq!(customer.finish().await.written.changed, 40, "nothing rests");
}

#[tokio::test]
async fn leavers_lose_their_accounts_whatever_is_refused_of_the_others() {
    let customer = customer_of(20);
    customer.finish().await;
    for n in 0..18 {
        customer.employ(&format!("E{}", 1000 + n), &json!({"jobTitle": "Mars"}));
    }
    customer.employ("E1018", &json!({"status": "Terminated"}));
    customer.portal.refuses.lock().push(Refuses::Field(JOB_TITLE));
    customer.run().await.expect_err("one mistake");
    assert!(!customer.active_users().contains(&"e1018@acme.com.au".to_owned()));
}

#[tokio::test]
async fn an_address_that_may_not_be_called_fails_the_run_and_is_no_employees_problem() {
    let customer = customer_of(3);
    customer.finish().await;
    customer.employ("E1000", &json!({"jobTitle": "Lead"}));
    let not_sent = || Fault::Before(portal_says(VendorFailureKind::Misconfigured));
    customer.portal.faults.arm(Call::ChangeUser, not_sent());
    let failure = customer.run().await.expect_err("nothing can be sent");
    assert_eq!(failure.class(), FailureClass::Config);
    assert!(customer.table.state().parked.is_empty() && mails(&customer).is_empty());
    let state = customer.table.state().jobs[&Job::UserSync].clone();
    assert!(
        state
            .failing
            .is_some_and(|failing| failing.signature.is_for_operators_at_once())
    );
    assert_eq!(
        customer.finish().await.written.changed,
        1,
        "the run after the mend writes at once"
    );
}

#[tokio::test]
async fn lines_that_were_mailed_before_are_not_reminded_of_while_one_mistake_lasts() {
    let customer = customer_of(60);
    for n in 0..8 {
        customer.employ(&format!("E100{n}"), &json!({"jobTitle": "Mars"}));
    }
    let mars = Refuses::Value(JOB_TITLE, "Mars".to_owned());
    customer.portal.refuses.lock().push(mars);
    customer.finish().await;
    let alert = |customer: &Customer| customer.table.state().alerts["users"].clone();
    assert!(alert(&customer).problems == 8 && alert(&customer).remind_at.is_some());
    for n in 8..60 {
        customer.employ(&format!("E{}", 1000 + n), &json!({"jobTitle": "Lead"}));
    }
    customer.portal.refuses.lock().push(Refuses::Field(JOB_TITLE));
    customer.run().await.expect_err("one mistake");
    assert!(alert(&customer).problems == 0 && alert(&customer).remind_at.is_none());
    customer.portal.refuses.lock().remove(1);
    assert_eq!(customer.finish().await.problems.len(), 8, "they are lines again");
    assert_eq!(alert(&customer).problems, 8);
}

/// What is refused of an employee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bad {
    Nothing,
    Title,
    Location,
    User,
}

fn bad() -> impl Strategy<Value = Bad> {
    prop_oneof![4 => Just(Bad::Nothing), 1 => Just(Bad::Title), 1 => Just(Bad::Location), 1 => Just(Bad::User)]
}

fn refusing(bad: &[Bad]) -> Customer {
    let customer = customer_of(0);
    let mut users = Vec::new();
    for (n, bad) in bad.iter().enumerate() {
        let (id, value) = (format!("E{}", 1000 + n), format!("Mars {n}"));
        let refuse = |field, value| customer.portal.refuses.lock().push(Refuses::Value(field, value));
        match bad {
            Bad::Nothing => customer.employ(&id, &json!({})),
            Bad::Title => {
                customer.employ(&id, &json!({"jobTitle": value}));
                refuse(JOB_TITLE, value);
            }
            Bad::Location => {
                customer.employ(&id, &json!({"location": value}));
                refuse("X-Location", value);
            }
            Bad::User => {
                customer.employ(&id, &json!({}));
                users.push(format!("{id}@acme.com.au").to_lowercase());
            }
        }
    }
    customer
        .portal
        .refuses
        .lock()
        .push(Refuses::Users(Some(users), "is odd"));
    customer
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn refusals_are_lines_of_employees_or_one_stop_and_never_both(bads in prop::collection::vec(bad(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let customer = refusing(&bads);
        let count = |which| bads.iter().filter(|bad| **bad == which).count();
        let refused = [Bad::Title, Bad::Location, Bad::User].map(count);
        let stops = refused.iter().any(|count| *count >= 5 && count * 5 >= bads.len());
        let result = runtime.block_on(customer.run());
        let parked = customer.table.state().parked.len();
        if stops {
            let failure = result.expect_err("one mistake");
            prop_assert!(is_one_mistake(&failure), "{failure}");
            prop_assert_eq!(parked, 0);
            prop_assert_eq!(mails(&customer).len(), 1);
        } else {
            prop_assert!(result.is_ok(), "{result:?}");
            prop_assert_eq!(parked, refused.iter().sum::<usize>());
        }
        customer.portal.refuses.lock().clear();
        customer.clock.advance(SignedDuration::from_hours(6));
        runtime.block_on(customer.finish());
        prop_assert_eq!(customer.active_users().len(), bads.len(), "no employee is lost");
        prop_assert!(customer.table.state().parked.is_empty());
    }
}
