//! `habitsync`: the operator's command. Wires the arguments to the commands; each command is a file or a folder of its own.

// `terminal::out` writes, and nothing else.
#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use clap::Parser;

mod arguments;
mod courses;
mod customer;
mod doctor;
mod error;
mod explain;
mod findings;
mod holds;
mod job_name;
mod link;
mod manual;
#[cfg(test)]
mod output_page;
mod plan;
mod rehearse;
mod results;
mod run;
mod runs;
mod scan;
mod stage;
mod status;
mod tenant;
mod terminal;

use arguments::{Arguments, Command, StageCommand};
use error::CommandError;
use stage::Stage;
use terminal::out;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // Every command's future is in it: on the heap, it need not be moved about.
    let code = match Box::pin(run(Arguments::parse())).await {
        Ok(code) => code,
        Err(failure) => {
            out::print_error(format!("habitsync: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    };
    match out::finish() {
        Ok(()) => code,
        Err(error) => {
            out::print_error(format!("habitsync: the answer could not be written: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, CommandError> {
    let command = match arguments.command {
        Command::Completions { shell } => {
            manual::completions(shell);
            return Ok(ExitCode::SUCCESS);
        }
        Command::Man { folder } => return manual::pages(&folder).map(|()| ExitCode::SUCCESS),
        Command::OnStage(command) => command,
    };
    let stage = Stage::connect(arguments.stage).await?;
    let done = match command {
        StageCommand::Status(asked) => return Box::pin(status::show(&stage, &asked)).await,
        StageCommand::Holds(command) => return holds::run(&stage, command).await,
        StageCommand::Scan(asked) => return scan::scan(&stage, &asked).await,
        StageCommand::Tenant(command) => tenant::run(&stage, command).await,
        StageCommand::Results(command) => results::run(&stage, command).await,
        StageCommand::Link(command) => Box::pin(link::run(&stage, command)).await,
        StageCommand::Runs(asked) => runs::list(&stage, &asked).await,
        StageCommand::Courses(asked) => courses::list(&stage, &asked).await,
        StageCommand::Doctor(asked) => return Box::pin(doctor::examine(&stage, &asked)).await,
        StageCommand::Rehearse(asked) => return Box::pin(rehearse::rehearse(&stage, &asked)).await,
        StageCommand::Plan(asked) => return plan::plan(&stage, &asked).await,
        StageCommand::Explain(asked) => return explain::explain(&stage, &asked).await,
        StageCommand::Run(asked) => return run::run(&stage, &asked).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}
