//! The product's story on a local stack: what happens to one company, each step checked against what the vendors hold.
//!
//! Nothing here calls a function: schedules start the syncs and a webhook brings the completion, as on AWS.

mod accounts;
mod beginning;
mod changes;
mod completion;
mod corrections;
mod courses;
mod day;
mod end;
mod expected;
mod first_load;
mod mails;
mod narrator;

use std::process::ExitCode;
use std::time::Duration;

use habitsync_local::{ExampleCustomer, LocalError, LocalStack};
use habitsync_simulator_tribal_habits::{NotThere, SendError};
use habitsync_workflows::ports::failure::ServiceFailure;

use narrator::Narrator;

/// How long a schedule may take to fire and its job to finish: a minute to wait, and a slow machine.
const FIRING: Duration = Duration::from_mins(4);

/// How long a completion may take to be recorded. It takes a second; the limit is for a slow machine.
const RECORDING: Duration = Duration::from_mins(1);

/// Where the story is set: what its steps look at and change.
struct Scene {
    stack: LocalStack,
    customer: ExampleCustomer,
}

/// The scene, and the narrator of the story.
struct Story {
    scene: Scene,
    narrator: Narrator,
}

/// Why the story does not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Local(#[from] LocalError),
    #[error("not as it should be: {0}")]
    Wrong(String),
    #[error("the simulated portal cannot send its webhook")]
    Webhook(#[from] SendError),
    #[error(transparent)]
    Completion(#[from] NotThere),
    #[error("the table cannot be read")]
    Table(#[from] ServiceFailure),
}

/// What a step comes to: a sentence for the audience.
type Told = Result<String, DemoError>;

/// Plays every chapter; succeeds only if each of their steps held.
pub(crate) async fn play() -> Result<ExitCode, DemoError> {
    let mut story = beginning::play().await?;
    let outcome = Box::pin(play_chapters(&mut story)).await;
    let Scene { stack, .. } = story.scene;
    if outcome.is_err() {
        narrator::say(&format!("What the functions logged: {}", stack.log_folder().display()));
    }
    stack.stop().await;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn play_chapters(story: &mut Story) -> Result<(), DemoError> {
    first_load::play(story).await?;
    courses::play(story).await?;
    completion::play(story).await?;
    let day = changes::play(story).await?;
    mails::play(story, &day).await?;
    corrections::play(story, &day).await?;
    end::play(story).await
}

impl Story {
    /// Does a step; on a terminal, the narrator shows what the step waits for, and at its end the result.
    async fn step(&mut self, waiting_for: &str, work: impl AsyncFnOnce(&Scene) -> Told) -> Result<(), DemoError> {
        self.narrator.waits(waiting_for);
        match work(&self.scene).await {
            Ok(text) => {
                self.narrator.done(&text);
                Ok(())
            }
            Err(error) => {
                self.narrator.failed(waiting_for);
                Err(error)
            }
        }
    }
}

/// Returns an error unless the condition holds.
fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), DemoError> {
    if holds {
        Ok(())
    } else {
        Err(DemoError::Wrong(otherwise()))
    }
}

/// Returns an error that names the first few findings, if there are any.
fn ensure_none(wrong: &[String]) -> Result<(), DemoError> {
    const NAMED: usize = 3;
    let named = || wrong.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    ensure(wrong.is_empty(), || format!("{} in all: {}", wrong.len(), named()))
}

/// Looks until there is something to see, at most for `limit`.
async fn until<T>(
    what: &str,
    limit: Duration,
    look: impl AsyncFnMut() -> Result<Option<T>, DemoError>,
) -> Result<T, DemoError> {
    habitsync_local::wait::until(what, limit, look).await
}
