//! A simulated EmployeeConnect tenant as a program, for trying things by hand.

use std::io;
use std::process::ExitCode;

use clap::Parser;
use habitsync_fixtures::Blueprint;
use habitsync_simulator_employee_connect::{Credentials, EmployeeConnectSimulator, TenantSettings};

/// A simulated EmployeeConnect tenant, seeded with the people of an invented Australian company.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 for any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Decides the company; the Tribal Habits simulator with the same numbers is the same company's.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Employee records.
    #[arg(long, default_value_t = habitsync_fixtures::DEFAULT_PEOPLE)]
    people: usize,
    /// Topics in the company's portal. There is no course before a sync.
    #[arg(long, default_value_t = habitsync_fixtures::DEFAULT_TOPICS)]
    topics: usize,
    /// Requests a minute before everything is refused for 60 seconds; 4294967295 for no limit.
    #[arg(long, default_value_t = 300)]
    requests_per_minute: u32,
    /// Without records that have defects.
    #[arg(long)]
    clean: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("simulator-employee-connect: cannot listen on that port: {cause}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until Ctrl-C.
async fn serve() -> io::Result<()> {
    let arguments = Arguments::parse();
    let blueprint = Blueprint::seeded(arguments.seed)
        .people(arguments.people)
        .topics(arguments.topics)
        .today(today());
    let company = if arguments.clean { blueprint.clean() } else { blueprint }.build();
    let mut settings = TenantSettings::default().requests_per_minute(arguments.requests_per_minute);
    settings.port = arguments.port;
    let credentials = settings.credentials.clone();
    let tenant = EmployeeConnectSimulator::start(settings).await?;
    tenant.seed_from(&company);
    explain(&company.name, &tenant, &credentials);
    // Without a signal handler there is nothing to wait for but the end of the process.
    drop(tokio::signal::ctrl_c().await);
    tenant.stop().await;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person at a terminal means the day on that person's wall"
)]
fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

fn explain(company: &str, tenant: &EmployeeConnectSimulator, credentials: &Credentials) {
    let (api, address) = (tenant.base_url(), tenant.address());
    let Credentials {
        tenant_code,
        client_id,
        client_secret,
        static_key,
    } = credentials;
    let employee = tenant
        .employees()
        .first()
        .map_or_else(|| "E1001".to_owned(), |first| first.employee_id.clone());
    println!("EmployeeConnect tenant of {company} (simulated)\n");
    println!("  address   {api}");
    println!("  client    {client_id} / {client_secret}, tenant code {tenant_code}");
    println!("  or key    {static_key}\n\nTry:\n");
    println!("  curl -H 'X-Api-Key: {static_key}' '{api}/employees?pageSize=2'");
    println!("  curl -d 'grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}' \\");
    println!("       '{api}/oauth/token'");
    println!("  curl '{address}/_simulator/state'");
    println!("  curl -X PATCH -H 'Content-Type: application/json' '{address}/_simulator/employees/{employee}' \\");
    println!("       -d '{{\"jobTitle\":\"Analyst\"}}'");
    println!("  curl -H 'Content-Type: application/json' '{address}/_simulator/faults' \\");
    println!("       -d '{{\"fault\":\"too_many_requests\",\"retry_after\":2,\"times\":3}}'");
    println!("  curl '{address}/_simulator/journal?last=3'\n");
    println!("Stop with Ctrl-C.");
}
