//! Twelve people who come back under new numbers: no account is touched, all pairs are named once, and one command relinks
//! them.

use habitsync_domain::approvals::HoldReason;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::people::link::FormerName;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::NextAction;
use habitsync_in_memory::{Call, Fault};
use habitsync_workflows::one_employee::{OnePerson, look_at_person};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::runs::HoldLease;
use habitsync_workflows::user_sync::InForce;
use habitsync_workflows::user_sync::link::NotLinked;
use habitsync_workflows::user_sync::rekey::{ProposedRekey, Rekeyed, load_history, propose_rekeys, rekey_people};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::customer::Customer;

fn record(number: usize) -> Value {
    json!({"lastName": format!("Citizen {number}"), "workEmail": format!("p{number}@acme.com.au")})
}

fn id(text: &str) -> EmployeeId {
    text.parse().expect("an id")
}

/// People who are linked as `E1001` and on, of whom the first `reissued` are `N1001` and on by now.
async fn customer(people: usize, reissued: usize) -> Customer {
    let numbers = 1001..1001 + people;
    let records: Vec<_> = numbers
        .clone()
        .map(|number| (format!("E{number}"), record(number)))
        .collect();
    let records: Vec<_> = records
        .iter()
        .map(|(id, record)| (id.as_str(), record.clone()))
        .collect();
    let customer = Customer::with_people(&records);
    customer.finish().await;
    for number in numbers.take(reissued) {
        let old = id(&format!("E{number}"));
        customer.hris.employees.lock().retain(|employee| *employee.id() != old);
        customer.employ(&format!("N{number}"), &record(number));
    }
    customer
}

impl Customer {
    async fn proposed(&self) -> Vec<ProposedRekey> {
        let pairs = self.preview().await.rekeyed;
        propose_rekeys(&self.table, pairs).await.expect("the table answers")
    }

    async fn rekey(&self, shown: &[ProposedRekey]) -> Vec<Rekeyed> {
        rekey_people(&self.table, &self.clock, shown, "ana").await
    }

