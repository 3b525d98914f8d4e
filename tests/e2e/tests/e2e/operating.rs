//! `habitsync results`, as an operator types it: the real program against the local stack, read at a hundred columns.

use std::path::PathBuf;
use std::process::Output;

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::choice::ResultStatus;
use habitsync_local::deploy::STAGE;
use habitsync_local::emulator::aws_variables;
use habitsync_local::wait::until;
use habitsync_local::workspace;
use habitsync_simulator_harness::{Fault, Method, Rule};
use habitsync_simulator_tribal_habits::Enrolment;
use habitsync_workflows::ports::results::FindResult as _;
use jiff::SignedDuration;
use libtest_mimic::Failed;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::World;
use crate::customer::Customer;
use crate::results::LONG_ENOUGH;

/// As wide as terminals are.
const WIDTH: usize = 100;

pub(crate) async fn an_operator_lists_shows_replays_and_backfills_results(world: World) -> Result<(), Failed> {
    let customer = world.customer("operated").await?;
    customer.sync().await?;
    let (recorded, dead) = one_recorded_and_one_dead(&world, &customer).await?;
    listed(&world, recorded.id, dead.id).await?;
    shown(&world, &customer, &dead).await?;
    replayed(&world, &customer, &dead).await?;
    backfilled(&world, &customer).await?;
    unknown(&world).await
}

/// The second is refused, so that nothing but an operator's word has it tried again.
async fn one_recorded_and_one_dead(world: &World, customer: &Customer) -> Result<(Enrolment, Enrolment), Failed> {
    let now = customer.portal().clock().now().to_string();
    let topics = customer.ready_topics();
    let (recorded, _) = customer.complete(topics[0], &now)?;
    assert_eq!(customer.portal().announce(&recorded).await?, 202);
    reach(world, customer, &recorded, ResultStatus::Recorded).await?;
    let (dead, _) = customer.complete(topics[1], &now)?;
    let body = json!({ "error": { "code": "validation_failed", "message": "some fields are not valid",
                                  "fields": { "completedOn": "is not a date" } } });
    let refused = Rule::new(Fault::Answer { status: 422, body });
    let refused = customer
        .hris()
        .arm(refused.on(&Method::POST, "/courses/{courseId}/results").times(u32::MAX));
    assert_eq!(customer.portal().announce(&dead).await?, 202);
    reach(world, customer, &dead, ResultStatus::Dead).await?;
    refused.disarm();
    Ok((recorded, dead))
}

async fn listed(world: &World, recorded: u64, dead: u64) -> Result<(), Failed> {
    let all = said(world, &["list", "operated"]).await?;
    let lines: Vec<_> = all.lines().collect();
    assert_eq!(
        lines[0],
        "# 2 results of operated on stage local, from the table; times in Australia/Sydney"
    );
    assert!(lines[2].starts_with(" ENROLMENT  TOPIC"), "{all}");
    assert!(
        lines[3].starts_with(&format!(" {recorded} ")) && lines[3].contains(" recorded  course C-"),
        "{all}"
    );
    assert!(
        lines[4].starts_with(&format!(" {dead} ")) && lines[4].contains(" dead      after 1 attempt: "),
        "{all}"
    );
    assert!(!all.contains('@'), "nobody's address: {all}");
    let only = said(world, &["list", "operated", "--state", "dead"]).await?;
    assert!(only.starts_with("# 1 dead result of operated"), "{only}");
    let none = said(world, &["list", "operated", "--state", "parked"]).await?;
    assert_eq!(none.lines().count(), 1, "{none}");
    let json: Value = serde_json::from_str(&said(world, &["list", "operated", "--output", "json"]).await?)?;
    assert_eq!(
        (json["results"].as_array().map(Vec::len), &json["unreadable"]),
        (Some(2), &json!(0))
    );
    Ok(())
}

async fn shown(world: &World, customer: &Customer, dead: &Enrolment) -> Result<(), Failed> {
    let reference = format!("th-enrolment-{}", dead.id);
    let shown = said(world, &["show", "operated", &reference]).await?;
    for line in [
        format!(" user name  {}", dead.user.user_name),
        format!(" topic      {}", dead.knowledge_id),
        format!(" known as   {reference}"),
        " attempts   1".to_owned(),
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is not in\n{shown}");
    }
    assert!(
        shown.contains(" state      dead after 1 attempt: EmployeeConnect"),
        "{shown}"
    );
    let json: Value = serde_json::from_str(&said(world, &["show", "operated", &reference, "--output", "json"]).await?)?;
    assert_eq!(json["state"]["state"], "dead", "{json}");
    assert!(
        state_of(world, customer, dead).await?.is_some(),
        "showing changes nothing"
    );
    Ok(())
}

