//! Auto-enrol links: whether topics carry them, as the customer's file expects them to be labelled, or what stands in for them.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::CoursesConfiguration;
use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, few, tribal_habits as assume};
use habitsync_vendor_http::{ListSample, Record};
use serde_json::Value;

use super::asking::Asking;

/// Whether topics carry links that lead somewhere.
pub(super) fn judge_links(topics: &[&Record], courses: &CoursesConfiguration) -> AssumptionFinding {
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

/// Whether links have the customer's label.
pub(super) fn judge_reference(topics: &[&Record], courses: &CoursesConfiguration) -> AssumptionFinding {
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
pub(super) fn judge_launch_urls(asking: &Asking<'_>, list: &ListSample) -> Option<AssumptionFinding> {
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
            let mend = Advice::ask(format!("correct courses.launch_urls: no topic has {}", few(missing)));
            assume::TOPIC_LAUNCH_URLS.differs(seen, vec![mend])
        } else {
            let look = Advice::ask("the log of the course sync names codes that no topic has");
            assume::TOPIC_LAUNCH_URLS.untold(format!("{seen}, of a part of the topics"), vec![look])
        }
    })
}
