//! A storm of one customer's completions on the local stack: each announced up to five times or not at all, while
//! EmployeeConnect fails every fifth call and the pusher is killed. Each must end as one result. Takes some minutes.
//! The number of completions may be given as an argument; with `late` every tenth employee and every tenth course is
//! linked only after all completions were announced, and their completions must have waited.

mod faults;
mod late;
mod places;
mod weather;

use std::process::ExitCode;
use std::time::Duration;

use habitsync_benches::Storm;
use habitsync_fixtures::Blueprint;
use habitsync_local::customer::{Example, today};
use habitsync_local::{LocalStack, Options};
use serde_json::json;

use late::Late;
use places::Places;
use weather::Weather;

/// Completions, unless asked otherwise.
const COMPLETIONS: usize = 1_000;
/// People who complete them, on many topics.
const PEOPLE: usize = 200;
/// Decides everything that is left to chance.
const SEED: u64 = 1_000;
/// Rungs that end in minutes.
const LADDER: &str = "5s,5s,10s,10s,20s,20s,30s,30s,30s,30s";
/// How long everything may take.
const SETTLED: Duration = Duration::from_mins(25);
/// Where results are recorded.
const ROUTE: &str = "/courses/{courseId}/results";
/// The customer's time zone.
const TIME_ZONE: &str = "Australia/Sydney";

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    // Cargo adds arguments of its own.
    let asked: Vec<_> = std::env::args().collect();
    let completions = asked.iter().find_map(|argument| argument.parse().ok());
    let has_late = asked.iter().any(|argument| argument == "late");
    match Box::pin(measured(completions.unwrap_or(COMPLETIONS), has_late)).await {
        Ok(storm) => {
            print!("{storm}");
            ExitCode::from(u8::from(!storm.is_as_promised()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn measured(completions: usize, has_late: bool) -> Result<Storm, Failure> {
    let options = Options {
        retry_ladder: Some(LADDER.to_owned()),
        ..Options::for_tests("results-storm")
    };
    let stack = LocalStack::start_observed(options, |done| eprintln!("{done}")).await?;
    let customer = stack.add_customer(example()).await?;
    for function in ["user-sync", "course-sync", "result-sweep"] {
        call(&stack, function).await?;
    }
    let places = Places::of(&customer)?;
    let late = if has_late {
        Late::beside(&customer, places.people(), &places::courses(&customer))?
    } else {
        Late::default()
    };
    let weather = Weather::over(&stack, &customer, &places.with(&late), completions)?;
    let storm = weather.rage(has_late.then_some(&late)).await?;
    stack.stop().await;
    Ok(storm)
}

fn example() -> Example {
    Example {
        blueprint: Blueprint::seeded(1).today(today()).people(PEOPLE).topics(40).clean(),
        time_zone: TIME_ZONE.to_owned(),
        ..Example::named("acme")
    }
}

async fn call(stack: &LocalStack, function: &str) -> Result<(), Failure> {
    let answer = stack.invoke(function, &json!({ "tenant": "acme" })).await?;
    if answer.get("errorType").is_some() {
        return Err(format!("{function} failed: {answer}").into());
    }
    Ok(())
}
