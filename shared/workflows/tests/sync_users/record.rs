//! What is on record of every person: what was changed, field by field, when, and why.

use habitsync_domain::people::link::PersonChange;
use habitsync_domain::people::user::FieldName;
use habitsync_workflows::ports::people::LoadChanges;
use jiff::SignedDuration;
use serde_json::json;

use crate::customer::Customer;

impl Customer {
    async fn changes(&self, id: &str) -> Vec<PersonChange> {
        let id = id.parse().expect("an id");
        self.table.load_changes(&id).await.expect("loaded")
    }
}

fn field<'a>(change: &'a PersonChange, name: &str) -> Option<(Option<&'a str>, &'a str)> {
    let found = change.fields.iter().find(|change| change.field == name)?;
    Some((found.before.as_deref(), found.after.as_str()))
}

#[tokio::test]
async fn a_persons_changes_say_what_was_there_what_came_and_why() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    customer.employ("E1", &json!({"jobTitle": "Lead"}));
    customer.clock.advance(SignedDuration::from_mins(1));
    customer.finish().await;
    customer.employ("E1", &json!({"terminationDate": "2026-11-20"}));
    customer.clock.advance(SignedDuration::from_mins(1));
    customer.finish().await;
    let changes = customer.changes("E1").await;
    let [left, promoted, created] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    assert_eq!(field(created, "X-Job Title"), Some((None, "Analyst")));
    assert_eq!(field(promoted, "X-Job Title"), Some((Some("Analyst"), "Lead")));
    assert_eq!(promoted.fields.len(), 1);
    assert_eq!(field(left, "active"), Some((Some("true"), "false")));
    assert_eq!(left.reason, "the last day was 2026-11-20");
}

#[tokio::test]
async fn what_somebody_else_changed_in_the_portal_is_on_record_with_what_it_was_set_back_to() {
    let customer = Customer::with_people(&[("E1", json!({}))]);
    customer.finish().await;
    let title = "X-Job Title".parse::<FieldName>().expect("a field");
    customer.portal.users.lock()[0]
        .fields
        .0
        .insert(title, "Boss".to_owned());
    customer.clock.advance(SignedDuration::from_hours(24));
    let summary = customer.finish().await;
    assert_eq!((summary.drift.len(), summary.counts()["overwritten"]), (1, 1));
    let changes = customer.changes("E1").await;
    assert_eq!(field(&changes[1], "X-Job Title"), Some((Some("Analyst"), "Boss")));
    assert_eq!(changes[1].reason, "changed in Tribal Habits");
    assert_eq!(field(&changes[0], "X-Job Title"), Some((Some("Boss"), "Analyst")));
}

#[tokio::test]
async fn every_number_of_a_run_is_in_its_record() {
    let customer = Customer::with_people(&[("E1", json!({})), ("E2", json!({"status": "Sabbatical"}))]);
    let summary = customer.finish().await;
    let counts = summary.counts();
    let stored = customer.table.job(habitsync_domain::jobs::job::Job::UserSync).counts;
    assert_eq!(stored, counts);
    assert_eq!((counts["read"], counts["in_scope"] + counts["undecided"]), (2, 2));
    assert_eq!(
        (counts["to_create"], counts["created"], counts["failed"], counts["left"]),
        (1, 1, 0, 0)
    );
}
