//! `habitsync`: the operator's command. Wires the arguments to the commands; each command is a file of its own.

use std::process::ExitCode;

use clap::Parser;

mod arguments;
mod failure;
mod findings;
mod hris;
mod jobs;
mod results;
mod secrets;
mod stage;
mod tenants;

use arguments::{Arguments, Command, SecretsCommand, TenantCommand};
use failure::Failure;
use stage::Stage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("habitsync: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let stage = Stage::connect(arguments.stage, arguments.vendors).await?;
    match arguments.command {
        Command::Tenant(TenantCommand::Apply { file }) => tenants::apply(&stage, &file).await,
        Command::Tenant(TenantCommand::Show { tenant }) => tenants::show(&stage, &tenant).await,
        Command::Tenant(TenantCommand::Secrets(SecretsCommand::Set { tenant, kind, file })) => {
            secrets::set(&stage, &tenant, kind, &file).await
        }
        Command::Results(command) => results::run(&stage, command).await,
        Command::Run { tenant, job } => jobs::run(&stage, &tenant, job).await,
    }
}
