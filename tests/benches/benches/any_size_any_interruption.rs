//! An initial load in many slices, whose function is killed again and again at any point, on the local stack: it must end as
//! the same load in peace does. Takes less than half an hour; the numbers of people and of kills may be given as
//! arguments.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use fastrand::Rng;
use habitsync_benches::{Comparison, InitialLoad};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::state::JobState;
use habitsync_fixtures::Blueprint;
use habitsync_local::customer::{Example, ExampleCustomer, today};
use habitsync_local::stored::put_job;
use habitsync_local::wait::until;
use habitsync_local::{LocalError, LocalStack, Options};
use habitsync_simulator_harness::{EffectKind, Entry, Method};
use habitsync_workflows::ports::people::LoadPeople as _;
use habitsync_workflows::ports::runs::SaveJobState as _;
use serde_json::json;
use tokio::time::sleep;

/// Employee records, unless asked otherwise.
const PEOPLE: usize = 20_000;
/// How often the function is killed.
const KILLS: usize = 10;
/// Seed of the random moments.
const SEED: u64 = 20_000;
/// How long an invocation may take while it is killed, which is how long its lease outlives it: less than the minute between
/// two looks of the watchdog.
const INVOCATION: Duration = Duration::from_secs(55);
/// A slice is killed this long after its beginning at the latest; it would end by itself after about twice as long.
const KILLED_WITHIN: Duration = Duration::from_secs(18);
/// How long it may take once it has been killed often enough: the rest is done in several slices, too.
const AFTERWARDS: Duration = Duration::from_secs(115);
/// How long an invocation may take in peace, as the template has it.
const IN_PEACE: Duration = Duration::from_mins(14);
/// How long the next slice may take to come.
const NEXT_SLICE: Duration = Duration::from_mins(5);
/// How long all of it may take.
const LOADED: Duration = Duration::from_hours(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let [people, kills] = size();
    match Box::pin(measured(people, kills)).await {
        Ok(comparison) => {
            print!("{comparison}");
            ExitCode::from(u8::from(!comparison.is_as_promised()))
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// How many people and kills are asked for; cargo adds arguments of its own.
fn size() -> [usize; 2] {
    let mut asked = std::env::args().filter_map(|argument| argument.parse().ok());
    [PEOPLE, KILLS].map(|usual| asked.next().unwrap_or(usual))
}

async fn measured(people: usize, kills: usize) -> Result<Comparison, Failure> {
    let tell = |done: &str| eprintln!("{done}");
    let stack = LocalStack::start_observed(Options::for_tests("any-interruption"), tell).await?;
    let in_peace = Load::of(&stack, "in-peace", people).await?.run(0).await?;
    eprintln!("in peace: {} s", in_peace.time.as_secs());
    let interrupted = Load::of(&stack, "interrupted", people).await?.run(kills).await?;
    stack.stop().await;
    Ok(Comparison { in_peace, interrupted })
}

/// A customer whose people have no accounts yet.
struct Load<'a> {
    stack: &'a LocalStack,
    customer: ExampleCustomer,
}

impl<'a> Load<'a> {
    async fn of(stack: &'a LocalStack, tenant: &str, people: usize) -> Result<Self, Failure> {
        let example = Example {
            blueprint: Blueprint::seeded(1).today(today()).people(people).clean(),
            ..Example::named(tenant)
        };
        let customer = stack.add_customer(example).await?;
        Ok(Self { stack, customer })
    }

    /// Starts the load once; the watchdog starts every run after the first kill.
    async fn run(&self, kills: usize) -> Result<InitialLoad, Failure> {
        let lasting = if kills == 0 { IN_PEACE } else { INVOCATION };
        self.stack.limit_invocations("user-sync", lasting).await?;
        let began = Instant::now();
        let event = json!({ "tenant": self.customer.tenant });
        let (called, killed) = tokio::join!(self.stack.invoke("user-sync", &event), self.kill(kills));
        called?;
        if kills > 0 {
            self.stack.limit_invocations("user-sync", AFTERWARDS).await?;
        }
        until("the end of the load", LOADED, async || {
            Ok::<_, Failure>(self.job().await?.last_success_at)
        })
        .await?;
        let load = self.ended(killed?, began.elapsed());
        Ok(InitialLoad {
            writes_of_the_next_day: self.next_day().await?,
            links: self.links().await?,
            ..load
        })
    }

    /// Kills the function so often, each time in another slice, or until the load has ended; says how often it was at work.
    async fn kill(&self, kills: usize) -> Result<usize, Failure> {
        let mut random = Rng::with_seed(SEED);
        let journal = self.customer.employee_connect.journal();
        let mut seen = 0;
        for kill in 1..=kills {
            until("the next slice", NEXT_SLICE, async || {
                Ok::<_, LocalError>((journal.len() > seen).then_some(()))
            })
            .await?;
            let after = KILLED_WITHIN.mul_f64(random.f64());
            sleep(after).await;
            let processes = self.stack.crash("user-sync").await?;
            seen = journal.len();
            eprintln!(
                "kill {kill} of {kills}: {:.1} s into the slice, {processes} process, {} accounts",
                after.as_secs_f64(),
                self.customer.tribal_habits.users().len()
            );
            if self.job().await?.last_success_at.is_some() {
                return Ok(kill - 1);
            }
        }
        Ok(kills)
    }

    async fn job(&self) -> Result<JobState, Failure> {
        let table = self.stack.tenant_table(&self.customer.tenant).await?;
        Ok(table.load_job(Job::UserSync).await?)
    }

    fn ended(&self, kills: usize, time: Duration) -> InitialLoad {
        let hris = self.customer.employee_connect.journal();
        let portal = self.customer.tribal_habits.journal();
        let is_first_page =
            |entry: &Entry| entry.is(&Method::GET, "/employees") && matches!(entry.number("page"), Ok(None | Some(1)));
        let in_vain = |entry: &Entry| {
            let effect = entry.effect.as_ref();
            is_write(entry) && effect.is_none_or(|effect| effect.kind == EffectKind::Unchanged)
        };
        InitialLoad {
            slices: hris.matching(is_first_page).len(),
            kills,
            time,
            writes: self.writes(),
            writes_in_vain: portal.matching(in_vain).len(),
            portal_reads: portal.matching(|entry| entry.method == Method::GET).len(),
            hris_requests: hris.len(),
            accounts: self.accounts(),
            ..InitialLoad::default()
        }
    }

    fn writes(&self) -> usize {
        self.customer.tribal_habits.journal().matching(is_write).len()
    }

    fn accounts(&self) -> Vec<String> {
        let users = self.customer.tribal_habits.users();
        sorted(users.iter().map(|user| json!(user).to_string()))
    }

    /// What the accounts hold is compared where it is; of the links, whose they are and which fields are known.
    async fn links(&self) -> Result<Vec<String>, Failure> {
        let table = self.stack.tenant_table(&self.customer.tenant).await?;
        let people = table.load_people().await?;
        Ok(sorted(people.people.iter().map(|person| {
            // A field that is empty may be known to be empty, or not be known: that is the same.
            let fields = person.fields.0.iter().filter(|(_, value)| !value.is_empty());
            let fields: Vec<_> = fields.map(|(name, _)| name).collect();
            json!([person.employee_id, person.user_name, person.active, fields]).to_string()
        })))
    }

    /// Returns the number of writes left for the first run of the next day, which reads the portal.
    async fn next_day(&self) -> Result<usize, Failure> {
        let before = self.writes();
        self.stack.limit_invocations("user-sync", IN_PEACE).await?;
        let table = self.stack.tenant_table(&self.customer.tenant).await?;
        let yesterday = JobState {
            last_verified_on: None,
            ..self.job().await?
        };
        put_job(&table, Job::UserSync, &yesterday).await?;
        let event = json!({ "tenant": self.customer.tenant });
        self.stack.invoke("user-sync", &event).await?;
        let last = self.job().await?;
        if last.last_verified_on.is_none() {
            return Err("the next day's run has not come to its end".into());
        }
        Ok(self.writes() - before)
    }
}

fn is_write(entry: &Entry) -> bool {
    entry.is(&Method::POST, "/users") || entry.is(&Method::PUT, "/users/{user_name}")
}

fn sorted(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut items: Vec<_> = items.collect();
    items.sort();
    items
}
