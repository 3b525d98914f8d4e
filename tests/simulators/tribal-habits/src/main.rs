//! A simulated Tribal Habits portal as a program, for trying things by hand.

use std::process::ExitCode;

use clap::Parser;
use habitsync_fixtures::Blueprint;
use habitsync_simulator_tribal_habits::{PortalSettings, StartError, TribalHabitsSimulator, WebhookTarget};

/// A simulated Tribal Habits portal, seeded with the topics of an invented Australian company.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 for any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Decides the company; the EmployeeConnect simulator with the same numbers is the same company's.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// People in the company. None has an account before a sync; the company differs with their number.
    #[arg(long, default_value_t = habitsync_fixtures::DEFAULT_PEOPLE)]
    people: usize,
    /// Topics in the portal.
    #[arg(long, default_value_t = habitsync_fixtures::DEFAULT_TOPICS)]
    topics: usize,
    /// Requests a minute before everything is refused for 60 seconds; 4294967295 for no limit.
    #[arg(long, default_value_t = 300)]
    requests_per_minute: u32,
    /// The key expected in `Authorization`.
    #[arg(long, default_value = "th-key")]
    api_key: String,
    /// Where completions are announced.
    #[arg(long, requires = "webhook_secret")]
    webhook_url: Option<String>,
    /// The secret they are signed with: `whsec_` and base64.
    #[arg(long, requires = "webhook_url")]
    webhook_secret: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartError::Port(cause)) => fail(&format!("cannot listen on that port: {cause}")),
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(why: &str) -> ExitCode {
    eprintln!("simulator-tribal-habits: {why}");
    ExitCode::FAILURE
}

/// Serves until Ctrl-C.
async fn serve() -> Result<(), StartError> {
    let arguments = Arguments::parse();
    let blueprint = Blueprint::seeded(arguments.seed)
        .people(arguments.people)
        .topics(arguments.topics)
        .today(today());
    let mut settings = PortalSettings::default()
        .api_key(&arguments.api_key)
        .requests_per_minute(arguments.requests_per_minute);
    settings.port = arguments.port;
    let portal = TribalHabitsSimulator::start(settings).await?;
    let company = blueprint.build();
    portal.seed_from(&company);
    if let (Some(url), Some(secret)) = (&arguments.webhook_url, &arguments.webhook_secret) {
        portal.set_webhook_target(WebhookTarget::signed(url, secret));
    }
    explain(
        &company.name,
        &portal.base_url(),
        &arguments.api_key,
        portal.topics().first().map_or(0, |topic| topic.id),
    );
    // Without a signal handler there is nothing to wait for but the end of the process.
    drop(tokio::signal::ctrl_c().await);
    portal.stop().await;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a person at a terminal means the day on that person's wall"
)]
fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

fn explain(company: &str, url: &str, key: &str, topic: u64) {
    println!("Tribal Habits portal of {company} (simulated)\n");
    println!("  address   {url}/papi");
    println!("  key       {key}\n\nTry:\n");
    println!("  curl -H 'Authorization: {key}' '{url}/papi/users?page=1'");
    println!("  curl -H 'Authorization: {key}' '{url}/papi/topics/{topic}'");
    println!("  curl '{url}/_simulator/state'");
    println!("  curl '{url}/_simulator/journal?last=3'");
    println!("  curl -H 'Content-Type: application/json' '{url}/_simulator/completions' \\");
    println!("       -d '{{\"user_name\":\"trainer-1\",\"topic_id\":{topic}}}'");
    println!("  curl -H 'Content-Type: application/json' '{url}/_simulator/faults' \\");
    println!("       -d '{{\"fault\":\"server_error\",\"method\":\"GET\",\"route\":\"/users\",\"times\":2}}'\n");
    println!("Stop with Ctrl-C.");
}
