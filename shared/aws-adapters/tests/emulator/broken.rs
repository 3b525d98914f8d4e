//! Breaks each attribute of each stored item, one at a time: the records beside it still arrive.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_aws_adapters::{Table, TenantTable};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::RunRecord;
use habitsync_workflows::ports::breaker::KeepBreaker;
use habitsync_workflows::ports::mail::RememberAlert;
use habitsync_workflows::ports::people::{LoadChanges, LoadPeople};
use habitsync_workflows::ports::runs::ListRuns;
use habitsync_workflows::ports::tenants::{ListVersions, SaveConfiguration};

use crate::alerts::{monday, state};
use crate::fixture::{at, named_table, sdk, tenant};
use crate::people::{change, person};
use crate::stored::Stored as _;

type StoredItem = HashMap<String, AttributeValue>;

const SOURCE: &str = include_str!("../../../domain/src/configuration/acme.toml");

/// Stores two records of each kind.
async fn fill(table: &Table) {
    let acme = table.tenant(&tenant());
    for (number, employee) in (1..).zip(["E1", "E2"]) {
        let time = format!("2026-03-0{number}T00:00:00Z");
        let name = format!("{employee}@acme.example");
        acme.put_person(&person(employee, &name), &change("E1", &time, "created"))
            .await;
        let run = RunRecord::begun(number.to_string(), Job::UserSync, at(&time), at(&time));
        acme.put_run(&run).await;
        let configuration = SOURCE.parse().expect("a configuration");
        let saved = table.save_configuration(&configuration, SOURCE, at(&time), None);
        saved.await.expect("saved");
    }
    acme.save_alert("users", &state(2, monday(), None))
        .await
        .expect("saved");
}

/// The texts, numbers and shapes that a stored value may turn into; `None` removes the attribute.
fn faults() -> [Option<AttributeValue>; 5] {
    [
        None,
        Some(AttributeValue::Bool(true)),
        Some(AttributeValue::N("9".repeat(38))),
        Some(AttributeValue::S(String::new())),
        Some(AttributeValue::S("{\"a".to_owned())),
    ]
}

fn with(item: &StoredItem, name: &str, fault: Option<AttributeValue>) -> StoredItem {
    let mut item = item.clone();
    item.remove(name);
    item.extend(fault.map(|fault| (name.to_owned(), fault)));
    item
}

/// Every item that one fault makes of this one: in an attribute, or in a field of its body.
fn broken(item: &StoredItem) -> Vec<StoredItem> {
    // DynamoDB refuses a key of another type, also a key of an index.
    let keys = ["pk", "sk", "due_kind", "due_at"];
    let names = item.keys().filter(|name| !keys.contains(&name.as_str()));
    let outer = names.flat_map(|name| faults().map(|fault| with(item, name, fault)));
    let body = item.get("body").and_then(|body| body.as_m().ok());
    let inner = body.into_iter().flat_map(|body| {
        let fields = body.keys();
        fields.flat_map(move |name| faults().map(|fault| AttributeValue::M(with(body, name, fault))))
    });
    outer.chain(inner.map(|body| with(item, "body", Some(body)))).collect()
}

/// Holds that every kind still lists the record that is whole.
async fn others_arrive(table: &Table, acme: &TenantTable, broken: &StoredItem) {
    let people = acme.load_people().await.expect("people are listed");
    assert!(people.people.iter().any(|person| person.employee_id.as_str() == "E2"));
    let named = people.people.len() + people.unreadable.len();
    assert_eq!(named, 2, "{broken:?}");
    let employee = "E1".parse().expect("an employee");
    let changes = acme.load_changes(&employee).await.expect("changes are listed");
    assert!(changes.iter().any(|change| change.at == at("2026-03-02T00:00:00Z")));
    let runs = acme.list_runs(None, 9).await.expect("runs are listed");
    assert!(runs.iter().any(|run| run.id == "2"));
    let versions = table.list_versions(&tenant()).await.expect("versions are listed");
    assert!(versions.iter().any(|version| version.version == 2));
    acme.load_alert("users").await.expect("the alert is read, or is none");
}

#[tokio::test]
async fn one_broken_attribute_of_any_item_keeps_no_other_record_from_being_listed() {
    let (table, name) = named_table().await;
    fill(&table).await;
    let acme = table.tenant(&tenant());
    let client = Client::new(&sdk().await);
    let put = async |item: &StoredItem| {
        let put = client.put_item().table_name(&name).set_item(Some(item.clone()));
        put.send().await.expect("written");
    };
    let scan = client.scan().table_name(&name).send().await.expect("scanned");
    let first = [
        "PERSON#E1",
        "CHANGE#E1#2026-03-01",
        "RUN#1",
        "CONFIG#00000001",
        "ALERT#",
        "WORKLIST#",
    ];
    let mut tried = 0;
    for item in scan.items() {
        let sk = item["sk"].as_s().expect("a sort key");
        if !first.iter().any(|beginning| sk.starts_with(beginning)) {
            continue;
        }
        for broken in broken(item) {
            put(&broken).await;
            others_arrive(&table, &acme, &broken).await;
            tried += 1;
        }
        put(item).await;
    }
    assert!(tried > 100, "{tried}");
}

#[tokio::test]
async fn a_breaker_that_cannot_be_decoded_is_closed_and_the_next_change_replaces_it() {
    let (table, name) = named_table().await;
    let acme = table.tenant(&tenant());
    let new = acme.load_breaker().await.expect("read");
    assert!(acme.change_breaker(&new, new.breaker).await.expect("changed"));
    let client = Client::new(&sdk().await);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let update = client.update_item().table_name(&name);
    let update = update.key("pk", text("TENANT#acme")).key("sk", text("BREAKER"));
    let update = update.update_expression("SET body = :odd");
    let update = update.expression_attribute_values(":odd", text("from another world"));
    update.send().await.expect("written");
    let read = acme.load_breaker().await.expect("read");
    assert_eq!((read.breaker, read.version), (new.breaker, 1));
    assert!(acme.change_breaker(&read, read.breaker).await.expect("changed"));
}
