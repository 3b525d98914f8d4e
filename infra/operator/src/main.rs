//! `habitsync`: the operator's command. Wires the arguments to the commands; each command is a file of its own.

use std::process::ExitCode;

use clap::Parser;

mod answer;
mod arguments;
mod courses;
mod failure;
mod findings;
mod history;
mod holds;
mod hris;
mod init;
mod jobs;
mod links;
mod manual;
mod pause;
mod results;
mod rollback;
mod rotation;
mod runs;
mod secrets;
mod stage;
mod tenants;
mod terminal;

use arguments::{Arguments, Command, LinkCommand, SecretsCommand, StageCommand, TenantCommand};
use failure::Failure;
use stage::Stage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("habitsync: {failure}");
            ExitCode::from(failure.trouble().reaction().exit_code)
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let command = match arguments.command {
        Command::Completions { shell } => {
            manual::completions(shell);
            return Ok(ExitCode::SUCCESS);
        }
        Command::Man { folder } => return manual::pages(&folder).map(|()| ExitCode::SUCCESS),
        Command::OnStage(command) => command,
    };
    let stage = Stage::connect(arguments.place).await?;
    let done = match command {
        StageCommand::Holds(command) => return holds::run(&stage, command).await,
        StageCommand::Tenant(TenantCommand::Init(asked)) => init::init(&asked),
        StageCommand::Tenant(TenantCommand::Apply(asked)) => tenants::apply(&stage, &asked).await,
        StageCommand::Tenant(TenantCommand::Show { tenant }) => tenants::show(&stage, &tenant).await,
        StageCommand::Tenant(TenantCommand::History(asked)) => history::show(&stage, &asked).await,
        StageCommand::Tenant(TenantCommand::Pause { tenant }) => pause::pause(&stage, &tenant).await,
        StageCommand::Tenant(TenantCommand::Resume { tenant }) => pause::resume(&stage, &tenant).await,
        StageCommand::Tenant(TenantCommand::Rollback(asked)) => rollback::roll_back(&stage, &asked).await,
        StageCommand::Tenant(TenantCommand::Secrets(SecretsCommand::Set { tenant, kind, file })) => {
            secrets::set(&stage, &tenant, kind, &file).await
        }
        StageCommand::Tenant(TenantCommand::Secrets(SecretsCommand::Rotate { tenant, to, .. })) => match to {
            Some(file) => rotation::rotate(&stage, &tenant, &file).await,
            None => rotation::retire(&stage, &tenant).await,
        },
        StageCommand::Results(command) => results::run(&stage, command).await,
        StageCommand::Link(LinkCommand::Show(asked)) => links::show(&stage, &asked).await,
        StageCommand::Runs(asked) => runs::list(&stage, &asked).await,
        StageCommand::Courses(asked) => courses::list(&stage, &asked).await,
        StageCommand::Run { tenant, job } => jobs::run(&stage, &tenant, job).await,
    };
    done.map(|()| ExitCode::SUCCESS)
}
