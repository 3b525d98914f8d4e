//! The operator's overview, with the real command: every customer at a glance, one in full, a run that is waited for, and long
//! work that is stopped.

use std::process::Stdio;

use habitsync_domain::results::choice::ResultStatus;
use habitsync_local::customer::today;
use habitsync_simulator_harness::{Fault, Method, Rule};
use habitsync_workflows::ports::result_list::ListResults as _;
use jiff::SignedDuration;
use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::World;
use crate::customer::{Customer, Said};
use crate::users::at_work;
use crate::wait::until_answered;

/// As wide as terminals are.
const WIDTH: usize = 100;

/// As many completions as take a program a few seconds to add.
const COMPLETIONS: usize = 300;

pub(crate) async fn every_customer_is_on_one_screen_and_one_of_them_in_full(world: World) -> Result<(), Failed> {
    let customer = world.customer("overseen").await?;
    customer.sync().await?;
    let well = customer.habitsync(&["status", "overseen"]).await?;
    assert_eq!(well.code, 0, "{well:?}");
    is_fit_to_read(&well);
    assert!(well.out.contains("last run") && well.out.contains(": well"), "{well:?}");
    eight_leave(&customer)?;
    customer.run("user-sync").await?;
    let held = customer.habitsync(&["status", "overseen"]).await?;
    is_fit_to_read(&held);
    assert!(held.out.contains("habitsync holds list overseen"), "{held:?}");
    let full = customer.habitsync(&["status", "overseen", "--output", "json"]).await?;
    assert_eq!((held.code, full.code), (3, 3));
    let full = full.json()?;
    let said = (&full["health"], &full["held"]["people"], &full["version"]);
    assert_eq!(said, (&json!("held"), &json!(8), &json!(1)), "{full}");
    let fleet = customer.habitsync(&["status"]).await?;
    assert_eq!(fleet.code, 3, "{fleet:?}");
    is_fit_to_read(&fleet);
    let unwell = customer
        .habitsync(&["status", "--unwell", "--output", "json"])
        .await?
        .json()?;
    let overseen = of(&unwell["customers"], "overseen").ok_or("not listed")?;
    assert_eq!(overseen["held"]["people"], 8, "{overseen}");
    let csv = customer.habitsync(&["status", "--output", "csv"]).await?;
    assert!(csv.out.lines().any(|line| line.starts_with("overseen,")), "{csv:?}");
    let tenants = customer.habitsync(&["tenant", "list", "--output", "json"]).await?;
    let listed = tenants.json()?;
    let listed = of(&listed["tenants"], "overseen").ok_or("not listed")?;
    assert_eq!((&listed["status"], &listed["version"]), (&json!("live"), &json!(1)));
    is_fit_to_read(&customer.habitsync(&["tenant", "list"]).await?);
    let nobody = customer.habitsync(&["status", "nobody-at-all"]).await?;
    assert!(
        nobody.code == 1 && nobody.err.contains("no customer nobody-at-all"),
        "{nobody:?}"
    );
    Ok(())
}

pub(crate) async fn a_run_that_is_waited_for_says_what_it_did_and_exits_as_it_ended(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("awaited").await?;
    let wait = ["run", "awaited", "users", "--wait"];
    let well = customer.habitsync(&wait).await?;
    assert_eq!(well.code, 0, "{well:?}");
    assert!(
        well.out.contains("user-sync") && well.out.contains("created"),
        "{well:?}"
    );
    is_fit_to_read(&well);
    let refusal = customer
        .portal()
        .arm(Rule::new(Fault::ExpiredToken).on(&Method::GET, "/users").times(20));
    customer.next_day().await?;
    let failed = customer
        .habitsync(&[wait.as_slice(), &["--output", "json"]].concat())
        .await?;
    assert_eq!((failed.code, failed.err.as_str()), (1, ""), "{failed:?}");
    assert_eq!(failed.json()?["runs"][0]["state"]["state"], "failed");
    refusal.disarm();
    eight_leave(&customer)?;
    let held = customer.habitsync(&wait).await?;
    assert!(held.code == 3 && held.out.contains("held 8"), "{held:?}");
    let paused = customer.habitsync(&["tenant", "pause", "awaited", "--yes"]).await?;
    assert_eq!(paused.code, 0, "{paused:?}");
    let nothing = customer.habitsync(&wait).await?;
    assert!(
        nothing.code == 1 && nothing.err.contains("awaited is paused: nothing to run"),
        "{nothing:?}"
    );
    Ok(())
}

