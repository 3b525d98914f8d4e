//! Items as version 0.1 wrote them (`tests/fixtures/stored/items.json`, kept for good): every one is read, and nothing of it is lost;
//! and an item of any kind that lacks or changes one part is refused or read, and never ends the program.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::approvals::{Decision, PendingAction, PlanDecision};
use habitsync_domain::courses::course::TopicRecord;
use habitsync_domain::jobs::state::RunRecord;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::ResultState;
use habitsync_workflows::notifications::Worklist;
use habitsync_workflows::ports::mail::AlertState;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::Item as Stored;
use serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value;
use serde_json::Value;

use super::holds::Head;
use super::item::{Attributes, read_number, read_text, read_value};
use super::keys::{BODY, COMPLETION, FENCE, HELD_UNTIL, SK, STATE, WORDS};
use super::people::NameHolder;
use super::{configuration, fleet, results};
use crate::failure::AwsErrorKind;

const ITEMS: &str = include_str!("../../../../tests/fixtures/stored/items.json");

/// The values that were read, by the attribute that holds them.
type Decoded = Vec<(&'static str, Value)>;

fn items() -> Vec<Attributes> {
    let items: Vec<Stored> = serde_json::from_str(ITEMS).expect("items");
    assert!(items.len() > 80, "only {} items", items.len());
    items.into_iter().map(Attributes::from).collect()
}

fn kind(item: &Attributes) -> String {
    let sk = read_text(item, SK).expect("a sort key");
    match sk.split_once('#') {
        Some(("PLAN", rest)) if rest.ends_with("#0000") => "PLAN".to_owned(),
        Some(("PLAN", _)) => "PLAN part".to_owned(),
        Some((kind, _)) => kind.to_owned(),
        None => sk.to_owned(),
    }
}

fn body<T: DeserializeOwned + Serialize>(item: &mut Attributes) -> Result<Decoded, AwsErrorKind> {
    part::<T>(item, BODY).map(|part| vec![part])
}

fn part<T: DeserializeOwned + Serialize>(
    item: &mut Attributes,
    name: &'static str,
) -> Result<(&'static str, Value), AwsErrorKind> {
    let read: T = read_value(item, name)?;
    Ok((name, serde_json::to_value(read).expect("JSON")))
}

/// Reads an item as the adapters do.
fn decode(kind: &str, mut item: Attributes) -> Result<Decoded, AwsErrorKind> {
    match kind {
        "ALERT" => body::<AlertState>(&mut item),
        "BREAKER" => body::<Breaker>(&mut item),
        "BUDGET" => read_number::<i64>(&item, "next_slot").map(|_| Vec::new()),
        "CHANGE" => body::<PersonChange>(&mut item),
        "CONFIG" => configuration::stored(&item).map(|stored| vec![("source", Value::from(stored.source))]),
        "COURSE" => body::<TopicRecord>(&mut item),
        "DECISION" => body::<Decision>(&mut item),
        "LAST_DAY" => body::<LastDaySeen>(&mut item),
        "LEASE" => {
            read_number::<i64>(&item, HELD_UNTIL)?;
            read_number::<u64>(&item, FENCE).map(|_| Vec::new())
        }
        "PARKED" => body::<RejectedWrites>(&mut item),
        "PERSON" => body::<Person>(&mut item),
        "PLAN" => Ok(vec![
            part::<Vec<PlanDecision>>(&mut item, WORDS)?,
            part::<Head>(&mut item, BODY)?,
        ]),
        "PLAN part" => body::<Vec<PendingAction>>(&mut item),
        "RESULT" => {
            results::record(item.clone())?;
            Ok(vec![
                part::<Completion>(&mut item, COMPLETION)?,
                part::<ResultState>(&mut item, STATE)?,
            ])
        }
        "RUN" => body::<RunRecord>(&mut item),
        "TENANT" => fleet::summary(item).map(|row| {
            let row = row.expect("a customer's row");
            let state = |job| serde_json::to_value(row.jobs.get(job)).expect("JSON");
            let jobs = habitsync_domain::jobs::job::Job::ALL.iter();
            let names = ["job_users", "job_courses", "job_results_sweep"];
            names.into_iter().zip(jobs.map(state)).collect()
        }),
        "USER" => body::<NameHolder>(&mut item),
        "WORKLIST" => body::<Worklist>(&mut item),
        other => panic!("{other} is a kind of item that is read nowhere here"),
    }
}

/// Returns the paths of stored values that were not read. Null and empty values are exempt.
fn lost(stored: &Value, read: &Value, path: &str, lost_paths: &mut Vec<String>) {
    match (stored, read) {
        (Value::Null, _) => {}
        (Value::Object(stored), _) => {
            for (name, value) in stored {
                lost(value, &read[name], &format!("{path}.{name}"), lost_paths);
            }
        }
        (Value::Array(stored), Value::Array(read)) if stored.len() == read.len() => {
            for (place, (stored, read)) in stored.iter().zip(read).enumerate() {
                lost(stored, read, &format!("{path}[{place}]"), lost_paths);
            }
        }
        (Value::Array(stored), _) if stored.is_empty() => {}
        (stored, read) if stored == read || is_renamed(stored, read) => {}
        _ => lost_paths.push(path.to_owned()),
    }
}

/// Whether a job is read under the name that it has now.
fn is_renamed(stored: &Value, read: &Value) -> bool {
    let mut jobs = habitsync_domain::jobs::job::Job::ALL.iter();
    jobs.any(|job| stored == job.key() && read == job.as_str())
}

#[test]
fn every_item_that_version_0_1_wrote_is_read_whole() {
    let mut lost_paths = Vec::new();
    for item in items() {
        let kind = kind(&item);
        let decoded = decode(&kind, item.clone()).unwrap_or_else(|error| panic!("{kind}: {error}"));
        for (attribute, read) in decoded {
            let Some(value) = item.get(attribute) else { continue };
            let stored: Value = from_attribute_value(value.clone()).expect("JSON");
            lost(&stored, &read, &format!("{kind} {attribute}"), &mut lost_paths);
        }
    }
    lost_paths.sort();
    lost_paths.dedup();
    assert_eq!(lost_paths, Vec::<String>::new());
}

/// Puts each of the values in the place of every part of a value, one at a time.
fn broken(value: &AttributeValue, replacements: &[AttributeValue]) -> Vec<AttributeValue> {
    let mut all = replacements.to_vec();
    match value {
        AttributeValue::M(map) => {
            for (name, part) in map {
                let mut without = map.clone();
                without.remove(name);
                all.push(AttributeValue::M(without));
                for part in broken(part, replacements) {
                    let mut with = map.clone();
                    with.insert(name.clone(), part);
                    all.push(AttributeValue::M(with));
                }
            }
        }
        AttributeValue::L(items) => {
            if let Some(first) = items.first() {
                for part in broken(first, replacements) {
                    all.push(AttributeValue::L([&[part], &items[1..]].concat()));
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn an_item_with_one_broken_part_is_refused_or_read_and_its_error_quotes_nothing() {
    const MARK: &str = "jo.secret@acme.example";
    let replacements = [
        AttributeValue::Null(true),
        AttributeValue::S(MARK.to_owned()),
        AttributeValue::S(String::new()),
        AttributeValue::N("1e120".to_owned()),
        AttributeValue::N("-1".to_owned()),
        AttributeValue::Bool(true),
        AttributeValue::L(Vec::new()),
        AttributeValue::M([(MARK.to_owned(), AttributeValue::Null(true))].into()),
    ];
    let (mut tried, mut refused) = (0, 0);
    let mut kinds = BTreeSet::new();
    for item in items() {
        let kind = kind(&item);
        if !kinds.insert(kind.clone()) {
            continue;
        }
        for (name, value) in item.iter().filter(|(name, _)| *name != SK && *name != "pk") {
            for value in broken(value, &replacements) {
                let mut item = item.clone();
                item.insert(name.clone(), value);
                tried += 1;
                if let Err(error) = decode(&kind, item) {
                    refused += 1;
                    assert!(!error.to_string().contains("secret"), "{kind} {name}: {error}");
                }
            }
        }
    }
    assert!(
        tried > 1_000 && refused > tried / 4,
        "{refused} of {tried} were refused"
    );
}
