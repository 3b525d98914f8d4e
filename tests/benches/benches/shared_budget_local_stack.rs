//! One customer's jobs side by side for ten minutes on the local stack: the real functions share a budget in the table, and
//! the simulated portal refuses everything for a minute past 300 requests a minute. Takes a quarter of an hour.

use std::fmt;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use habitsync_benches::{BudgetUsage, Sent};
use habitsync_fixtures::Blueprint;
use habitsync_local::customer::{Example, ExampleCustomer, today};
use habitsync_local::{LocalError, LocalStack, Options};
use habitsync_simulator_harness::{Entry, Method};
use habitsync_simulator_tribal_habits::PortalHandle;
use jiff::Timestamp;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// What the customer's configuration says.
const PER_MINUTE: u32 = 240;
/// What the portal answers, as the real one does.
const ANSWERED: u32 = 300;
/// How long all jobs run side by side.
const LASTING: Duration = Duration::from_mins(10);
/// More people than the budget has requests within that time: the user sync never runs out of work.
const PEOPLE: usize = 3_500;
/// How long the first write of the user sync may take to come; it reads everything before.
const PREPARING: Duration = Duration::from_mins(3);
/// Between two calls of a job that is called again and again.
const AGAIN: Duration = Duration::from_secs(2);
/// Between two completions.
const COMPLETIONS: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    let tell = |done: &str| eprintln!("{done}");
    match measured(tell).await {
        Ok(usage) => {
            print!("{usage}");
            ExitCode::from(u8::from(!usage.is_as_promised()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn measured(tell: impl Fn(&str)) -> Result<BudgetUsage, LocalError> {
    let stack = LocalStack::start_observed(Options::for_tests("shared-budget"), &tell).await?;
    let stack = Arc::new(stack);
    let customer = stack.add_customer(example()).await?;
    let calls = ["user-sync", "course-sync", "result-sweep"].map(|function| Arc::new(Calls::of(function)));
    let [user_sync, course_sync, sweep] = &calls;
    // Completions need courses, which are there in everyday life.
    course_sync.make(&stack).await?;
    let mut running = JoinSet::new();
    running.spawn(again_and_again(stack.clone(), user_sync.clone()));
    let began = first_write(&customer).await?;
    tell("the user sync writes; ten minutes from now");
    running.spawn(again_and_again(stack.clone(), course_sync.clone()));
    running.spawn(again_and_again(stack.clone(), sweep.clone()));
    running.spawn(completions(customer.tribal_habits.handle(), topics(&customer)));
    sleep(LASTING).await;
    let usage = usage(&customer, began);
    running.shutdown().await;
    for calls in &calls {
        tell(&calls.to_string());
    }
    tell(&format!(
        "{} results are recorded, {} are queued, {} have failed for good",
        customer.employee_connect.results().len(),
        stack.queued_results().await?,
        stack.dead_letters().await?
    ));
    Ok(usage)
}

fn example() -> Example {
    Example {
        blueprint: Blueprint::seeded(1).today(today()).people(PEOPLE).clean(),
        requests_per_minute: PER_MINUTE,
        portal_answers_per_minute: ANSWERED,
        read_back: true,
        ..Example::named("acme")
    }
}

/// The calls of a function, and how they went.
struct Calls {
    function: &'static str,
    made: AtomicUsize,
    failed: AtomicUsize,
    first_failure: OnceLock<String>,
}

impl Calls {
    fn of(function: &'static str) -> Self {
        Self {
            function,
            made: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            first_failure: OnceLock::new(),
        }
    }

    async fn make(&self, stack: &LocalStack) -> Result<(), LocalError> {
        self.made.fetch_add(1, Ordering::Relaxed);
        let answer = stack.invoke(self.function, &json!({ "tenant": "acme" })).await?;
        if answer.get("errorType").is_some() {
            self.failed.fetch_add(1, Ordering::Relaxed);
            self.first_failure.get_or_init(|| answer["errorMessage"].to_string());
        }
        Ok(())
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (made, failed) = (self.made.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
        write!(f, "{}: {made} calls, {failed} failed", self.function)?;
        self.first_failure
            .get()
            .map_or(Ok(()), |why| write!(f, ", the first with {why}"))
    }
}

/// Calls a job until it is stopped.
async fn again_and_again(stack: Arc<LocalStack>, calls: Arc<Calls>) {
    loop {
        if let Err(error) = calls.make(&stack).await {
            eprintln!("{}: {error}", calls.function);
        }
        sleep(AGAIN).await;
    }
}

/// Waits for the user sync to have read everything and begun to write.
async fn first_write(customer: &ExampleCustomer) -> Result<Timestamp, LocalError> {
    let is_first = |entry: &&Entry| entry.is(&Method::POST, "/users");
    habitsync_local::wait::until("the first account", PREPARING, async || {
        let entries = customer.tribal_habits.journal().entries();
        Ok(entries.iter().find(is_first).map(|entry| entry.at))
    })
    .await
}

fn topics(customer: &ExampleCustomer) -> Vec<u64> {
    customer.company.qualifying_topics().map(|topic| topic.id).collect()
}

/// Users complete topics every few seconds, and the portal announces each completion.
async fn completions(portal: PortalHandle, topics: Vec<u64>) {
    for round in 0.. {
        let (users, now) = (portal.users(), portal.clock().now());
        // Not the administrator and the trainer, who were there before.
        let learner = users.iter().skip(2).nth(round / topics.len());
        if let Some(learner) = learner
            && let Ok(enrolment) = portal.complete(&learner.user_name, topics[round % topics.len()], now)
            && let Err(error) = portal.announce(&enrolment).await
        {
            eprintln!("a webhook: {error}");
        }
        sleep(COMPLETIONS).await;
    }
}

/// What the portal received since the beginning.
fn usage(customer: &ExampleCustomer, began: Timestamp) -> BudgetUsage {
    let entries = customer.tribal_habits.journal().matching(|entry| entry.at >= began);
    let sent = entries.iter().map(|entry| Sent {
        after: Duration::try_from(entry.at.duration_since(began)).unwrap_or_default(),
        by: job(entry),
        refused: entry.rate_limited,
    });
    BudgetUsage {
        per_minute: PER_MINUTE,
        lasting: LASTING,
        sent: sent.filter(|sent| sent.after < LASTING).collect(),
    }
}

/// The job that sends such a request; each reads and writes something of its own.
fn job(entry: &Entry) -> &'static str {
    match entry.route.as_str() {
        "/topics" => "course sync",
        "/enrolments" => "sweep",
        "/enrolments/{id}" => "read-back",
        _ => "user sync",
    }
}
