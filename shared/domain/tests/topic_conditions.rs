//! When a topic is ready to be a course, condition by condition.

use habitsync_domain::configuration::CoursesConfiguration;
use habitsync_domain::courses::plan::NearMiss;
use habitsync_domain::courses::topic::{AutoEnrolLink, Condition, Folder, Topic, TopicKind, TopicVerdict};
use habitsync_domain::identity::{TopicCode, TopicId};

const URL: &str = "https://acme.example/enrol/456";

/// Returns the configuration of a customer whose links have this reference.
fn labelled(reference: &str) -> CoursesConfiguration {
    CoursesConfiguration {
        reference: reference.to_owned(),
        ..CoursesConfiguration::default()
    }
}

fn ec() -> CoursesConfiguration {
    labelled("EC")
}

const BY_HAND: &str = "https://acme.example/by-hand";

/// The same with a launch address for the topic that is ready, and one for another.
fn by_hand() -> CoursesConfiguration {
    let urls = [("TH-9-456", BY_HAND), ("TH-9-1", URL)];
    CoursesConfiguration {
        launch_urls: urls
            .map(|(code, url)| (TopicCode(code.to_owned()), url.parse().expect("an address")))
            .into(),
        ..ec()
    }
}

fn ready() -> Topic {
    Topic {
        id: TopicId(456),
        code: TopicCode("TH-9-456".into()),
        kind: TopicKind::Topic,
        title: "Fire safety".into(),
        description: None,
        folder: Folder::Active,
        published_version: Some("1.0".into()),
        links: vec![link(Some("EC"), true, URL)],
    }
}

fn published(version: Option<&str>) -> Topic {
    Topic {
        published_version: version.map(Into::into),
        ..ready()
    }
}

fn linked(links: &[AutoEnrolLink]) -> Topic {
    Topic {
        links: links.to_vec(),
        ..ready()
    }
}

fn link(reference: Option<&str>, active: bool, url: &str) -> AutoEnrolLink {
    AutoEnrolLink {
        reference: reference.map(Into::into),
        url: url.into(),
        active,
    }
}

fn launched_at(url: &str) -> TopicVerdict {
    TopicVerdict::Qualifies { launch_url: url.into() }
}

#[track_caller]
fn lacks(topic: &Topic, condition: Condition) {
    let verdict = topic.verdict(&ec());
    assert_eq!(verdict, TopicVerdict::Lacks(vec![condition]), "{topic:?}");
    let miss = NearMiss::new(topic, &verdict).expect("one condition is missing");
    assert_eq!((miss.code, miss.missing), (topic.code.clone(), condition));
}

#[test]
fn a_topic_that_meets_every_condition_is_launched_at_its_link() {
    assert_eq!(ready().verdict(&ec()), launched_at(URL));
}

#[test]
fn a_topic_is_published_from_version_one_on() {
    for version in [
        "1.0",
        "1",
        "2.3",
        "10.0",
        "01.0",
        " 1.0 ",
        "#1.0",
        "v1.2.3",
        "99999999999.0",
    ] {
        assert_eq!(published(Some(version)).verdict(&ec()), launched_at(URL), "{version}");
    }
}

#[test]
fn a_topic_before_version_one_or_with_a_version_that_is_none_is_not_published() {
    lacks(&published(None), Condition::Published);
    for version in [
        "0.9", "0", "0.10", "00.9", "-1.0", "", " ", ".", ".9", "draft", "one", "1,0", "1e3", "１.0",
    ] {
        lacks(&published(Some(version)), Condition::Published);
    }
}

#[test]
fn only_a_topic_in_the_active_folder_is_a_course() {
    for folder in [Folder::Draft, Folder::Archived] {
        lacks(&Topic { folder, ..ready() }, Condition::InActiveFolder);
    }
}

#[test]
fn a_link_counts_with_exactly_the_configured_reference_and_only_while_it_is_active() {
    let others = ["ec", "Ec", "EC ", " EC", "ECX", "E C", ""];
    let mut links: Vec<_> = others.iter().map(|other| link(Some(other), true, URL)).collect();
    links.extend([link(None, true, URL), link(Some("EC"), false, URL)]);
    for other in &links {
        lacks(&linked(std::slice::from_ref(other)), Condition::HasLink);
    }
    lacks(&linked(&links), Condition::HasLink);
    lacks(&linked(&[]), Condition::HasLink);
    links.push(link(Some("EC"), true, "https://acme.example/the-one"));
    assert_eq!(
        linked(&links).verdict(&ec()),
        launched_at("https://acme.example/the-one")
    );
}

