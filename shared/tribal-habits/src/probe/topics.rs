//! Topics: how they are listed, and whether they carry what decides about a course.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::assumption::{Advice, Assumption, Finding, tribal_habits as assume};
use habitsync_domain::configuration::CoursesConfiguration;
use habitsync_vendor_http::{HttpError, ListSample, sample_list};
use serde_json::{Map, Value};

use super::LIST;
use super::asking::Asking;

type Record = Map<String, Value>;

/// Words of a portal that are shown at most.
const MOST_WORDS: usize = 5;

/// Asks about topics.
pub(super) async fn probe(asking: &Asking<'_>) -> Result<Vec<Finding>, HttpError> {
    let first = asking.list(&["topics"], 1).await?;
    let list = sample_list(LIST, &first, |page| asking.list(&["topics"], page)).await?;
    let courses = &asking.asked.customer.courses;
    let mut findings = vec![list.judge_list(&assume::TOPIC_LIST, "topics")];
    let topics: Vec<_> = list.records().collect();
    if !topics.is_empty() {
        findings.extend([
            judge_fields(&topics),
            judge_kind(&topics),
            judge_folder(&topics),
            judge_version(&topics),
            judge_links(&topics, courses),
            judge_reference(&topics, courses),
        ]);
    }
    findings.extend(judge_launch_urls(asking, &list));
    Ok(findings)
}