pub(crate) async fn a_backfill_that_is_stopped_says_how_far_it_came_and_goes_on_there(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("halfway").await?;
    customer.sync().await?;
    complete_many(&customer)?;
    let from = (customer.portal().clock().now() - SignedDuration::from_hours(24 * 30)).to_string();
    let backfill = ["results", "backfill", "halfway", "--from", &from, "--yes"];
    let mut command = customer.habitsync_command(&backfill);
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let process = running.id().ok_or("it has ended")?.to_string();
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    until_answered("some that are added", async || {
        let waiting = table.list_results(Some(ResultStatus::Waiting)).await?;
        Ok((waiting.records.len() > 10).then_some(()))
    })
    .await?;
    let interrupted = tokio::process::Command::new("kill")
        .args(["-INT", &process])
        .status()
        .await?;
    assert!(interrupted.success());
    let stopped = Said::of(running.wait_with_output().await?)?;
    assert_eq!(stopped.code, 1, "{stopped:?}");
    let (added, left) = how_far(&stopped.err).ok_or_else(|| format!("it was not stopped half-way: {stopped:?}"))?;
    assert_eq!(added + left, COMPLETIONS, "{stopped:?}");
    assert!(left > 0, "{stopped:?}");
    let rest = customer
        .habitsync(&[backfill.as_slice(), &["--output", "json"]].concat())
        .await?;
    let json = rest.json()?;
    assert_eq!(
        (rest.code, &json["added"], &json["left"]),
        (0, &json!(left), &json!(0)),
        "{rest:?}"
    );
    Ok(())
}

/// `habitsync: stopped: 21 added, 279 left; the same command continues from there`.
fn how_far(complaint: &str) -> Option<(usize, usize)> {
    let line = complaint
        .lines()
        .find_map(|line| line.strip_prefix("habitsync: stopped: "))?;
    let (added, rest) = line.split_once(" added, ")?;
    let (left, _) = rest.split_once(" left; the same command goes on from there")?;
    Some((added.parse().ok()?, left.parse().ok()?))
}

/// Last month, before the customer's beginning.
fn complete_many(customer: &Customer) -> Result<(), Failed> {
    let now = customer.portal().clock().now();
    let topics = customer.ready_topics();
    let users = customer.active_users();
    let pairs = users
        .iter()
        .flat_map(|user| topics.iter().map(move |topic| (user, *topic)));
    for (hours, (user, topic)) in (24..).zip(pairs.cycle().take(COMPLETIONS)) {
        let completed_at = now - SignedDuration::from_hours(hours);
        customer.portal().complete(&user.user_name, topic, completed_at)?;
    }
    Ok(())
}

fn eight_leave(customer: &Customer) -> Result<(), Failed> {
    let leavers = at_work(customer);
    for id in leavers.get(..8).ok_or("too few people")? {
        customer.hris().terminate(id, today().yesterday()?);
    }
    Ok(())
}

fn of<'a>(customers: &'a Value, tenant: &str) -> Option<&'a Value> {
    customers
        .as_array()?
        .iter()
        .find(|customer| customer["tenant"] == tenant)
}

fn is_fit_to_read(said: &Said) {
    let too_wide = said.out.lines().find(|line| line.chars().count() > WIDTH);
    assert_eq!(too_wide, None, "wider than {WIDTH} columns");
    assert!(!said.out.lines().any(|line| line.ends_with(' ')), "{}", said.out);
}
