//! Topics: how they are listed, and whether they carry what decides about a course.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::onboarding::assumptions::{Advice, Assumption, AssumptionFinding, few, tribal_habits as assume};
use habitsync_vendor_http::{HttpError, Record, sample_list};
use serde_json::Value;

use super::asking::{Asking, list};
use super::{LIST, links};

/// Asks about topics.
pub(super) async fn probe(asking: &Asking<'_>) -> Result<Vec<AssumptionFinding>, HttpError> {
    let first = list(asking, &["topics"], 1).await?;
    let list = sample_list(LIST, &first, |page| list(asking, &["topics"], page)).await?;
    let courses = &asking.asked.customer.courses;
    let mut findings = vec![list.judge_list(&assume::TOPIC_LIST, "topics")];
    let topics: Vec<_> = list.records().collect();
    if !topics.is_empty() {
        findings.extend([
            judge_fields(&topics),
            judge_kind(&topics),
            judge_folder(&topics),
            judge_version(&topics),
            links::judge_links(&topics, courses),
            links::judge_reference(&topics, courses),
        ]);
    }
    findings.extend(links::judge_launch_urls(asking, &list));
    Ok(findings)
}

fn judge_fields(topics: &[&Record]) -> AssumptionFinding {
    let (count, of) = (counting(topics), topics.len());
    let wanted = [
        ("id", count(&|topic| topic.get("id").is_some_and(Value::is_i64))),
        ("code", count(&|topic| topic.get("code").is_some_and(Value::is_string))),
        (
            "title",
            count(&|topic| topic.get("title").is_some_and(Value::is_string)),
        ),
        ("description", count(&|topic| is_text_or_null(topic.get("description")))),
    ];
    let lacking: Vec<_> = wanted.iter().filter(|(_, with)| *with < of).collect();
    if !lacking.is_empty() {
        let lacking = lacking
            .iter()
            .map(|(field, with)| format!("{} of {of} topics have no usable {field}", of - with));
        return assume::TOPIC_FIELDS.needs_mending(lacking.collect::<Vec<_>>().join(", "));
    }
    let codes: BTreeSet<_> = topics.iter().filter_map(|topic| topic.get("code")?.as_str()).collect();
    if codes.len() < of {
        let ask = Advice::ask("give topics that share a code codes of their own: only one of them becomes a course");
        return assume::TOPIC_FIELDS.differs(format!("{of} topics have {} codes", codes.len()), vec![ask]);
    }
    assume::TOPIC_FIELDS.holds(format!("{of} of {of} topics have all of them"))
}

fn is_text_or_null(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_string() || value.is_null())
}

fn judge_kind(topics: &[&Record]) -> AssumptionFinding {
    judge_words(topics, "type", &["topic", "article"], &assume::TOPIC_KIND)
}

fn judge_folder(topics: &[&Record]) -> AssumptionFinding {
    judge_words(
        topics,
        "status",
        &["active", "draft", "archived"],
        &assume::TOPIC_FOLDER,
    )
}

/// A field that has one of a few words.
fn judge_words(topics: &[&Record], field: &str, known: &[&str], assumption: &'static Assumption) -> AssumptionFinding {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for word in topics.iter().filter_map(|topic| topic.get(field)?.as_str()) {
        *words.entry(word).or_default() += 1;
    }
    let with: usize = words.values().sum();
    if with < topics.len() {
        let (without, of) = (topics.len() - with, topics.len());
        return assumption.needs_mending(format!("{without} of {of} topics have no {field}"));
    }
    let unknown: Vec<_> = words.keys().filter(|word| !known.contains(word)).copied().collect();
    if unknown.is_empty() {
        let words = words.iter().map(|(word, count)| format!("{count} {word}"));
        return assumption.holds(words.collect::<Vec<_>>().join(", "));
    }
    assumption.needs_mending(format!("{field} is also {}", few(unknown)))
}

fn judge_version(topics: &[&Record]) -> AssumptionFinding {
    let (count, of) = (counting(topics), topics.len());
    if count(&|topic| topic.contains_key("published_version")) == 0 {
        return assume::TOPIC_VERSION.needs_mending(format!("0 of {of} topics have a published_version"));
    }
    let versions: Vec<_> = topics
        .iter()
        .filter_map(|topic| topic.get("published_version"))
        .filter(|version| !version.is_null())
        .collect();
    let odd = versions
        .iter()
        .filter(|version| !version.as_str().is_some_and(is_version));
    match (odd.count(), versions.len()) {
        (0, 0) => assume::TOPIC_VERSION.untold(format!("none of {of} topics is published"), Vec::new()),
        (0, some) => assume::TOPIC_VERSION.holds(format!("{some} of {of} topics have one, as 1.0 is written")),
        (odd, some) => assume::TOPIC_VERSION.needs_mending(format!("{odd} of {some} are not written as 1.0 is")),
    }
}

fn is_version(text: &str) -> bool {
    let numbers = text.trim().trim_start_matches(['#', 'v', 'V']);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').all(is_number)
}

fn counting<'t>(topics: &'t [&Record]) -> impl Fn(&dyn Fn(&Record) -> bool) -> usize + 't {
    |is| topics.iter().filter(|topic| is(topic)).count()
}
