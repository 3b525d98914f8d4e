//! `local-stack`: puts the local stack up and leaves it running, or checks the templates.

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod demo;
mod lint;
mod signals;
mod stay;

/// The real templates and the real functions on this machine, without Docker or an AWS account.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Plays the product's story and checks every step of it.
    Demo,
    /// Puts the stack up, prints every address, and leaves it running until Ctrl-C.
    Stack,
    /// Checks the templates with cfn-lint and `sam validate --lint`.
    Lint,
}

fn main() -> ExitCode {
    let task = Arguments::parse().command;
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = run(task) => outcome,
            signal = signals::end_requested() => Ok(ExitCode::from(signal)),
        }
    });
    // Work that still waits on a blocking thread needs no waiting: it ends with this process.
    runtime.shutdown_background();
    outcome.unwrap_or_else(|error| failed(error.as_ref()))
}

async fn run(task: Task) -> Result<ExitCode, Box<dyn Error>> {
    Ok(match task {
        Task::Demo => demo::play().await?,
        Task::Stack => stay::up().await?,
        Task::Lint => lint::templates()?,
    })
}

/// Prints an error with its causes.
fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("\n{error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
