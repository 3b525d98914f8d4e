//! One customer's EmployeeConnect hangs: the others' results are recorded meanwhile, its own wait without using an attempt, and
//! all of them are recorded, once, when it answers again.

use std::collections::BTreeSet;
use std::time::Duration;

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::result::{ParkedOn, ResultState};
use habitsync_local::wait::until;
use habitsync_simulator_harness::{Armed, Fault, Method, Rule};
use habitsync_simulator_tribal_habits::Enrolment;
use habitsync_workflows::ports::breaker::KeepBreaker as _;
use habitsync_workflows::ports::results::FindResult as _;
use libtest_mimic::Failed;
use serde_json::json;

use crate::World;
use crate::customer::Customer;

const ROUTE: &str = "/courses/{courseId}/results";
/// An answer that comes too late for any caller.
const HANGS: Fault = Fault::Slow { milliseconds: 600_000 };
/// Enough unanswered calls to open the breaker, from any caller.
const MET_WITH_SILENCE: usize = 4;
/// Completions announced once the breaker is open.
const HELD_BACK: usize = 4;
/// The breaker's first wait is a minute, and the ladder's first rung another.
const SOON: Duration = Duration::from_mins(6);

pub(crate) async fn one_customers_hanging_employee_connect_delays_nobody_else_and_loses_nothing(
    world: World,
) -> Result<(), Failed> {
    let world = world.apart("hanging").await?;
    let (hanging, other) = (world.customer("hanging").await?, world.customer("answering").await?);
    hanging.sync().await?;
    other.sync().await?;
    let hangs = hang(&hanging);
    let mut told = complete(&hanging, MET_WITH_SILENCE).await?;
    let struck = async || Ok::<_, Failed>(hangs.iter().any(|armed| armed.struck() > 0).then_some(()));
    until("the first call that is not answered", SOON, struck).await?;
    let (theirs, _) = other.complete(other.ready_topics()[0], "2026-03-01T20:30:00Z")?;
    assert_eq!(other.portal().announce(&theirs).await?, 202);
    let recorded = async || Ok::<_, Failed>(other.results().first().map(drop));
    until("the other customer's result", SOON, recorded).await?;
    let opened = async || Ok::<_, Failed>(is_open(&world, &hanging).await?.then_some(()));
    until("the breaker to open", SOON, opened).await?;
    let held_back = complete(&hanging, HELD_BACK).await?;
    for enrolment in &held_back {
        let parked = async || Ok::<_, Failed>(parked_attempts(&world, &hanging, enrolment).await?);
        let attempts = until("a result to be held back", SOON, parked).await?;
        assert_eq!(attempts, 0, "it waits without an attempt");
    }
    hangs.iter().for_each(Armed::disarm);
    told.extend(held_back);
    all_recorded(&world, &hanging, &told).await?;
    assert!(!is_open(&world, &hanging).await?);
    assert_eq!(world.stack.dead_letters().await?, 0);
    Ok(())
}

/// EmployeeConnect answers neither writes of results nor look-ups.
fn hang(customer: &Customer) -> [Armed; 2] {
    [Method::POST, Method::GET].map(|method| {
        let rule = Rule::new(HANGS).on(&method, ROUTE).times(u32::MAX);
        customer.hris().arm(rule)
    })
}

/// Announces this many completions at once.
async fn complete(customer: &Customer, completions: usize) -> Result<Vec<Enrolment>, Failed> {
    let mut told = Vec::new();
    for number in 0..completions {
        let topics = customer.ready_topics();
        let (enrolment, _) = customer.complete(topics[number % topics.len()], "2026-03-01T20:30:00Z")?;
        assert_eq!(customer.portal().announce(&enrolment).await?, 202);
        told.push(enrolment);
    }
    Ok(told)
}

async fn is_open(world: &World, customer: &Customer) -> Result<bool, Failed> {
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    Ok(table.load_breaker().await?.breaker.is_open())
}

/// The attempts of a result that waits for EmployeeConnect to answer; none where it does not wait for that.
async fn parked_attempts(world: &World, customer: &Customer, enrolment: &Enrolment) -> Result<Option<u32>, Failed> {
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    let record = table.find_result(EnrolmentId(enrolment.id.try_into()?)).await?;
    Ok(record.and_then(|record| match record.state {
        ResultState::Parked {
            on: ParkedOn::EmployeeConnect,
            ..
        } => Some(record.attempts),
        _ => None,
    }))
}

/// Calls the watchdog until the table says that all of these are recorded; they are there once, and nothing else is.
async fn all_recorded(world: &World, customer: &Customer, told: &[Enrolment]) -> Result<(), Failed> {
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    for enrolment in told {
        let enrolment = EnrolmentId(enrolment.id.try_into()?);
        until("the table to call it recorded", SOON, async || {
            world.stack.invoke("watchdog", &json!({})).await?;
            let record = table.find_result(enrolment).await?;
            let is_recorded = record.is_some_and(|record| matches!(record.state, ResultState::Recorded { .. }));
            Ok::<_, Failed>(is_recorded.then_some(()))
        })
        .await?;
    }
    let results = customer.results();
    let found: BTreeSet<_> = results.iter().map(|result| result.external_id.clone()).collect();
    let expected: BTreeSet<_> = told.iter().map(|told| format!("th-enrolment-{}", told.id)).collect();
    assert_eq!((results.len(), found), (told.len(), expected));
    Ok(())
}
