//! People, topics and alerts: stored items come back, and one customer never sees another's.

use std::collections::BTreeMap;

use habitsync_aws_adapters::TenantTable;
use habitsync_domain::courses::course::{Course, LinkedCourse, TopicRecord, TopicState};
use habitsync_domain::courses::topic::Condition;
use habitsync_domain::identity::{CourseId, TopicCode, TopicId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{Deactivated, FieldChange, FormerName, LastChange, Person, PersonChange};
use habitsync_domain::people::problem::{Cause, Problem};
use habitsync_domain::people::rejected_writes::{RejectedPart, RejectedWrites, Rejection};
use habitsync_domain::people::user::{FieldName, UserFields};
use habitsync_workflows::ports::courses::{FindTopic, LoadTopics};
use habitsync_workflows::ports::people::{
    FindPersonByUserName, LoadChanges, LoadLastDays, LoadPeople, LoadPerson, LoadRejectedWrites, SaveLastDay,
};

use crate::fixture::{acme, at, table, tenant};
use crate::stored::Stored as _;

fn name(text: &str) -> UserName {
    text.parse().expect("a user name")
}

pub(crate) fn person(employee: &str, user_name: &str) -> Person {
    let field = |name: &str| name.parse::<FieldName>().expect("a field");
    let fields = [
        (FieldName::email(), "jo@acme.example"),
        (field("X-Job Title"), "Chef"),
        (field("X-Empty"), ""),
    ];
    Person {
        employee_id: employee.parse().expect("an employee"),
        user_name: name(user_name),
        former_names: Vec::new(),
        active: true,
        fields: UserFields(BTreeMap::from(fields.map(|(field, value)| (field, value.to_owned())))),
        last_change: Some(LastChange {
            at: at("2026-03-02T00:00:00Z"),
            reason: "created".to_owned(),
            linked_by_hand: false,
        }),
        removed: Some(Deactivated {
            at: at("2026-02-02T00:00:00Z"),
            evidence: Evidence::Ended {
                last_day: "2026-02-01".parse().expect("a date"),
            },
            approved: false,
        }),
        marks: habitsync_domain::approvals::ChangeMarks::default(),
        rewrites: BTreeMap::new(),
    }
}

/// Stores the person, and that they were created.
async fn save(table: &TenantTable, person: &Person) {
    let change = change(person.employee_id.as_str(), "2026-03-02T00:00:00Z", "created");
    table.put_person(person, &change).await;
}

pub(crate) fn change(employee: &str, time: &str, reason: &str) -> PersonChange {
    PersonChange {
        employee_id: employee.parse().expect("an employee"),
        at: at(time),
        reason: reason.to_owned(),
        fields: vec![FieldChange {
            field: "X-Job Title".to_owned(),
            before: None,
            after: "Chef".to_owned(),
        }],
    }
}

#[tokio::test]
async fn what_was_changed_about_somebody_comes_back_the_newest_first_and_nobody_elses() {
    let acme = acme().await;
    for (employee, time, reason) in [
        ("E1", "2026-03-02T00:00:00Z", "created"),
        ("E1", "2026-03-02T00:00:00.5Z", "X-Job Title changed"),
        ("E10", "2026-03-02T00:00:00Z", "created"),
    ] {
        let change = change(employee, time, reason);
        let person = person(employee, &format!("{employee}@acme.example"));
        acme.put_person(&person, &change).await;
    }
    let changes = acme
        .load_changes(&"E1".parse().expect("an employee"))
        .await
        .expect("loaded");
    let expected = [
        change("E1", "2026-03-02T00:00:00.5Z", "X-Job Title changed"),
        change("E1", "2026-03-02T00:00:00Z", "created"),
    ];
    assert_eq!(changes, expected);
}

#[tokio::test]
async fn a_name_that_was_given_up_twice_is_stored_once() {
    let acme = acme().await;
    let former = |time| FormerName {
        user_name: name("jo@acme.example"),
        until: at(time),
    };
    let former_names = vec![former("2026-01-01T00:00:00Z"), former("2026-02-01T00:00:00Z")];
    let person = Person {
        former_names,
        ..person("E1", "jo.now@acme.example")
    };
    save(&acme, &person).await;
    let found = acme
        .find_person(&name("jo@acme.example"), at("2026-01-15T00:00:00Z"))
        .await;
    assert_eq!(found.expect("an answer").map(String::from).as_deref(), Some("E1"));
}

#[tokio::test]
async fn what_is_refused_of_somebody_comes_back_until_nothing_is() {
    let acme = acme().await;
    let employee_id = "E1".parse().expect("an employee");
    let problem = Problem {
        cause: Cause::RefusedField {
            field: "X-Location".to_owned(),
            reason: "is not in the list".to_owned(),
        },
        employee_id: "E1".parse().expect("an employee"),
        person: "Jo Citizen".to_owned(),
        seen: Some("Mars".to_owned()),
    };
    let refusal = Rejection {
        what: RejectedPart::Field("X-Location".parse().expect("a field")),
        digest: "d".to_owned(),
        problem,
    };
    let parked = RejectedWrites::after(None, &employee_id, vec![refusal], at("2026-03-02T00:00:00Z"));
    acme.put_parked(&parked).await;
    assert_eq!(acme.load_parked().await.expect("loaded"), [parked]);
    let rejected_writes = Vec::new();
    acme.put_parked(&RejectedWrites {
        employee_id,
        writes: rejected_writes,
    })
    .await;
    assert_eq!(acme.load_parked().await.expect("loaded"), []);
}

#[tokio::test]
async fn a_last_day_is_stored_per_employee_replaced_and_forgotten() {
    let acme = acme().await;
    let seen = |last_day: &str| LastDaySeen {
        employee_id: "E1".parse().expect("an employee"),
        last_day: last_day.parse().expect("a date"),
        first_seen: "2026-11-23".parse().expect("a date"),
    };
    let run = acme.hold(Job::UserSync).await;
    run.save_last_day(&seen("2026-11-20")).await.expect("saved");
    run.save_last_day(&seen("2026-12-31")).await.expect("saved");
    assert_eq!(acme.load_last_days().await.expect("loaded"), [seen("2026-12-31")]);
    let employee = "E1".parse().expect("an employee");
    run.forget_last_day(&employee).await.expect("removed");
    assert_eq!(acme.load_last_days().await.expect("loaded"), []);
}

#[tokio::test]
async fn every_person_comes_back_as_stored_however_many_there_are() {
    let acme = acme().await;
    // More than one answer of the table holds (1 MiB).
    let long = UserFields(BTreeMap::from([(
        "X-Notes".parse().expect("a field"),
        "x".repeat(100_000),
    )]));
    let people: Vec<_> = (10..25)
        .map(|id| Person {
            fields: long.clone(),
            ..person(&format!("E{id}"), &format!("user{id}"))
        })
        .collect();
    for person in &people {
        save(&acme, person).await;
    }
    let mut loaded = acme.load_people().await.expect("loaded").people;
    loaded.sort_by(|one, two| one.employee_id.cmp(&two.employee_id));
    assert_eq!(loaded, people);
}

#[tokio::test]
async fn a_former_name_finds_its_person_by_the_time_and_its_new_owner_afterwards() {
    let acme = acme().await;
    let renamed_at = at("2026-03-01T00:00:00Z");
    let former_names = vec![FormerName {
        user_name: name("jo@acme.example"),
        until: renamed_at,
    }];
    let renamed = Person {
        former_names,
        ..person("E1", "jo.married@acme.example")
    };
    save(&acme, &renamed).await;
    save(&acme, &person("E2", "Jo@Acme.example")).await;
    let found = async |user_name, then| {
        let found = acme.find_person(&name(user_name), at(then)).await.expect("an answer");
        found.map(String::from)
    };
    assert_eq!(
        found("JO@acme.example", "2026-02-28T00:00:00Z").await.as_deref(),
        Some("E1")
    );
    assert_eq!(
        found("jo@acme.example", "2026-03-02T00:00:00Z").await.as_deref(),
        Some("E2")
    );
    assert_eq!(
        found("jo.married@acme.example", "2026-03-02T00:00:00Z")
            .await
            .as_deref(),
        Some("E1")
    );
    assert_eq!(found("nobody@acme.example", "2026-03-02T00:00:00Z").await, None);
}

#[tokio::test]
async fn one_customer_never_sees_another_s_people() {
    let table = table().await;
    // The one's name begins with the other's.
    let (acme, acme_2) = (
        table.tenant(&tenant()),
        table.tenant(&"acme-2".parse().expect("a tenant")),
    );
    save(&acme_2, &person("E1", "jo@acme.example")).await;
    assert!(acme.load_people().await.expect("loaded").people.is_empty());
    assert_eq!(
        acme.find_person(&name("jo@acme.example"), at("2026-03-02T00:00:00Z"))
            .await
            .expect("an answer"),
        None
    );
    assert_eq!(acme_2.load_people().await.expect("loaded").people.len(), 1);
}

#[tokio::test]
async fn a_topic_comes_back_with_its_verdict_and_its_course() {
    let acme = acme().await;
    let course = Course {
        external_id: TopicCode("TH-9-456".to_owned()),
        title: "Fire safety".to_owned(),
        description: None,
        launch_url: "https://acme.example/enrol".to_owned(),
        active: true,
    };
    let linked = LinkedCourse {
        id: CourseId("C-1".to_owned()),
        written: course,
        broken: false,
    };
    let topic = |id, state, course| TopicRecord {
        topic: TopicId(id),
        code: TopicCode(format!("TH-9-{id}")),
        title: "Fire safety".to_owned(),
        state,
        course,
        seen_at: at("2026-03-02T00:00:00Z"),
        release_due: false,
    };
    let qualifying = topic(456, TopicState::Qualifies, Some(linked));
    let lacking = topic(
        457,
        TopicState::Lacks {
            conditions: vec![Condition::Published, Condition::HasLink],
        },
        None,
    );
    for record in [&qualifying, &lacking] {
        acme.put_topic(record).await;
    }
    assert_eq!(
        acme.find_topic(TopicId(456)).await.expect("an answer"),
        Some(qualifying.clone())
    );
    assert_eq!(acme.find_topic(TopicId(458)).await.expect("an answer"), None);
    let mut all = acme.load_topics().await.expect("loaded");
    all.sort_by_key(|record| record.topic);
    assert_eq!(all, [qualifying, lacking]);
}

#[tokio::test]
async fn a_forgotten_link_is_found_by_none_of_its_names_and_stays_on_record() {
    let acme = acme().await;
    let former_names = vec![FormerName {
        user_name: name("jo.old@acme.example"),
        until: at("2026-03-01T00:00:00Z"),
    }];
    let linked = Person {
        former_names,
        ..person("E1", "jo@acme.example")
    };
    save(&acme, &linked).await;
    save(&acme, &person("E2", "jo.old@acme.example")).await;
    acme.put_link(&linked, None, &removal(&linked)).await;
    assert_eq!(acme.load_person(&linked.employee_id).await.expect("an answer"), None);
    let found = async |user_name, then| {
        let found = acme.find_person(&name(user_name), at(then)).await.expect("an answer");
        found.map(String::from)
    };
    assert_eq!(found("jo@acme.example", "2026-03-02T00:00:00Z").await, None);
    assert_eq!(
        found("jo.old@acme.example", "2026-02-01T00:00:00Z").await.as_deref(),
        Some("E2"),
        "nobody had it before, as far as is known now"
    );
    let changes = acme.load_changes(&linked.employee_id).await.expect("loaded");
    assert_eq!(changes.first(), Some(&removal(&linked)));
    assert_eq!(acme.load_people().await.expect("loaded").people.len(), 1);
}

#[tokio::test]
async fn a_link_to_another_account_takes_the_place_of_the_old_one_name_and_all() {
    let acme = acme().await;
    let before = person("E1", "jo@acme.example");
    save(&acme, &before).await;
    let after = person("E1", "jo.rebound@acme.example");
    acme.put_link(&before, Some(&after), &removal(&before)).await;
    assert_eq!(
        acme.load_people().await.expect("loaded").people,
        std::slice::from_ref(&after)
    );
    let found = async |user_name| {
        let found = acme.find_person(&name(user_name), at("2026-03-02T00:00:00Z")).await;
        found.expect("an answer").map(String::from)
    };
    assert_eq!(found("jo@acme.example").await, None);
    assert_eq!(found("jo.rebound@acme.example").await.as_deref(), Some("E1"));
    // The same once more, as after an answer that was lost.
    acme.put_link(&before, Some(&after), &removal(&before)).await;
    assert_eq!(acme.load_people().await.expect("loaded").people, [after]);
}

fn removal(person: &Person) -> PersonChange {
    PersonChange {
        employee_id: person.employee_id.clone(),
        at: at("2026-03-03T00:00:00Z"),
        reason: "link removed by Ben".to_owned(),
        fields: Vec::new(),
    }
}
