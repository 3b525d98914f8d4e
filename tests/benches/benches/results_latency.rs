//! How long a completion takes from its webhook to EmployeeConnect while twenty a second come from ten customers, one of whose
//! EmployeeConnect hangs throughout, on the local stack. Takes some minutes; the seconds and the completions of each may be
//! given as arguments.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use habitsync_benches::Latency;
use habitsync_fixtures::Blueprint;
use habitsync_local::customer::{Example, ExampleCustomer, today};
use habitsync_local::wait::until;
use habitsync_local::{LocalError, LocalStack, Options};
use habitsync_simulator_harness::{EffectKind, Fault, Method, Rule};
use habitsync_simulator_tribal_habits::{Enrolment, PortalHandle, User};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// Customers; the first one's EmployeeConnect hangs.
const CUSTOMERS: usize = 10;
/// Completions a second, of all customers together, unless asked otherwise.
const A_SECOND: usize = 20;
/// Seconds, unless asked otherwise.
const SECONDS: usize = 60;
/// From then on every function has been started.
const WARM: SignedDuration = SignedDuration::from_secs(10);
/// How long the last result may take to come.
const RECORDED: Duration = Duration::from_mins(10);
/// Deliveries for which the function makes no AWS call.
const NOT_FOR_US: usize = 100;
/// Where results are recorded.
const ROUTE: &str = "/courses/{courseId}/results";
/// An answer that comes too late for any caller.
const HANGS: Fault = Fault::Slow { milliseconds: 600_000 };
/// The promised times for half of the completions, and for 99 of 100.
const PROMISED: [(usize, Duration); 2] = [(50, Duration::from_secs(1)), (99, Duration::from_secs(3))];

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    // Cargo adds arguments of its own.
    let mut asked = std::env::args().filter_map(|argument| argument.parse().ok());
    let [seconds, a_second] = [SECONDS, A_SECOND].map(|usual| asked.next().unwrap_or(usual));
    match Box::pin(measured(seconds, a_second)).await {
        Ok(latency) => ExitCode::from(u8::from(!is_as_promised(&latency))),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn is_as_promised(latency: &Latency) -> bool {
    let keeps = |(percent, promised)| latency.percentile(percent).is_some_and(|took| took < promised);
    PROMISED.into_iter().all(keeps)
}

async fn measured(seconds: usize, a_second: usize) -> Result<Latency, Failure> {
    let options = Options::for_tests("results-latency");
    let stack = LocalStack::start_observed(options, |done| eprintln!("{done}")).await?;
    let customers = customers(&stack).await?;
    for method in [Method::GET, Method::POST] {
        let hanging = Rule::new(HANGS).on(&method, ROUTE).times(u32::MAX);
        customers[0].employee_connect.arm(hanging);
    }
    let told = told(&customers, a_second * seconds, a_second).await?;
    let (_, others) = customers.split_first().ok_or("no customers")?;
    let expected = told.iter().filter(|told| told.customer > 0).count();
    let came = until("the last result", RECORDED, async || {
        let results: usize = others
            .iter()
            .map(|customer| customer.employee_connect.results().len())
            .sum();
        eprint!("\r{results} of {expected} results");
        Ok::<_, LocalError>((results >= expected).then_some(()))
    });
    came.await?;
    eprintln!();
    let latency = report(&customers, &told);
    not_for_us(&customers[1]).await?;
    let log = stack.log_folder().join("completion-webhook.log");
    stack.stop().await;
    report_invocations(&log)?;
    Ok(latency)
}

/// Ten customers whose people and courses are there.
async fn customers(stack: &LocalStack) -> Result<Vec<ExampleCustomer>, Failure> {
    let mut customers = Vec::new();
    for (number, seed) in (0..CUSTOMERS).zip(1..) {
        let example = Example {
            blueprint: Blueprint::seeded(seed).today(today()).people(30).topics(12).clean(),
            ..Example::named(&format!("customer-{number}"))
        };
        let customer = stack.add_customer(example).await?;
        for function in ["user-sync", "course-sync"] {
            let answer = stack.invoke(function, &json!({ "tenant": customer.tenant })).await?;
            if answer.get("errorType").is_some() {
                return Err(format!("{function} failed: {answer}").into());
            }
        }
        customers.push(customer);
    }
    eprintln!("{CUSTOMERS} customers are there, with people and courses");
    Ok(customers)
}

/// A webhook that was accepted.
struct Told {
    customer: usize,
    reference: String,
    sent: Timestamp,
    accepted: Timestamp,
}

/// Announces this many completions, one after the other, however long each takes to be accepted.
async fn told(customers: &[ExampleCustomer], completions: usize, a_second: usize) -> Result<Vec<Told>, Failure> {
    let learners: Vec<_> = customers.iter().map(learners).collect();
    let mut ticks = interval(Duration::from_secs(1) / u32::try_from(a_second)?);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut sending = JoinSet::new();
    for completion in 0..completions {
        let (customer, round) = (completion % customers.len(), completion / customers.len());
        let (portal, users) = (customers[customer].tribal_habits.handle(), &learners[customer]);
        let topics: Vec<_> = customers[customer]
            .company
            .qualifying_topics()
            .map(|topic| topic.id)
            .collect();
        let user = &users[round % users.len()].user_name;
        let enrolment = portal.complete(user, topics[round % topics.len()], portal.clock().now())?;
        ticks.tick().await;
        sending.spawn(tell(customer, portal, enrolment));
    }
    sending.join_all().await.into_iter().collect()
}

/// Who was not there before the customer began: neither the administrator nor the trainer is an employee.
fn learners(customer: &ExampleCustomer) -> Vec<User> {
    let employees = customer.employee_connect.employees();
    let is_employee = |user: &User| {
        let mut addresses = employees.iter().filter_map(|employee| employee.work_email.as_ref());
        user.active && addresses.any(|address| address.eq_ignore_ascii_case(&user.email))
    };
    customer.tribal_habits.users().into_iter().filter(is_employee).collect()
}

async fn tell(customer: usize, portal: PortalHandle, enrolment: Enrolment) -> Result<Told, Failure> {
    let sent = portal.clock().now();
    let answer = portal.announce(&enrolment).await?;
    if answer != 202 {
        return Err(format!("a webhook was answered {answer}").into());
    }
    Ok(Told {
        customer,
        reference: format!("th-enrolment-{}", enrolment.id),
        sent,
        accepted: portal.clock().now(),
    })
}

/// Prints the measured times; from acceptance to EmployeeConnect, of all customers but the one that hangs.
fn report(customers: &[ExampleCustomer], told: &[Told]) -> Latency {
    let recorded: Vec<_> = customers.iter().map(recorded).collect();
    let warm = told.iter().map(|told| told.sent).min().map(|first| first + WARM);
    let others = |is_warm: bool| {
        let is_counted = move |told: &&Told| told.customer > 0 && (!is_warm || Some(told.sent) >= warm);
        told.iter().filter(is_counted)
    };
    let until_recorded = |from: fn(&Told) -> Timestamp, is_warm| {
        let took = |told: &Told| Some(between(from(told), *recorded[told.customer].get(&told.reference)?));
        others(is_warm).filter_map(took).collect::<Latency>()
    };
    let accepting: Latency = told.iter().map(|told| between(told.sent, told.accepted)).collect();
    let latency = until_recorded(|told| told.accepted, false);
    println!("webhook sent until answered 202:               {accepting}");
    println!("webhook answered until in EmployeeConnect:     {latency}");
    println!(
        "  without the first ten seconds:               {}",
        until_recorded(|told| told.accepted, true)
    );
    println!(
        "webhook sent until in EmployeeConnect:         {}",
        until_recorded(|told| told.sent, false)
    );
    println!(
        "  without the first ten seconds:               {}",
        until_recorded(|told| told.sent, true)
    );
    let requests = customers[0]
        .employee_connect
        .journal()
        .matching(|entry| entry.route == ROUTE);
    let hanging = told.iter().filter(|told| told.customer == 0).count();
    println!(
        "requests to the one that hangs:                {}, for {hanging} completions",
        requests.len()
    );
    latency
}

/// When each result was recorded.
fn recorded(customer: &ExampleCustomer) -> HashMap<String, Timestamp> {
    let created = customer.employee_connect.journal().matching(|entry| {
        let kind = entry.effect.as_ref().map(|effect| effect.kind);
        entry.is(&Method::POST, ROUTE) && kind == Some(EffectKind::Created)
    });
    let recorded = created.into_iter().filter_map(|entry| {
        let reference = entry.call.body.as_ref()?["externalId"].as_str()?.to_owned();
        Some((reference, entry.at))
    });
    recorded.collect()
}

/// None where the result was there before the answer to the webhook.
fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// Authentic deliveries that are not for us: the function answers them with what it knows already.
async fn not_for_us(customer: &ExampleCustomer) -> Result<(), Failure> {
    let portal = &customer.tribal_habits;
    let user = learners(customer).into_iter().next().ok_or("nobody has an account")?;
    let pathway = portal.complete_pathway(&user.user_name, "Induction", portal.clock().now())?;
    for _ in 0..NOT_FOR_US {
        portal.announce(&pathway).await?;
    }
    Ok(())
}

/// Prints how long the webhook's function took by its log, with the call that stores a completion and without.
fn report_invocations(log: &Path) -> Result<(), Failure> {
    let log = std::fs::read_to_string(log)?;
    let took = |line: &str| {
        let (_, duration) = line.strip_prefix("REPORT ")?.split_once("\tDuration: ")?;
        Some(Duration::from_millis(duration.split_once(' ')?.0.parse().ok()?))
    };
    let durations: Vec<_> = log.lines().filter_map(took).collect();
    let (accepting, not_for_us) = durations.split_at(durations.len().saturating_sub(NOT_FOR_US));
    let latency = |durations: &[Duration]| durations.iter().copied().collect::<Latency>();
    println!("accepting, as the emulator logs it:            {}", latency(accepting));
    println!("without any AWS call, as the emulator logs it: {}", latency(not_for_us));
    Ok(())
}
