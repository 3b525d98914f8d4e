//! A storm of one customer's completions on the local stack: told of up to five times or not at all, while EmployeeConnect
//! fails every fifth time and the pusher is killed. Each must end as one result. Takes some minutes; the number of
//! completions may be given as an argument.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fastrand::Rng;
use habitsync_benches::{Place, Storm};
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::result::ResultState;
use habitsync_fixtures::Blueprint;
use habitsync_local::customer::{Example, ExampleCustomer, today};
use habitsync_local::wait::until;
use habitsync_local::{LocalError, LocalStack, Options};
use habitsync_simulator_harness::{Armed, Fault, Method, Moment, Rule};
use habitsync_simulator_tribal_habits::{Enrolment, PortalHandle};
use habitsync_workflows::ports::results::FindResult as _;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::json;
use tokio::task::JoinSet;

/// Completions, unless asked otherwise.
const COMPLETIONS: usize = 1_000;
/// People who complete them, on many topics.
const PEOPLE: usize = 200;
/// Decides everything that is left to chance.
const SEED: u64 = 1_000;
/// Of a hundred completions, those that no webhook tells of.
const UNANNOUNCED: u32 = 5;
/// A completion is told of so often at most.
const TOLD: usize = 5;
/// Webhooks under way at once.
const SENDERS: usize = 8;
/// How often the pusher is killed.
const KILLS: usize = 4;
/// Rungs that end in minutes.
const LADDER: &str = "5s,5s,10s,10s,20s,20s,30s,30s,30s,30s";
/// Between two looks of the watchdog, which looks once a minute by itself.
const LOOKS: Duration = Duration::from_secs(5);
/// How long everything may take.
const SETTLED: Duration = Duration::from_mins(25);
/// Where results are recorded.
const ROUTE: &str = "/courses/{courseId}/results";
/// The customer's.
const TIME_ZONE: &str = "Australia/Sydney";

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    // Cargo adds arguments of its own.
    let asked = std::env::args().find_map(|argument| argument.parse().ok());
    match Box::pin(measured(asked.unwrap_or(COMPLETIONS))).await {
        Ok(storm) => {
            print!("{storm}");
            ExitCode::from(u8::from(!storm.is_as_promised()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn measured(completions: usize) -> Result<Storm, Failure> {
    let options = Options {
        retry_ladder: Some(LADDER.to_owned()),
        ..Options::for_tests("results-storm")
    };
    let stack = LocalStack::start_observed(options, |done| eprintln!("{done}")).await?;
    let customer = stack.add_customer(example()).await?;
    for function in ["user-sync", "course-sync", "result-sweep"] {
        call(&stack, function).await?;
    }
    let storm = Weather::over(&stack, &customer, completions)?.rage().await?;
    stack.stop().await;
    Ok(storm)
}

fn example() -> Example {
    Example {
        blueprint: Blueprint::seeded(1).today(today()).people(PEOPLE).topics(40).clean(),
        time_zone: TIME_ZONE.to_owned(),
        ..Example::named("acme")
    }
}

async fn call(stack: &LocalStack, function: &str) -> Result<(), Failure> {
    let answer = stack.invoke(function, &json!({ "tenant": "acme" })).await?;
    if answer.get("errorType").is_some() {
        return Err(format!("{function} failed: {answer}").into());
    }
    Ok(())
}

/// A customer whose completions are about to be told of.
struct Weather<'a> {
    stack: &'a LocalStack,
    customer: &'a ExampleCustomer,
    /// What the portal tells, in the order in which it does.
    told: Vec<Enrolment>,
    storm: Storm,
}

impl<'a> Weather<'a> {
    fn over(stack: &'a LocalStack, customer: &'a ExampleCustomer, completions: usize) -> Result<Self, Failure> {
        let mut random = Rng::with_seed(SEED);
        let (mut told, mut storm) = (Vec::new(), Storm::default());
        let places = Places::of(customer)?;
        for _ in 0..completions {
            let is_announced = random.u32(..100) >= UNANNOUNCED;
            let (enrolment, place) = places.completion(customer, &mut random, is_announced)?;
            storm.expected.insert(reference(&enrolment), place);
            if is_announced {
                let times = random.usize(1..=TOLD);
                storm.webhooks += times;
                storm.duplicates += times - 1;
                told.extend(std::iter::repeat_n(enrolment, times));
            } else {
                storm.unannounced += 1;
            }
        }
        random.shuffle(&mut told);
        Ok(Self {
            stack,
            customer,
            told,
            storm,
        })
    }

    async fn rage(mut self) -> Result<Storm, Failure> {
        let began = Instant::now();
        let before = self.customer.employee_connect.journal().len();
        let armed = faults(self.customer);
        let told = std::mem::take(&mut self.told);
        let work = async { tokio::try_join!(self.told(told), self.kill(), self.settled(began)) };
        let (refused, processes, ()) = tokio::select! {
            done = work => done?,
            never = self.look() => never?,
        };
        (self.storm.refused, self.storm.processes) = (refused, processes);
        self.storm.kills = KILLS;
        self.storm.time = began.elapsed();
        until("the queue to empty", SETTLED, async || {
            Ok::<_, LocalError>((self.stack.queued_results().await? == 0).then_some(()))
        })
        .await?;
        self.storm.faults = armed.iter().map(|(fault, armed)| (*fault, armed.struck())).collect();
        self.count_requests(before);
        self.storm.found = found(self.customer);
        self.storm.unsettled = self.unsettled().await?;
        self.storm.dead_letters = self.stack.dead_letters().await?;
        Ok(self.storm)
    }

    /// Tells everything, and sweeps for what was not told; how many webhooks had to be sent again.
    async fn told(&self, told: Vec<Enrolment>) -> Result<usize, Failure> {
        let (portal, mut sending, mut refused) = (self.customer.tribal_habits.handle(), JoinSet::new(), 0);
        for enrolment in told {
            if sending.len() >= SENDERS {
                refused += sending.join_next().await.transpose()?.unwrap_or_default();
            }
            sending.spawn(announce(portal.clone(), enrolment));
        }
        refused += sending.join_all().await.into_iter().sum::<usize>();
        eprintln!("everything is told; {} results are there", self.results());
        call(self.stack, "result-sweep").await?;
        Ok(refused)
    }

    /// Kills the pusher while it works, at moments nobody chose; how many processes that ended.
    async fn kill(&self) -> Result<usize, Failure> {
        let mut random = Rng::with_seed(SEED);
        let (all, mut processes) = (self.storm.expected.len(), 0);
        for kill in 0..KILLS {
            // Each in its own part of the storm, and none when it is over.
            let results = all * 9 / 10 * kill / KILLS + random.usize(..all / KILLS / 2);
            until("the next kill", SETTLED, async || {
                Ok::<_, LocalError>((self.results() > results).then_some(()))
            })
            .await?;
            let killed = self.stack.crash("result-pusher").await?;
            eprintln!("a kill after {} results: {killed} processes", self.results());
            processes += killed;
        }
        Ok(processes)
    }

    /// Calls the watchdog more often than its schedule does, so that a storm of hours takes minutes.
    async fn look(&self) -> Result<(usize, usize, ()), Failure> {
        loop {
            tokio::time::sleep(LOOKS).await;
            self.stack.invoke("watchdog", &json!({})).await?;
        }
    }

    async fn settled(&self, began: Instant) -> Result<(), Failure> {
        until("the last result", SETTLED, async || {
            if self.results() < self.storm.expected.len() {
                return Ok::<_, LocalError>(None);
            }
            eprintln!("the last result after {} s", began.elapsed().as_secs());
            Ok(Some(()))
        })
        .await?;
        Ok(())
    }

    fn results(&self) -> usize {
        self.customer.employee_connect.results().len()
    }

    fn count_requests(&mut self, before: usize) {
        let entries = self.customer.employee_connect.journal().entries();
        let about: Vec<_> = entries
            .iter()
            .skip(before)
            .filter(|entry| entry.route == ROUTE)
            .collect();
        let writes = about.iter().filter(|entry| entry.method == Method::POST);
        self.storm.requests = about.len();
        self.storm.writes = writes.clone().count();
        self.storm.already_there = writes.filter(|entry| entry.status == Some(409)).count();
    }

    /// What the table does not call recorded.
    async fn unsettled(&self) -> Result<Vec<String>, Failure> {
        let table = self.stack.tenant_table(&self.customer.tenant).await?;
        let mut unsettled = Vec::new();
        for enrolment in self.customer.tribal_habits.enrolments() {
            if !self.storm.expected.contains_key(&reference(&enrolment)) {
                continue;
            }
            let record = table.find_result(EnrolmentId(enrolment.id.try_into()?)).await?;
            let state = record.map(|record| record.state);
            if !matches!(state, Some(ResultState::Recorded { .. })) {
                unsettled.push(format!("{}: {state:?}", enrolment.id));
            }
        }
        Ok(unsettled)
    }
}

/// Who can complete what, and where that belongs.
struct Places {
    /// User names and employees.
    people: Vec<(String, String)>,
    /// Topics and courses.
    courses: Vec<(u64, String)>,
    zone: TimeZone,
}

impl Places {
    fn of(customer: &ExampleCustomer) -> Result<Self, Failure> {
        let employees = customer.employee_connect.employees();
        let by_address = |employee: &habitsync_simulator_employee_connect::Employee| {
            let address = employee.work_email.as_ref()?.to_lowercase();
            Some((address, employee.employee_id.clone()))
        };
        let employees: BTreeMap<_, _> = employees.iter().filter_map(by_address).collect();
        let users = customer.tribal_habits.users().into_iter().filter(|user| user.active);
        let people =
            users.filter_map(|user| Some((employees.get(&user.email.to_lowercase())?.clone(), user.user_name)));
        let topics = customer.tribal_habits.topics();
        let courses = topics.iter().filter_map(|topic| {
            let course = customer.employee_connect.course(&topic.code)?;
            Some((topic.id, course.course_id))
        });
        let places = Self {
            people: people.map(|(employee, user)| (user, employee)).collect(),
            courses: courses.collect(),
            zone: TimeZone::get(TIME_ZONE)?,
        };
        if places.people.is_empty() || places.courses.is_empty() {
            return Err("nobody can complete anything".into());
        }
        Ok(places)
    }

    /// Somebody completes something at some hour of the last weeks; where no webhook will tell, now: a sweep looks no
    /// further back than the customer's beginning.
    fn completion(
        &self,
        customer: &ExampleCustomer,
        random: &mut Rng,
        is_announced: bool,
    ) -> Result<(Enrolment, Place), Failure> {
        let (user, employee) = &self.people[random.usize(..self.people.len())];
        let (topic, course) = &self.courses[random.usize(..self.courses.len())];
        let ago = if is_announced { random.i64(0..60 * 24 * 30) } else { 0 };
        let at: Timestamp = customer.tribal_habits.clock().now() - SignedDuration::from_mins(ago);
        let day = at.to_zoned(self.zone.clone()).date().to_string();
        let enrolment = customer.tribal_habits.complete(user, *topic, at)?;
        Ok((enrolment, (employee.clone(), course.clone(), day)))
    }
}

fn reference(enrolment: &Enrolment) -> String {
    format!("th-enrolment-{}", enrolment.id)
}

/// Sends a webhook, and sends it again until it is accepted; how often it was not.
async fn announce(portal: PortalHandle, enrolment: Enrolment) -> usize {
    let mut refused = 0;
    while !matches!(portal.announce(&enrolment).await, Ok(202)) && refused < 100 {
        refused += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    refused
}

/// A fifth of what EmployeeConnect answers when a result is posted is something else, at random.
fn faults(customer: &ExampleCustomer) -> Vec<(&'static str, Armed)> {
    let error = |moment| Fault::ServerError { status: 500, moment };
    let dropped = |moment| Fault::DroppedConnection { moment };
    let kinds = [
        ("500 before recording", 25, error(Moment::BeforeEffect)),
        ("500 after recording", 25, error(Moment::AfterEffect)),
        ("dropped before recording", 20, dropped(Moment::BeforeEffect)),
        ("dropped after recording", 20, dropped(Moment::AfterEffect)),
        ("429", 100, Fault::TooManyRequests { retry_after: Some(1) }),
        ("slower than the client waits", 10, Fault::Slow { milliseconds: 6_000 }),
    ];
    let (mut first, dice) = (0, Arc::new(Dice::default()));
    let arm = kinds.map(|(name, per_mille, fault)| {
        let range = first..first + per_mille;
        first = range.end;
        let dice = dice.clone();
        let rule = Rule::new(fault).on(&Method::POST, ROUTE).times(u32::MAX);
        let rule = rule.matching(move |_| range.contains(&dice.throw(range.start == 0)));
        (name, customer.employee_connect.arm(rule))
    });
    arm.into()
}

/// One throw for each call, which every rule looks at; the first rule throws.
#[derive(Default)]
struct Dice {
    thrown: AtomicU64,
}

impl Dice {
    /// Of a thousand.
    fn throw(&self, is_first: bool) -> u64 {
        let step = u64::from(is_first);
        let number = self.thrown.fetch_add(step, Ordering::Relaxed) + step;
        Rng::with_seed(SEED + number).u64(..1_000)
    }
}

fn found(customer: &ExampleCustomer) -> Vec<(String, Place)> {
    let results = customer.employee_connect.results().into_iter();
    let placed = results.map(|result| {
        let day = result.completed_on.to_string();
        (result.external_id, (result.employee_id, result.course_id, day))
    });
    placed.collect()
}
