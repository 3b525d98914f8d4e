//! A storm of completions: each announced several times, out of order or not at all, while EmployeeConnect fails and
//! the pusher is killed. Each ends as one result.

pub(crate) mod late;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use habitsync_local::{LocalStack, Options};
use habitsync_simulator_harness::{Armed, Call, Fault, Method, Moment, Rule};
use habitsync_simulator_tribal_habits::Enrolment;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use libtest_mimic::Failed;
use serde_json::json;

use crate::World;
use crate::customer::Customer;
use crate::wait::until;

const COMPLETIONS: usize = 60;
/// The pusher is killed once so many results are there.
const KILLED_AFTER: usize = 20;
const ROUTE: &str = "/courses/{courseId}/results";
/// What fails is due again at once.
const LADDER: &str = "1s,1s,1s,1s,1s,1s,1s,1s";

/// Long enough for an EmployeeConnect that is left alone, and probed in vain.
const SETTLED: Duration = Duration::from_mins(6);

/// The employee, the course and the day of a result.
type Place = (String, String, String);

pub(crate) async fn every_completion_of_a_storm_is_one_result_where_it_belongs(world: World) -> Result<(), Failed> {
    let world = stormy(&world, "storm").await?;
    let customer = world.customer("storm").await?;
    customer.sync().await?;
    customer.run("result-sweep").await?;
    let places = completions(&customer)?;
    let failing = every_fifth_fails(&customer);
    let (told, killed) = tokio::join!(tell(&customer, &places), kill(&world, &customer));
    told?;
    killed?;
    customer.run("result-sweep").await?;
    settled(&world, &customer, COMPLETIONS).await?;
    let expected: BTreeMap<_, _> = places
        .into_iter()
        .map(|(enrolment, place)| (format!("th-enrolment-{}", enrolment.id), place))
        .collect();
    assert_each_is_there_once(&customer, &expected);
    assert!(failing.iter().all(|armed| armed.struck() > 0), "{failing:?}");
    assert_eq!(world.stack.dead_letters().await?, 0);
    Ok(())
}

/// Returns a stack of its own, whose pusher no other test needs and whose retries wait for seconds instead of hours.
async fn stormy(world: &World, name: &str) -> Result<World, Failed> {
    let options = Options {
        retry_ladder: Some(LADDER.to_owned()),
        ..Options::for_tests(&format!("e2e-{name}"))
    };
    Ok(World {
        stack: Arc::new(LocalStack::start(options).await?),
        ..world.clone()
    })
}

/// All users complete topics, a few hours apart, and one in twenty just now; by enrolment, with where it belongs.
fn completions(customer: &Customer) -> Result<Vec<(Enrolment, Place)>, Failed> {
    let users = customer.active_users().into_iter();
    let people: Vec<_> = users
        .filter_map(|user| Some((customer.employee_of(&user)?, user.user_name)))
        .collect();
    let (topics, zone) = (customer.ready_topics(), TimeZone::get("Australia/Sydney")?);
    (0..COMPLETIONS)
        .map(|number| {
            let (employee, user) = &people[number % people.len()];
            let topic = topics[number % topics.len()];
            let hours = if is_told(number) { 7 * number } else { 0 };
            let at = customer.portal().clock().now() - SignedDuration::from_hours(i64::try_from(hours)?);
            let course = customer.course_of(topic).ok_or("no course")?.course_id;
            let enrolment = customer.portal().complete(user, topic, at)?;
            Ok((enrolment, (employee.clone(), course, day(at, &zone))))
        })
        .collect()
}

fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).date().to_string()
}

/// Returns whether a webhook announces this one; the sweep finds the others.
fn is_told(number: usize) -> bool {
    number % 20 != 7
}

/// Announces them three times on average, in random order.
async fn tell(customer: &Customer, completions: &[(Enrolment, Place)]) -> Result<(), Failed> {
    let told: Vec<_> = completions
        .iter()
        .enumerate()
        .filter(|(number, _)| is_told(*number))
        .collect();
    for round in 0..5 {
        // Each is announced one to five times, and each round begins somewhere else and runs backwards.
        let (before, after) = told.split_at(told.len() * round / 5);
        for (number, (enrolment, _)) in before.iter().rev().chain(after.iter().rev()) {
            if number % 5 >= round {
                assert_eq!(customer.portal().announce(enrolment).await?, 202);
            }
        }
    }
    Ok(())
}

/// Every fifth answer to a result is none or an error, before it is recorded and after; never do three silences follow each
/// other without an answer between them.
fn every_fifth_fails(customer: &Customer) -> [Armed; 8] {
    let error = |moment| Fault::ServerError { status: 500, moment };
    let dropped = |moment| Fault::DroppedConnection { moment };
    let busy = || Fault::TooManyRequests { retry_after: Some(1) };
    let faults = [
        error(Moment::BeforeEffect),
        busy(),
        error(Moment::AfterEffect),
        busy(),
        dropped(Moment::BeforeEffect),
        busy(),
        dropped(Moment::AfterEffect),
        busy(),
    ];
    let (mut turn, writes, all) = (0, Arc::new(AtomicUsize::new(0)), 5 * faults.len());
    faults.map(|fault| {
        turn += 5;
        let (mine, writes) = (turn % all, writes.clone());
        // The first to be asked about a write counts it.
        let counted = usize::from(turn == 5);
        let strikes = move |call: &Call| {
            call.is(&Method::POST, ROUTE) && (writes.fetch_add(counted, Ordering::Relaxed) + counted) % all == mine
        };
        customer.hris().arm(Rule::new(fault).matching(strikes).times(u32::MAX))
    })
}

/// Kills the pusher in the middle of it.
async fn kill(world: &World, customer: &Customer) -> Result<(), Failed> {
    until("some of the results", || {
        (customer.results().len() >= KILLED_AFTER).then_some(())
    })
    .await?;
    let killed = world.stack.crash("result-pusher").await?;
    assert!(killed > 0, "there was one to kill");
    Ok(())
}

/// Waits for as many results as completions, and calls the watchdog more often than its schedule does.
async fn settled(world: &World, customer: &Customer, completions: usize) -> Result<(), Failed> {
    habitsync_local::wait::until("a result of each completion", SETTLED, async || {
        world.stack.invoke("watchdog", &json!({})).await?;
        Ok((customer.results().len() >= completions).then_some(()))
    })
    .await
}

/// No result is missing, misplaced, without an employee or recorded twice.
fn assert_each_is_there_once(customer: &Customer, expected: &BTreeMap<String, Place>) {
    let found = customer.results().into_iter().map(|result| {
        let day = result.completed_on.to_string();
        (result.external_id, (result.employee_id, result.course_id, day))
    });
    let found: Vec<_> = found.collect();
    assert_eq!(found.len(), expected.len(), "one each");
    assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), *expected);
}