    fn mail_in_lower_case(&self) -> String {
        let mail = self.mail.sent().pop().expect("a mail");
        let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes());
        let parsed = parsed.expect("is a mail");
        let text = parsed.body_text(0).expect("has a text").to_lowercase();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn failures(rekeyed: &[Rekeyed]) -> Vec<&NotLinked> {
    rekeyed.iter().filter_map(|rekeyed| rekeyed.failure.as_ref()).collect()
}

#[tokio::test]
async fn twelve_who_come_back_under_new_numbers_are_one_item_of_the_mail_and_nobody_is_touched() {
    let customer = customer(40, 12).await;
    let writes = customer.writes();
    let summary = customer.finish().await;
    assert_eq!((customer.writes(), customer.active_users().len()), (writes, 40));
    assert_eq!(
        (summary.rekeyed, summary.held.len(), summary.problems.len()),
        (12, 12, 12)
    );
    assert!(summary.held.iter().all(|held| held.hold_reason == HoldReason::Rekeyed));
    assert_eq!(summary.counts().get("rekeyed"), Some(&12));
    let mail = customer.mail_in_lower_case();
    assert_eq!(
        mail.matches("people who came back under new employee numbers").count(),
        1,
        "{mail}"
    );
    assert!(mail.contains("was this employee e1012 before?"), "{mail}");
    assert!(!mail.contains("disappeared") && !mail.contains("e1013"), "{mail}");
}

#[tokio::test]
async fn all_pairs_are_relinked_at_once_with_everything_that_is_known_of_them() {
    let customer = customer(40, 12).await;
    let former = FormerName {
        user_name: "jo.before@acme.com.au".parse().expect("a user name"),
        until: customer.clock.now(),
    };
    customer
        .table
        .state()
        .people
        .get_mut(&id("E1001"))
        .expect("linked")
        .former_names
        .push(former.clone());
    customer.finish().await;
    customer.clock.advance(SignedDuration::from_mins(5));
    let shown = customer.proposed().await;
    assert_eq!(shown.len(), 12);
    let rekeyed = customer.rekey(&shown).await;
    assert_eq!((rekeyed.len(), failures(&rekeyed)), (12, vec![]));
    let writes = customer.writes();
    let summary = customer.finish().await;
    assert_eq!(
        (summary.planned.unchanged, summary.rekeyed, summary.held.len()),
        (40, 0, 0)
    );
    assert_eq!((customer.writes(), summary.planned.missing), (writes, 0));
    let people = customer.table.state().people.clone();
    let link = people.get(&id("N1001")).expect("linked");
    assert_eq!(link.former_names, [former]);
    assert_eq!(
        link.last_change.as_ref().expect("on record").reason,
        "re-keyed from E1001 by ana"
    );
    assert!(
        people
            .keys()
            .all(|employee| !employee.as_str().starts_with("E10") || employee.as_str() > "E1012")
    );
    let history = load_history(&customer.table, &id("N1001")).await.expect("loaded");
    let reasons: Vec<_> = history.iter().map(|change| change.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["re-keyed from E1001 by ana", "works there and has no account"]
    );
}

#[tokio::test]
async fn those_who_were_deactivated_before_they_came_back_are_relinked_and_reactivated() {
    let customer = customer(40, 0).await;
    customer.employ("E1001", &with_status("Terminated"));
    assert_eq!(customer.finish().await.written.deactivated, 1);
    customer.employ("N1001", &record(1001));
    assert_eq!(customer.finish().await.rekeyed, 1);
    let rekeyed = customer.rekey(&customer.proposed().await).await;
    assert_eq!((rekeyed.len(), failures(&rekeyed)), (1, vec![]));
    assert_eq!(customer.finish().await.written.reactivated, 1);
    assert_eq!(customer.portal.users.lock().len(), 40, "and no second account");
}

fn with_status(status: &str) -> Value {
    let mut record = record(1001);
    record["status"] = json!(status);
    record
}

#[tokio::test]
async fn one_pair_that_fails_stops_no_other() {
    let customer = customer(20, 4).await;
    let shown = customer.proposed().await;
    customer
        .table
        .state()
        .people
        .get_mut(&id("E1002"))
        .expect("linked")
        .active = false;
    let broken = ServiceFailure {
        service: "DynamoDB",
        retryable: true,
        detail: "not now".to_owned(),
    };
    customer
        .table
        .faults
        .arm(Call::ReplaceLink, Fault::Before(broken.clone()));
    let rekeyed = customer.rekey(&shown).await;
    assert_eq!(failures(&rekeyed), [&NotLinked::Service(broken), &NotLinked::Moved]);
    assert_eq!(customer.proposed().await.len(), 2, "the same again completes them");
    let again = customer.rekey(&customer.proposed().await).await;
    assert_eq!(failures(&again), Vec::<&NotLinked>::new());
    assert_eq!(customer.finish().await.rekeyed, 0);
}

#[tokio::test]
async fn nobody_is_relinked_while_a_run_goes_on() {
    let customer = customer(20, 2).await;
    let shown = customer.proposed().await;
    let job = habitsync_domain::jobs::job::Job::UserSync;
    let now = customer.clock.now();
    customer.table.acquire_lease(job, "a run", now).await.expect("free");
    let rekeyed = customer.rekey(&shown).await;
    let is_running = |failure: &&NotLinked| matches!(failure, NotLinked::Running { .. });
    assert_eq!(failures(&rekeyed).into_iter().filter(is_running).count(), 2);
    assert!(customer.table.state().people.contains_key(&id("E1001")));
}

#[tokio::test]
async fn one_of_them_looked_at_alone_is_not_deactivated_and_gets_no_second_account() {
    let customer = customer(20, 2).await;
    customer.finish().await;
    let one = OnePerson {
        employee_connect: &customer.hris,
        tribal_habits: &customer.portal,
        store: &customer.table,
        clock: &customer.clock,
    };
    let in_force = InForce::version(customer.version, &customer.configuration);
    let old = look_at_person(&one, in_force, "E1001", &()).await.expect("seen");
    assert!(matches!(old.plan.next(), NextAction::Held(held) if held.hold_reason == HoldReason::Rekeyed));
    let new = look_at_person(&one, in_force, "N1001", &()).await.expect("seen");
    let former = id("E1001");
    assert!(matches!(new.plan.next(), NextAction::SetAside(problem) if problem.cause == Cause::Rekeyed { former }));
}

#[tokio::test]
async fn a_leaver_whose_address_an_unclear_record_has_keeps_the_account_until_it_is_clear() {
    let customer = customer(20, 0).await;
    customer.employ("E1001", &with_status("Terminated"));
    let unclear = json!({"lastName": "Lee", "workEmail": "p1001@acme.com.au", "status": "On leave"});
    customer.employ("N1001", &unclear);
    let summary = customer.finish().await;
    assert_eq!(
        (summary.written.deactivated, summary.held[0].hold_reason),
        (0, HoldReason::Claimed)
    );
    assert!(
        customer
            .mail_in_lower_case()
            .contains("whose address an active record has")
    );
    customer.employ("N1001", &json!({"workEmail": "lee@acme.com.au"}));
    assert_eq!(customer.finish().await.written.deactivated, 1);
}

#[tokio::test]
async fn a_reissued_number_whose_old_record_was_left_active_is_asked_about_once_and_relinked() {
    let customer = customer(20, 0).await;
    let mut old = record(1001);
    old["terminationDate"] = json!("2025-06-30");
    customer.employ("E1001", &old);
    customer.employ("N1001", &record(1001));
    let summary = customer.finish().await;
    assert_eq!((summary.rekeyed, summary.written.done()), (1, 0));
    let worklist = summary.worklist.expect("is news");
    assert_eq!(
        worklist.counts(),
        [("People who came back under new employee numbers".to_owned(), 1)]
    );
    let rekeyed = customer.rekey(&customer.proposed().await).await;
    assert!(failures(&rekeyed).is_empty(), "{rekeyed:?}");
    let summary = customer.finish().await;
    assert_eq!((customer.active_users().len(), summary.written.done()), (20, 0));
    let asked = [("Active, although the last day has passed".to_owned(), 1)];
    assert_eq!(
        summary.worklist.expect("is news").counts(),
        asked,
        "the old record is to be closed"
    );
}
