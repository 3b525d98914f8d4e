//! Tests `habitsync doctor`, as an operator who onboards a customer runs it: the real program against the local stack.

use std::fs;

use habitsync_local::workspace;
use habitsync_simulator_tribal_habits::Deviation;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::World;
use crate::customer::{Customer, Said};

/// As wide as a page.
const WIDTH: usize = 100;

pub(crate) async fn vendors_that_keep_their_contracts_differ_in_nothing_before_and_after_go_live(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("doctored").await?;
    let before = examined(&customer, &[], 0).await?;
    assert!(before.out.contains(" ok, 0 differ, "), "{}", before.out);
    assert!(
        before.out.contains("the key is accepted") && before.out.contains("a token for "),
        "{}",
        before.out
    );
    assert!(customer.portal().journal().effects().is_empty() && customer.hris().journal().effects().is_empty());
    let requests = customer.portal().journal().len() + customer.hris().journal().len();
    assert!(
        before.out.contains(&format!("by reading; {requests} requests\n")),
        "{}",
        before.out
    );
    customer.sync().await?;
    let now = customer.portal().clock().now().to_string();
    customer.complete(customer.ready_topics()[0], &now)?;
    let written = customer.portal().journal().effects().len();
    let after: Value = serde_json::from_str(&examined(&customer, &["--output", "json"], 0).await?.out)?;
    let verdict = |id: &str| {
        let mut findings = after["findings"].as_array().into_iter().flatten();
        findings
            .find(|finding| finding["id"] == id)
            .map(|finding| finding["verdict"].clone())
    };
    for id in [
        "tribal_habits.users.matching",
        "tribal_habits.users.dotted_name",
        "tribal_habits.topics.auto_enrol_links",
        "tribal_habits.topics.reference",
        "employee_connect.employees.dates",
        "employee_connect.results.find",
    ] {
        assert_eq!(verdict(id), Some("ok".into()), "{id} in {after:#}");
    }
    assert_eq!(verdict("tribal_habits.users.invitation"), Some("cannot_tell".into()));
    assert_eq!(customer.portal().journal().effects().len(), written);
    Ok(())
}

pub(crate) async fn topics_that_carry_no_links_are_told_with_the_setting_that_copes_and_it_does(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("linkless").await?;
    customer.portal().deviate([Deviation::NoLinks]);
    let told = examined(&customer, &[], 3).await?;
    let words: String = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(" 1 differs,") && words.contains("courses.launch_urls"),
        "{}",
        told.out
    );
    let first = |verdict| told.out.lines().position(|line| line.trim_start().starts_with(verdict));
    let (differs, ok) = (first("differs"), first("ok "));
    assert!(differs.is_some() && differs < ok, "{}", told.out);

    let topic = customer.topic(customer.ready_topics()[0]);
    let url = "https://portal.example/by-hand";
    let source = customer.example.configuration.replacen(
        "[results]",
        &format!("[courses.launch_urls]\n\"{}\" = \"{url}\"\n\n[results]", topic.code),
        1,
    );
    let folder = workspace::local("e2e-doctor")?;
    let file = folder.join("linkless.toml");
    fs::write(&file, source)?;
    let path = file.display().to_string();
    let coped = examined(&customer, &["--config", &path], 0).await?;
    assert!(coped.out.contains("0 differ"), "{}", coped.out);

    assert_eq!(customer.habitsync(&["tenant", "apply", &path, "--yes"]).await?.code, 0);
    customer.run("course-sync").await?;
    let courses = customer.hris().courses();
    let [course] = courses.as_slice() else {
        return Err(format!("{} courses", courses.len()).into());
    };
    assert_eq!((&course.external_id, course.launch_url.as_str()), (&topic.code, url));
    let listed = customer.habitsync(&["courses", "linkless"]).await?;
    assert!(listed.out.contains("courses.launch_urls"), "{}", listed.out);
    Ok(())
}

pub(crate) async fn refused_credentials_are_a_finding_and_no_crash(world: World) -> Result<(), Failed> {
    let customer = world.customer("wrong-key").await?;
    let folder = workspace::local("e2e-doctor")?;
    let file = folder.join("wrong-key.json");
    let secret = r#"{"tribal_habits":{"api_key":"wrong"},"employee_connect":{"client_id":"i","client_secret":"s"}}"#;
    fs::write(&file, secret)?;
    let path = file.display().to_string();
    let stored = customer
        .habitsync(&["tenant", "secrets", "set", "wrong-key", "vendors", &path])
        .await?;
    assert_eq!(stored.code, 0, "{stored:?}");
    let told = examined(&customer, &[], 3).await?;
    let words: String = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(" 2 differ,") && words.contains("by reading; 2 requests "),
        "{}",
        told.out
    );
    let nobody = customer.habitsync(&["doctor", "nobody"]).await?;
    assert_eq!(
        (nobody.code, nobody.err.as_str()),
        (1, "habitsync: there is no customer nobody on this stage\n")
    );
    Ok(())
}

/// What doctor says, which must exit so, and be fit to be read.
async fn examined(customer: &Customer, more: &[&str], code: i32) -> Result<Said, Failed> {
    let tenant = customer.example.tenant.to_string();
    let said = customer
        .habitsync(&[&["doctor", tenant.as_str()], more].concat())
        .await?;
    assert_eq!((said.code, said.err.as_str()), (code, ""), "{}", said.out);
    let is_json = more.contains(&"json");
    let wide = said.out.lines().find(|line| !is_json && line.chars().count() > WIDTH);
    assert_eq!(wide, None, "wider than {WIDTH} columns");
    assert!(!said.out.lines().any(|line| line.ends_with(' ')), "{}", said.out);
    Ok(said)
}
