//! How long the function that accepts webhooks takes by itself, beyond its calls of AWS: the real program, warm, between a small
//! Lambda Runtime API and a proxy that times each call it forwards to the emulator. Deliveries are signed by the simulated
//! portal, come as events of API Gateway, and are stored. Fails where one in a hundred takes five milliseconds or more.

mod lambda;

use std::fs::File;
use std::process::ExitCode;
use std::time::Duration;

use habitsync_benches::Latency;
use habitsync_fixtures::Blueprint;
use habitsync_local::customer::{Example, ExampleCustomer, today};
use habitsync_local::deploy::{STAGE, TABLE};
use habitsync_local::{LocalStack, Options, emulator, package};
use habitsync_simulator_tribal_habits::WebhookTarget;
use serde_json::json;
use tokio::process::{Child, Command};

use habitsync_benches::aws_proxy::AwsProxy;
use lambda::Lambda;

const FUNCTION: &str = "completion-webhook";
/// Deliveries until everything is warm: connections, configuration, secrets.
const WARMING: usize = 30;
/// Deliveries that are measured.
const MEASURED: usize = 400;
/// The promised time for 99 of 100 deliveries, without the calls of AWS.
const PROMISED: Duration = Duration::from_millis(5);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Duration of one delivery.
#[derive(Debug, Clone, Copy)]
struct Took {
    /// From handing the event out to the function's answer.
    whole: Duration,
    /// Of that, while a call of AWS was with the proxy.
    aws: Duration,
}

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(measured()).await {
        Ok(own) => ExitCode::from(u8::from(own.percentile(99).is_none_or(|own| own >= PROMISED))),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn measured() -> Result<Latency, Failure> {
    let options = Options::for_tests("accepting");
    let stack = LocalStack::start_observed(options, |done| eprintln!("{done}")).await?;
    let customer = customer(&stack).await?;
    let (proxy, lambda) = (AwsProxy::start(stack.aws_address()).await?, Lambda::start().await?);
    let function = start(&stack, &proxy, &lambda)?;
    let took = deliver(&customer, &proxy, &lambda).await?;
    drop(function);
    stack.stop().await;
    Ok(report(&took))
}

/// Returns a customer with users who can complete topics.
async fn customer(stack: &LocalStack) -> Result<ExampleCustomer, Failure> {
    let example = Example {
        blueprint: Blueprint::seeded(1).today(today()).people(10).topics(12).clean(),
        ..Example::named("acme")
    };
    let customer = stack.add_customer(example).await?;
    let answer = stack.invoke("user-sync", &json!({ "tenant": "acme" })).await?;
    if answer.get("errorType").is_some() {
        return Err(format!("user-sync failed: {answer}").into());
    }
    Ok(customer)
}

/// The function as Lambda starts it. It stores deliveries on a queue without a reader: the pusher would want the
/// processor, too.
fn start(stack: &LocalStack, proxy: &AwsProxy, lambda: &Lambda) -> Result<Child, Failure> {
    let queue = stack.outputs().get("DeadLetterQueueUrl")?;
    let settings = [
        ("AWS_LAMBDA_RUNTIME_API", lambda.address()),
        ("AWS_LAMBDA_FUNCTION_NAME", FUNCTION),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("HABITSYNC_STAGE", STAGE),
        ("HABITSYNC_TABLE", TABLE),
        ("HABITSYNC_RESULT_QUEUE_URL", queue),
    ];
    let log = File::create(stack.log_folder().join("measured.log"))?;
    let mut command = Command::new(package::laid_out(FUNCTION));
    command
        .env_clear()
        .envs(emulator::aws_variables(proxy.address()))
        .envs(settings)
        .stdout(log)
        .kill_on_drop(true);
    Ok(command.spawn()?)
}

/// Delivers one after the other; what those took that are measured.
async fn deliver(customer: &ExampleCustomer, proxy: &AwsProxy, lambda: &Lambda) -> Result<Vec<Took>, Failure> {
    let portal = &customer.tribal_habits;
    let address = format!("http://{}/webhooks/tribal-habits/{}", lambda.address(), customer.tenant);
    let target = WebhookTarget {
        url: address,
        ..customer.webhook.clone()
    };
    let user = customer.company.current().find_map(|person| person.work_email.clone());
    let user = user.ok_or("nobody has an address")?;
    let topic = customer.company.qualifying_topics().next().ok_or("no topic")?.id;
    let mut took = Vec::new();
    for _ in 0..WARMING + MEASURED {
        let enrolment = portal.complete(&user, topic, portal.clock().now())?;
        drop(proxy.take());
        let answer = portal.deliver(&target, &portal.message(&enrolment)).await?;
        if answer != 202 {
            return Err(format!("a delivery was answered {answer}").into());
        }
        took.push(Took {
            whole: lambda.last_took(),
            aws: proxy.take().took,
        });
    }
    Ok(took.split_off(WARMING))
}

/// Prints the measured times; the function's own time.
fn report(took: &[Took]) -> Latency {
    let of = |part: fn(&Took) -> Duration| took.iter().map(part).collect::<Latency>();
    let own = of(|took| took.whole.saturating_sub(took.aws));
    println!("{} deliveries, stored", took.len());
    for (what, latency) in [
        ("whole", &of(|took| took.whole)),
        ("in calls of AWS", &of(|took| took.aws)),
        ("own", &own),
    ] {
        let [p50, p99, max] = [50, 99, 100].map(|percent| latency.percentile(percent).unwrap_or_default());
        let [p50, p99, max] = [p50, p99, max].map(|took| took.as_secs_f64() * 1_000.0);
        println!("{what:<16} p50 {p50:>6.2} ms   p99 {p99:>6.2} ms   max {max:>6.2} ms");
    }
    own
}
