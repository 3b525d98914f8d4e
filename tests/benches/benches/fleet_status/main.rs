//! `habitsync status` of three hundred customers against the emulator: how long the real command takes, and how many calls of AWS
//! it makes, which are as many for thirty. Needs the command, built by `cargo build -p habitsync-operator`.

use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use habitsync_aws_adapters::{Aws, SystemClock, Table};
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::fleet::failure_streak::{FailureSignature, FailureStreak, VendorFault};
use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::result::{ResultRecord, ResultState};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::vendor::Vendor;
use habitsync_local::deploy::STAGE;
use habitsync_local::inspect::REGION;
use habitsync_local::stored::{put_job, put_result};
use habitsync_local::{LocalStack, Options, workspace};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::result_list::AddResult;
use habitsync_workflows::ports::tenants::SaveConfiguration;
use jiff::SignedDuration;
use tokio::process::Command;

use habitsync_benches::aws_proxy::AwsProxy;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const ACME: &str = include_str!("../../../../shared/domain/src/configuration/acme.toml");

/// A small fleet, and the whole one.
const FLEETS: [usize; 2] = [30, 300];

/// What an operator waits for at most.
const PROMISED: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> ExitCode {
    match measured().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether it is as promised.
async fn measured() -> Result<bool, Failure> {
    let stack = LocalStack::start(Options::for_tests("fleet-status")).await?;
    let table = Aws::emulated(stack.aws_address(), REGION)
        .await?
        .table(&format!("habitsync-{STAGE}"));
    let proxy = AwsProxy::start(stack.aws_address()).await?;
    let (mut there, mut longest, mut calls) = (0, Duration::ZERO, Vec::new());
    for customers in FLEETS {
        for number in there..customers {
            add(&table, number).await?;
        }
        there = customers;
        for words in [vec!["status"], vec!["status", "customer-001"], vec!["tenant", "list"]] {
            for _ in 0..3 {
                let took = run(&proxy, &words).await?;
                let made = proxy.take().made;
                println!("{customers} customers, {}: {took:?}, {made:?}", words.join(" "));
                longest = longest.max(took);
                calls.push((words.clone(), made));
            }
        }
    }
    stack.stop().await;
    let half = calls.len() / 2;
    Ok(longest < PROMISED && calls[..half] == calls[half..])
}

async fn run(proxy: &AwsProxy, words: &[&str]) -> Result<Duration, Failure> {
    let began = Instant::now();
    let status = Command::new(workspace::root().join("target/debug/habitsync"))
        .env_clear()
        .env("AWS_ENDPOINT_URL", proxy.address())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .args(["--stage", STAGE])
        .args(words)
        .stdout(Stdio::null())
        .status()
        .await?;
    // A customer of this fleet is unhealthy.
    if !matches!(status.code(), Some(0 | 3)) {
        return Err(format!("habitsync {words:?} ended with {status}").into());
    }
    Ok(began.elapsed())
}

/// Adds a customer; the first ones have ten unsent results each; each fiftieth fails, and each hundredth has a dead
/// result, too.
async fn add(table: &Table, number: usize) -> Result<(), Failure> {
    let name = format!("customer-{number:03}");
    let source = ACME.replace("tenant = \"acme\"", &format!("tenant = \"{name}\""));
    let configuration: TenantConfiguration = source.parse()?;
    let now = SystemClock.now();
    let long_ago = now - SignedDuration::from_hours(24 * 60);
    table
        .save_configuration(&configuration, &source, long_ago, None)
        .await?;
    let tenant: TenantId = name.parse()?;
    let of_customer = table.tenant(&tenant);
    for job in Job::ALL {
        let signature = FailureSignature::Vendor {
            vendor: Vendor::EmployeeConnect,
            kind: VendorFault::Credentials,
        };
        let failing = number
            .is_multiple_of(50)
            .then(|| FailureStreak::after(None, signature, now));
        let state = JobState {
            last_success_at: Some(now),
            failing,
            ..JobState::default()
        };
        put_job(&of_customer, job, &state).await?;
    }
    // As many in both fleets: the counts read one megabyte at a time.
    let unsent = if number < FLEETS[0] { 10 } else { 0 };
    for enrolment in 1..=unsent {
        of_customer.add_result(&completion(enrolment)?, 0, now).await?;
    }
    if number.is_multiple_of(100) {
        let dead = ResultRecord {
            completion: completion(11)?,
            state: ResultState::Dead {
                tried: None,
                cause: "refused".to_owned(),
            },
            attempts: 8,
        };
        put_result(&of_customer, &dead).await?;
    }
    Ok(())
}

fn completion(enrolment: i64) -> Result<Completion, Failure> {
    Ok(Completion {
        enrolment: EnrolmentId(enrolment),
        topic: TopicId(456),
        topic_code: None,
        user_name: "jo@acme.example".parse()?,
        completed_at: "2026-03-01T20:30:00Z".parse()?,
        training_minutes: Some(12),
        source: CompletionSource::Signature,
    })
}
