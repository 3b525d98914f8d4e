//! `habitsync`: the operator's command. Wires the arguments to the commands; each command is a file of its own.

use std::process::ExitCode;

use clap::Parser;

mod arguments;
mod failure;
mod findings;
mod holds;
mod hris;
mod jobs;
mod results;
mod secrets;
mod stage;
mod tenants;
mod terminal;

use arguments::{Arguments, Command, SecretsCommand, TenantCommand};
use failure::Failure;
use stage::Stage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("habitsync: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let stage = Stage::connect(arguments.stage, arguments.vendors).await?;
    let done = match arguments.command {
        Command::Holds(command) => return holds::run(&stage, command).await,
        Command::Tenant(TenantCommand::Apply(asked)) => tenants::apply(&stage, &asked).await,
        Command::Tenant(TenantCommand::Show { tenant }) => tenants::show(&stage, &tenant).await,
        Command::Tenant(TenantCommand::Secrets(SecretsCommand::Set { tenant, kind, file })) => {
            secrets::set(&stage, &tenant, kind, &file).await
        }
        Command::Results(command) => results::run(&stage, command).await,
        Command::Run { tenant, job } => jobs::run(&stage, &tenant, job).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}
