//! Before the story: the stack is put up and the customer set up.

use habitsync_local::customer::{Example, Schedules};
use habitsync_local::{LocalStack, Options};

use super::narrator::Narrator;
use super::{DemoError, Scene, Story};

/// Every minute: what a customer has every hour, for an audience.
const EVERY_MINUTE: &str = "cron(* * * * ? *)";

pub(super) async fn play() -> Result<Story, DemoError> {
    let mut narrator = Narrator::new();
    narrator.chapter(
        "The stage",
        "The real templates and functions, on an AWS emulator; both vendors simulated, over HTTP.",
    );
    let stack = LocalStack::start_observed(Options::for_people("demo"), |step| narrator.done(step)).await?;
    let customer = stack.add_customer(example()).await?;
    let company = &customer.company.name;
    narrator.done(&format!(
        "{company} is a customer; its syncs run on schedules, every minute"
    ));
    Ok(Story {
        scene: Scene { stack, customer },
        narrator,
    })
}

/// A company whose records are in order at first: the story adds its problems step by step.
fn example() -> Example {
    let example = Example::named("acme");
    let every_minute = Some(EVERY_MINUTE.to_owned());
    let schedules = Schedules {
        users: every_minute.clone(),
        courses: every_minute,
        results_sweep: None,
    };
    Example {
        blueprint: example.blueprint.clone().clean(),
        schedules,
        ..example
    }
}