async fn replayed(world: &World, customer: &Customer, dead: &Enrolment) -> Result<(), Failed> {
    let enrolment = dead.id.to_string();
    let choice = ["replay", "operated", "--cause", "refused the request"];
    let asked = said(world, &choice).await?;
    assert!(
        asked.starts_with("# 1 dead result of operated") && asked.contains(&enrolment),
        "{asked}"
    );
    assert!(asked.ends_with("nothing was changed; add --yes to do it\n"), "{asked}");
    assert_eq!(state_of(world, customer, dead).await?, Some(ResultStatus::Dead));
    let done = said(world, &[&choice[..], &["--yes"]].concat()).await?;
    assert!(
        done.ends_with("operated: 1 result due now, queued within a minute\n"),
        "{done}"
    );
    reach(world, customer, dead, ResultStatus::Recorded).await?;
    let again = said(world, &["replay", "operated", "--all", "--yes"]).await?;
    assert_eq!(again.lines().count(), 1, "there is nothing to do: {again}");
    Ok(())
}

/// Two completions of last month, before the customer's beginning, of which one is known by now.
async fn backfilled(world: &World, customer: &Customer) -> Result<(), Failed> {
    let ago = |days: i64| (customer.portal().clock().now() - SignedDuration::from_hours(24 * days)).to_string();
    let topics = customer.ready_topics();
    let (known, _) = customer.complete(topics[0], &ago(20))?;
    assert_eq!(customer.portal().announce(&known).await?, 202);
    reach(world, customer, &known, ResultStatus::Recorded).await?;
    let (missing, _) = customer.complete(topics[1], &ago(10))?;
    let from = ago(30);
    let choice = ["backfill", "operated", "--from", &from];
    let asked = said(world, &choice).await?;
    assert!(
        asked.starts_with("# 2 completions of operated, from Tribal Habits"),
        "{asked}"
    );
    assert!(
        asked.contains("\nwithout a result  1\nnothing was changed; add --yes to do it\n"),
        "{asked}"
    );
    assert_eq!(state_of(world, customer, &missing).await?, None);
    let done = said(world, &[&choice[..], &["--yes"]].concat()).await?;
    assert!(
        done.contains("\noperated: 1 completion added; the last is due "),
        "{done}"
    );
    reach(world, customer, &missing, ResultStatus::Recorded).await?;
    let again = said(world, &choice).await?;
    assert!(again.ends_with("\nwithout a result  0\n"), "{again}");
    Ok(())
}

/// An unknown name gives an error of one line, and the command fails.
async fn unknown(world: &World) -> Result<(), Failed> {
    for (words, complaint) in [
        (
            ["show", "operated", "1"],
            "habitsync: operated has no result of enrolment 1; a webhook or a sweep may still bring it\n",
        ),
        (
            ["show", "nobody", "1"],
            "habitsync: there is no customer nobody on this stage\n",
        ),
    ] {
        let answer = habitsync(world, &words).await?;
        assert!(!answer.status.success());
        assert_eq!(String::from_utf8(answer.stderr)?, complaint);
    }
    Ok(())
}

/// What the command says, which must be fit to be read, and be all it says.
async fn said(world: &World, words: &[&str]) -> Result<String, Failed> {
    let answer = habitsync(world, words).await?;
    let (said, complaints) = (String::from_utf8(answer.stdout)?, String::from_utf8(answer.stderr)?);
    if !answer.status.success() || !complaints.is_empty() {
        return Err(format!("{words:?} failed: {complaints}").into());
    }
    let is_json = words.contains(&"json");
    let too_wide = said.lines().find(|line| !is_json && line.chars().count() > WIDTH);
    assert_eq!(too_wide, None, "wider than {WIDTH} columns");
    assert!(!said.lines().any(|line| line.ends_with(' ')), "{said}");
    Ok(said)
}

pub(crate) async fn habitsync(world: &World, words: &[&str]) -> Result<Output, Failed> {
    let mut command = Command::new(program());
    command
        .env_clear()
        .envs(aws_variables(world.stack.aws_address()))
        .env("HABITSYNC_VENDOR_HOSTS", "127.0.0.1,localhost")
        .env("HABITSYNC_PRIVATE_VENDORS", "allow")
        .env("COLUMNS", WIDTH.to_string())
        .args(["--stage", STAGE, "results"])
        .args(words);
    Ok(command.output().await?)
}

/// Built with the functions, by the build that this test comes from.
fn program() -> PathBuf {
    workspace::root().join("target/debug/habitsync")
}

/// Waits until the result is in this state; the watchdog is called more often than its schedule does.
async fn reach(world: &World, customer: &Customer, enrolment: &Enrolment, status: ResultStatus) -> Result<(), Failed> {
    until(&format!("a {status} result"), LONG_ENOUGH, async || {
        world.stack.invoke("watchdog", &json!({})).await?;
        let state = state_of(world, customer, enrolment).await?;
        Ok::<_, Failed>((state == Some(status)).then_some(()))
    })
    .await
}

async fn state_of(world: &World, customer: &Customer, enrolment: &Enrolment) -> Result<Option<ResultStatus>, Failed> {
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    let record = table.find_result(EnrolmentId(enrolment.id.try_into()?)).await?;
    Ok(record.map(|record| record.state.status()))
}