#[test]
fn an_inactive_link_before_the_active_one_does_not_hide_it() {
    let links = [
        link(Some("EC"), false, "https://acme.example/old"),
        link(Some("EC"), true, URL),
    ];
    assert_eq!(linked(&links).verdict(&ec()), launched_at(URL));
}

#[test]
fn the_reference_is_the_customers_own() {
    let topic = linked(&[
        link(Some("EC"), true, "https://acme.example/ec"),
        link(Some("HR-1"), true, URL),
    ]);
    assert_eq!(topic.verdict(&labelled("HR-1")), launched_at(URL));
}

#[test]
fn a_link_that_leads_to_no_web_address_is_a_near_miss_and_no_course() {
    let addresses = [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://acme.example/enrol",
        "/enrol/456",
        "acme.example/enrol/456",
        "https://",
        "",
    ];
    for address in addresses {
        lacks(&linked(&[link(Some("EC"), true, address)]), Condition::LinkIsWebAddress);
    }
    let second = linked(&[link(Some("EC"), true, "enrol"), link(Some("EC"), true, URL)]);
    assert_eq!(second.verdict(&ec()), launched_at(URL));
    let plain = linked(&[link(Some("EC"), true, " http://acme.example/enrol?x=1#y ")]);
    assert_eq!(plain.verdict(&ec()), launched_at("http://acme.example/enrol?x=1#y"));
}

#[test]
fn a_topic_that_lacks_two_conditions_is_no_near_miss() {
    let topic = Topic {
        folder: Folder::Draft,
        ..published(Some("0.9"))
    };
    let verdict = topic.verdict(&ec());
    assert_eq!(
        verdict,
        TopicVerdict::Lacks(vec![Condition::Published, Condition::InActiveFolder])
    );
    assert_eq!(NearMiss::new(&topic, &verdict), None);
}

#[test]
fn an_article_is_never_a_course_and_never_a_near_miss() {
    let article = Topic {
        kind: TopicKind::Other,
        ..ready()
    };
    let verdict = article.verdict(&ec());
    assert_eq!(verdict, TopicVerdict::NotATopic);
    assert_eq!(NearMiss::new(&article, &verdict), None);
}

#[test]
fn a_topic_without_a_link_is_launched_at_the_address_that_was_written_by_hand() {
    assert_eq!(linked(&[]).verdict(&by_hand()), launched_at(BY_HAND));
    let other = link(Some("HR-1"), true, URL);
    assert_eq!(linked(&[other]).verdict(&by_hand()), launched_at(BY_HAND));
    let useless = link(Some("EC"), true, "/enrol/456");
    assert_eq!(linked(&[useless]).verdict(&by_hand()), launched_at(BY_HAND));
}

#[test]
fn an_address_by_hand_stands_in_for_the_link_alone() {
    let unpublished = Topic {
        published_version: None,
        ..linked(&[])
    };
    assert_eq!(
        unpublished.verdict(&by_hand()),
        TopicVerdict::Lacks(vec![Condition::Published])
    );
    let another = Topic {
        code: TopicCode("TH-9-2".into()),
        ..linked(&[])
    };
    assert_eq!(
        another.verdict(&by_hand()),
        TopicVerdict::Lacks(vec![Condition::HasLink])
    );
}

#[test]
fn the_portals_own_link_comes_first_and_one_that_was_switched_off_stays_off() {
    assert_eq!(ready().verdict(&by_hand()), launched_at(URL));
    let off = linked(&[link(Some("EC"), false, URL)]);
    assert_eq!(off.verdict(&by_hand()), TopicVerdict::Lacks(vec![Condition::HasLink]));
}

#[test]
fn a_topic_without_a_title_or_a_code_is_a_near_miss_that_is_named() {
    for missing in [Condition::HasTitle, Condition::HasCode] {
        let mut topic = ready();
        match missing {
            Condition::HasTitle => topic.title = " ".into(),
            _ => topic.code = TopicCode(String::new()),
        }
        let verdict = topic.verdict(&ec());
        assert_eq!(verdict, TopicVerdict::Lacks(vec![missing]));
        let near = NearMiss::new(&topic, &verdict).expect("a near miss");
        assert!(!near.title.trim().is_empty() && !near.code.0.is_empty(), "{near:?}");
    }
}
