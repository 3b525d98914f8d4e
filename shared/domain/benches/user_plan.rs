//! Mapping and planning: what a user sync computes between its last read and its first write, for companies of up to a hundred
//! thousand people with ten mapped fields, two of which need the interpreter, and a filter that does.
//!
//! `cargo bench -p habitsync-domain` prints times and, under `max alloc`, the most memory that was in use at once.

use std::sync::Arc;

use divan::{AllocProfiler, Bencher};
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::fields::Shape;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::user_plan::{LimitInput, PlanInput, Unreadable, UserPlan, plan_users};
use jiff::Timestamp;
use serde_json::{Map, Value};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Employees of a page, as EmployeeConnect's list has them at most.
const PAGE: usize = 200;

const COMPANIES: [usize; 3] = [25_000, 50_000, 100_000];

fn main() {
    divan::main();
}

/// The documented example, with two more mapped fields: ten in all.
fn configuration() -> TenantConfiguration {
    let acme = include_str!("../src/configuration/acme.toml");
    let ten = acme.replace(
        "\"X-Job Title\" =",
        "\"X-Department\" = \"employee.department\"\n\"X-Employment Type\" = \"employee.employmentType\"\n\"X-Job Title\" =",
    );
    let configuration: TenantConfiguration = ten.parse().expect("valid");
    assert_eq!(configuration.users.fields.len(), 10);
    configuration
}

/// One record as it is on the wire: every field of the contract, and four custom ones.
fn record(number: usize, changed: bool) -> String {
    // The first few have a manager whom nobody knows.
    let manager = number / 8;
    let title = if changed { "Head of Change" } else { "Senior Analyst" };
    format!(
        r#"{{"employeeId":"E{number:06}","userId":"{number}","firstName":"Josephine","lastName":"Citizen-{number}","preferredName":"Jo",
        "workEmail":"jo.citizen-{number}@acme.com.au","personalEmail":"jo{number}@example.com","jobTitle":"{title}",
        "location":"Perth","department":"Operations","employmentType":"Full time","managerEmployeeId":"E{manager:06}",
        "managerName":"Boss","managerEmail":null,"status":"Active","startDate":"2024-01-08","terminationDate":null,
        "customFields":{{"Division":"OPS","Cost Centre":"4711","Shirt":"M","Desk":"7.{number}"}},"updatedAt":"2026-11-01T00:00:00Z"}}"#
    )
}

/// The pages of a company; one in `changed_every` has a new job title.
fn pages(people: usize, changed_every: usize) -> Vec<String> {
    let numbers: Vec<_> = (1..=people).collect();
    let page = |numbers: &[usize]| {
        let records = numbers
            .iter()
            .map(|number| record(*number, number % changed_every == 0));
        format!("[{}]", records.collect::<Vec<_>>().join(","))
    };
    numbers.chunks(PAGE).map(page).collect()
}

fn keep(page: &str, shape: &Arc<Shape>) -> Vec<Employee> {
    let records: Vec<Map<String, Value>> = serde_json::from_str(page).expect("a page");
    let employees = records.into_iter().map(|record| Employee::shaped(record, shape));
    employees.collect::<Result<_, _>>().expect("has an id")
}

fn shape(configuration: &TenantConfiguration) -> Arc<Shape> {
    match FieldsNeeded::from_rules(&configuration.users) {
        FieldsNeeded::Named(shape) => shape,
        FieldsNeeded::All => panic!("the example names its fields"),
    }
}

fn roster(configuration: &TenantConfiguration, people: usize, changed_every: usize) -> Roster {
    let shape = shape(configuration);
    let pages = pages(people, changed_every);
    Roster::from(pages.iter().flat_map(|page| keep(page, &shape)).collect::<Vec<_>>())
}

fn plan(configuration: &TenantConfiguration, roster: &Roster, people: &[Person]) -> UserPlan {
    let plan = plan_users(&PlanInput {
        configuration,
        roster,
        people,
        missing: &[],
        rejected_writes: &[],
        last_days: &[],
        portal: None,
        unreadable: Unreadable::default(),
        limit_input: LimitInput::default(),
        now: now(),
    });
    assert!(plan.counts.adds_up() && plan.problems.len() < 10, "{:?}", plan.counts);
    plan
}

fn now() -> Timestamp {
    "2026-11-22T21:00:00Z".parse().expect("a time")
}

/// What the table holds of everybody once they have been created.
fn mirror(configuration: &TenantConfiguration, roster: &Roster) -> Vec<Person> {
    let plan = plan(configuration, roster, &[]);
    plan.actions.iter().map(|action| action.person_after(now())).collect()
}

#[divan::bench(args = COMPANIES, sample_count = 5, sample_size = 1)]
fn nobody_changed(bencher: Bencher, people: usize) {
    let configuration = configuration();
    let roster = roster(&configuration, people, usize::MAX);
    let mirror = mirror(&configuration, &roster);
    bencher.bench_local(|| assert_eq!(plan(&configuration, &roster, &mirror).actions.len(), 0));
}

#[divan::bench(args = COMPANIES, sample_count = 5, sample_size = 1)]
fn one_in_a_hundred_changed(bencher: Bencher, people: usize) {
    let configuration = configuration();
    let mirror = mirror(&configuration, &roster(&configuration, people, usize::MAX));
    let roster = roster(&configuration, people, 100);
    bencher.bench_local(|| assert_eq!(plan(&configuration, &roster, &mirror).actions.len(), people / 100));
}

#[divan::bench(args = COMPANIES, sample_count = 3, sample_size = 1)]
fn everybody_is_new(bencher: Bencher, people: usize) {
    let configuration = configuration();
    let roster = roster(&configuration, people, usize::MAX);
    bencher.bench_local(|| assert_eq!(plan(&configuration, &roster, &[]).actions.len(), people));
}

/// The records of one page become what is kept of them.
#[divan::bench(sample_count = 50)]
fn a_page_is_kept(bencher: Bencher) {
    let configuration = configuration();
    let (shape, pages) = (shape(&configuration), pages(PAGE, usize::MAX));
    bencher.bench_local(|| keep(&pages[0], &shape));
}

/// Everything that a run with a full mirror holds at once: roster, mirror, plan. The mirror is copied as if it had just been
/// read from the table, the pages are made and dropped one by one.
#[divan::bench(args = COMPANIES, sample_count = 1, sample_size = 1)]
fn memory_of_a_whole_run(bencher: Bencher, people: usize) {
    let configuration = configuration();
    let stored = mirror(&configuration, &roster(&configuration, people, usize::MAX));
    bencher.bench_local(|| {
        let shape = shape(&configuration);
        let numbers: Vec<_> = (1..=people).collect();
        let employees = numbers.chunks(PAGE).flat_map(|numbers| {
            let records = numbers.iter().map(|number| record(*number, number % 100 == 0));
            keep(&format!("[{}]", records.collect::<Vec<_>>().join(",")), &shape)
        });
        let roster = Roster::from(employees.collect::<Vec<_>>());
        let mirror = stored.clone();
        plan(&configuration, &roster, &mirror)
    });
}
