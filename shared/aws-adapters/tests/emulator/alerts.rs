//! Tests of customers' alert states, due reminders, and suppressed addresses.

use habitsync_aws_adapters::Table;
use habitsync_domain::notifications::mail_feedback::{AddressStatus, Feedback};
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_workflows::notifications::Worklist;
use habitsync_workflows::ports::mail::{
    AlertState, Audience, DueReminder, KeepAddressStatuses, KeepReminders, ListStopped, RememberAlert,
};
use habitsync_workflows::ports::result_list::{ListDead, ReviveResult};
use habitsync_workflows::ports::tenants::SaveConfiguration;
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{at, completion, named_table, sdk, table, tenant};
use crate::stored::Stored as _;

const SOURCE: &str = include_str!("../../../domain/src/configuration/acme.toml");

pub(crate) fn monday() -> Timestamp {
    at("2026-11-22T21:05:00Z")
}

pub(crate) fn state(people: usize, sent_at: Timestamp, remind_at: Option<Timestamp>) -> AlertState {
    let problem = |number: usize| Problem {
        cause: Cause::UnknownStatus,
        employee_id: format!("E{number:05}").parse().expect("an id"),
        person: format!("Person {number}"),
        seen: Some("x".repeat(100)),
    };
    let problems: Vec<_> = (0..people).map(problem).collect();
    let worklist = Worklist::of_people(&problems, &[]);
    AlertState {
        digest: worklist.digest(),
        problems: people as u64,
        notes_digest: String::new(),
        notes_at: None,
        sent_at,
        changed_at: Some(sent_at),
        thread: Some("<1@mail>".to_owned()),
        reminders: 0,
        remind_at,
        fixed: 0,
        audience: Audience::Customer,
        raised_by: None,
        worklist,
    }
}

fn reminder(due_at: Timestamp) -> DueReminder {
    DueReminder {
        tenant: tenant(),
        cause: "users".to_owned(),
        due_at,
    }
}

/// Counts the items that hold pieces of worklists.
async fn pieces(name: &str) -> usize {
    let client = aws_sdk_dynamodb::Client::new(&sdk().await);
    let scan = client.scan().table_name(name).send().await.expect("the items");
    let is_piece = |item: &&std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>| {
        item["sk"].as_s().is_ok_and(|sk| sk.starts_with("WORKLIST#"))
    };
    scan.items().iter().filter(is_piece).count()
}

async fn due(table: &Table, now: Timestamp) -> Vec<DueReminder> {
    table.list_due_reminders(now, 10).await.expect("lists").items
}

#[tokio::test]
async fn a_worklist_of_a_thousand_lines_is_remembered_whole_and_gone_with_the_all_clear() {
    let (table, name) = named_table().await;
    let acme = table.tenant(&tenant());
    let told = state(1000, monday(), None);
    acme.save_alert("users", &told).await.expect("saved");
    assert_eq!(acme.load_alert("users").await.expect("an answer"), Some(told));
    assert_eq!(acme.load_alert("courses").await.expect("an answer"), None);
    assert_eq!(pieces(&name).await, 10);
    let next = state(150, monday() + SignedDuration::from_hours(1), None);
    acme.save_alert("users", &next).await.expect("saved");
    assert_eq!(acme.load_alert("users").await.expect("an answer"), Some(next));
    assert_eq!(pieces(&name).await, 2);
    let clear = state(0, monday() + SignedDuration::from_hours(2), None);
    acme.save_alert("users", &clear).await.expect("saved");
    assert_eq!(pieces(&name).await, 0, "nothing is kept of what is no longer open");
}

#[tokio::test]
async fn a_reminder_is_due_at_its_time_and_handed_to_one_watchdog_only() {
    let table = table().await;
    let later = monday() + SignedDuration::from_hours(24);
    table
        .tenant(&tenant())
        .save_alert("users", &state(2, monday(), Some(later)))
        .await
        .expect("saved");
    assert_eq!(due(&table, monday()).await, []);
    assert_eq!(due(&table, later).await, [reminder(later)]);
    let until = later + SignedDuration::from_hours(1);
    let claims = [
        table.postpone_reminder(&reminder(later), Some(until)).await,
        table.postpone_reminder(&reminder(later), Some(until)).await,
    ];
    assert_eq!(claims.map(|claim| claim.expect("an answer")), [true, false]);
    assert_eq!(due(&table, later).await, []);
    let reminded = AlertState {
        reminders: 1,
        ..state(2, later, Some(until + SignedDuration::from_hours(24)))
    };
    assert!(
        table
            .note_reminded(&reminder(until), &reminded)
            .await
            .expect("an answer")
    );
    let told = table.load_told(&tenant(), "users").await.expect("an answer");
    assert_eq!(told, Some(reminded));
}

#[tokio::test]
async fn a_reminder_that_was_overtaken_is_not_remembered_and_one_that_is_dropped_is_never_due() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let first = state(2, monday(), Some(monday()));
    acme.save_alert("users", &first).await.expect("saved");
    let news = state(
        3,
        monday() + SignedDuration::from_mins(1),
        Some(monday() + SignedDuration::from_hours(24)),
    );
    acme.save_alert("users", &news).await.expect("saved");
    let noted = table.note_reminded(&reminder(monday()), &first).await;
    assert!(!noted.expect("an answer"));
    assert_eq!(acme.load_alert("users").await.expect("an answer"), Some(news.clone()));
    let dropped = reminder(news.remind_at.expect("is due"));
    assert!(table.postpone_reminder(&dropped, None).await.expect("an answer"));
    assert_eq!(due(&table, Timestamp::MAX).await, []);
}

#[tokio::test]
async fn an_address_is_stopped_under_the_configuration_in_force_and_no_longer() {
    let table = table().await;
    let address = "HR@Acme.example".parse().expect("an address");
    let apply = async || {
        let configuration = SOURCE.parse().expect("valid");
        table
            .save_configuration(&configuration, SOURCE, monday(), None)
            .await
            .expect("saved")
    };
    let version = apply().await;
    let stopped = AddressStatus::default().after("report", Feedback::Complaint, version, monday());
    table
        .save_address_status(&tenant(), &address, &stopped)
        .await
        .expect("saved");
    let loaded = table
        .load_address_status(&tenant(), &"hr@acme.example".parse().expect("an address"))
        .await;
    assert_eq!(loaded.expect("an answer"), stopped);
    let acme = table.tenant(&tenant());
    assert_eq!(acme.list_stopped().await.expect("an answer"), [address]);
    apply().await;
    assert_eq!(acme.list_stopped().await.expect("an answer"), []);
}

#[tokio::test]
async fn dead_results_are_listed_by_themselves_until_they_are_tried_again() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let dead = |enrolment| ResultRecord {
        completion: completion(enrolment),
        state: ResultState::Dead {
            cause: "no".to_owned(),
            tried: None,
        },
        attempts: 3,
    };
    for enrolment in [9001, 9002] {
        acme.put_result(&dead(enrolment)).await;
    }
    assert_eq!(acme.list_dead(10).await.expect("listed"), [dead(9001), dead(9002)]);
    let revived = acme.revive_result(&dead(9001), monday()).await;
    assert!(revived.expect("an answer"));
    assert_eq!(acme.list_dead(10).await.expect("listed"), [dead(9002)]);
}