fn judge_fields(topics: &[&Record]) -> Finding {
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

fn judge_kind(topics: &[&Record]) -> Finding {
    judge_words(topics, "type", &["topic", "article"], &assume::TOPIC_KIND)
}

fn judge_folder(topics: &[&Record]) -> Finding {
    judge_words(
        topics,
        "status",
        &["active", "draft", "archived"],
        &assume::TOPIC_FOLDER,
    )
}

/// A field that has one of a few words.
fn judge_words(topics: &[&Record], field: &str, known: &[&str], assumption: &'static Assumption) -> Finding {
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
    assumption.needs_mending(format!("{field} is also {}", few(&unknown)))
}

/// A few words and how many more there are.
fn few(words: &[&str]) -> String {
    let shown = words.iter().take(MOST_WORDS).copied().collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(MOST_WORDS) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn judge_version(topics: &[&Record]) -> Finding {
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

fn judge_links(topics: &[&Record], courses: &CoursesConfiguration) -> Finding {
    let of = topics.len();
    let carrying = topics
        .iter()
        .filter(|topic| topic.get("auto_enrol_links").is_some_and(Value::is_array));
    let carrying = carrying.count();
    if carrying == 0 {
        let seen = format!("topics carry no auto-enrol links (0 of {of})");
        let by_hand_already = courses.launch_urls.len();
        if by_hand_already > 0 {
            return assume::TOPIC_LINKS.holds(format!("{seen}; courses.launch_urls stands in for {by_hand_already}"));
        }
        return assume::TOPIC_LINKS.differs(seen, vec![by_hand(topics, courses)]);
    }
    let links: Vec<_> = links(topics).collect();
    if links.is_empty() {
        let make = Advice::ask(format!(
            "make an auto-enrol link {:?} for one topic, and look again",
            courses.reference
        ));
        return assume::TOPIC_LINKS.untold(
            format!("{carrying} of {of} topics carry a list of links, all empty"),
            vec![make],
        );
    }
    let usable = links.iter().filter(|link| is_web_address(link.get("url"))).count();
    let odd = links
        .iter()
        .filter(|link| link.get("active").is_some_and(|active| !active.is_boolean()));
    if usable < links.len() || odd.count() > 0 {
        let seen = format!("{usable} of {} links have a web address under url", links.len());
        return assume::TOPIC_LINKS.differs(seen, vec![by_hand(topics, courses), assume::TOPIC_LINKS.mend()]);
    }
    assume::TOPIC_LINKS.holds(format!("{} links on {of} topics, each with a web address", links.len()))
}

fn is_web_address(url: Option<&Value>) -> bool {
    let url = url.and_then(Value::as_str).unwrap_or_default();
    url.starts_with("https://") || url.starts_with("http://")
}

fn links<'t>(topics: &'t [&Record]) -> impl Iterator<Item = &'t Record> {
    topics
        .iter()
        .filter_map(|topic| topic.get("auto_enrol_links")?.as_array())
        .flatten()
        .filter_map(Value::as_object)
}

/// The setting that stands in for links, with a topic of theirs as the example.
fn by_hand(topics: &[&Record], courses: &CoursesConfiguration) -> Advice {
    let codes = || topics.iter().filter_map(|topic| topic.get("code")?.as_str());
    let new = codes().find(|code| !courses.launch_urls.keys().any(|known| known.0 == *code));
    let code = new.or_else(|| codes().next()).unwrap_or("TH-9-456");
    Advice::set("courses.launch_urls", format!("{{ {code:?} = \"https://…\", … }}"))
}

fn judge_reference(topics: &[&Record], courses: &CoursesConfiguration) -> Finding {
    let links: Vec<_> = links(topics).collect();
    if links.is_empty() {
        return assume::TOPIC_REFERENCE.untold("no link was seen", Vec::new());
    }
    let mut references: BTreeMap<&str, usize> = BTreeMap::new();
    for reference in links.iter().filter_map(|link| link.get("reference")?.as_str()) {
        *references.entry(reference).or_default() += 1;
    }
    let wanted = courses.reference.as_str();
    if let Some(count) = references.get(wanted) {
        return assume::TOPIC_REFERENCE.holds(format!("{count} of {} links are labelled {wanted}", links.len()));
    }
    let seen = format!("none of {} links is labelled {wanted}", links.len());
    match references.iter().max_by_key(|(_, count)| **count) {
        Some((most, count)) => {
            let seen = format!("{seen}; {count} are labelled {most}");
            assume::TOPIC_REFERENCE.differs(seen, vec![Advice::set("courses.reference", format!("{most:?}"))])
        }
        None if links.iter().any(|link| link.contains_key("reference")) => {
            let label = Advice::ask(format!("label the links of topics that become courses {wanted:?}"));
            assume::TOPIC_REFERENCE.differs(seen, vec![label])
        }
        None => assume::TOPIC_REFERENCE.differs(
            format!("{seen}: they have no reference"),
            vec![by_hand(topics, courses)],
        ),
    }
}

/// Codes of the file that no topic has. Of a list that was not seen whole, none can be said to be missing.
fn judge_launch_urls(asking: &Asking<'_>, list: &ListSample) -> Option<Finding> {
    asking.is_needed(&assume::TOPIC_LAUNCH_URLS).then(|| {
        let codes: BTreeSet<_> = list.records().filter_map(|topic| topic.get("code")?.as_str()).collect();
        let by_hand: Vec<_> = asking.asked.customer.courses.launch_urls.keys().collect();
        let missing: Vec<_> = by_hand
            .iter()
            .map(|code| code.0.as_str())
            .filter(|code| !codes.contains(code))
            .collect();
        let seen = format!(
            "{} of {} codes are topics'",
            by_hand.len() - missing.len(),
            by_hand.len()
        );
        if missing.is_empty() {
            assume::TOPIC_LAUNCH_URLS.holds(seen)
        } else if list.is_whole() {
            let mend = Advice::ask(format!("correct courses.launch_urls: no topic has {}", few(&missing)));
            assume::TOPIC_LAUNCH_URLS.differs(seen, vec![mend])
        } else {
            let look = Advice::ask("the log of the course sync names codes that no topic has");
            assume::TOPIC_LAUNCH_URLS.untold(format!("{seen}, of a part of the topics"), vec![look])
        }
    })
}

fn counting<'t>(topics: &'t [&Record]) -> impl Fn(&dyn Fn(&Record) -> bool) -> usize + 't {
    |is| topics.iter().filter(|topic| is(topic)).count()
}
