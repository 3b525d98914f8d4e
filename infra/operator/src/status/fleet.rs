//! Every customer in short: those who need an operator have a line each, the worst first; the others too as long as
//! they fit on a screen, and folded otherwise.

use std::collections::BTreeMap;

use habitsync_domain::configuration::Status;
use habitsync_domain::fleet::health::{CustomerHealth, Health};
use habitsync_domain::jobs::job::Job;
use habitsync_workflows::fleet::status::{FleetStatus, OpenIncident};
use jiff::Timestamp;
use serde::Serialize;

use super::reason::{reasons, worst};
use crate::stage::Stage;
use crate::terminal::answer::{TOGETHER, grid, paragraphs, wrapped};
use crate::terminal::{Answer, age, counted};

/// So many customers have a line each without being asked for.
const SCREEN: usize = 36;

/// Which customers have a line of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Customers that need an operator, and all others while they fit on a screen.
    Screen,
    /// Every customer has a line.
    All,
    /// Only customers that need an operator.
    Unwell,
}

/// How the fleet is.
#[derive(Debug, Serialize)]
pub(super) struct Fleet {
    stage: String,
    at: Timestamp,
    /// How many customers there are of each word.
    counts: BTreeMap<Health, usize>,
    customers: Vec<CustomerHealth>,
    incidents: Vec<OpenIncident>,
    unreadable: u64,
    #[serde(skip)]
    extent: Extent,
}

impl Fleet {
    pub(super) fn new(status: FleetStatus, extent: Extent, stage: &Stage, now: Timestamp) -> Self {
        Self::at(status, extent, &stage.name, now)
    }

    fn at(status: FleetStatus, extent: Extent, stage: &str, now: Timestamp) -> Self {
        let mut counts = BTreeMap::new();
        for customer in &status.customers {
            *counts.entry(customer.health).or_default() += 1;
        }
        let mut customers = status.customers;
        customers.retain(|customer| extent != Extent::Unwell || customer.health.is_unhealthy());
        Self {
            stage: stage.to_owned(),
            at: now,
            counts,
            customers,
            incidents: status.incidents,
            unreadable: status.unreadable,
            extent,
        }
    }

    /// Those with a line of their own, and those who are folded.
    fn split(&self) -> (Vec<&CustomerHealth>, Vec<&CustomerHealth>) {
        let fits = self.customers.len() <= SCREEN;
        let has_line =
            |customer: &&CustomerHealth| fits || self.extent == Extent::All || customer.health.is_unhealthy();
        self.customers.iter().partition(has_line)
    }

    /// A customer's line.
    fn line(&self, customer: &CustomerHealth) -> Vec<String> {
        let [users, courses, sweep] = Job::ALL.map(|job| self.since_success(customer, job));
        vec![
            customer.tenant.to_string(),
            word(customer),
            users,
            courses,
            sweep,
            self.why(customer),
        ]
    }

    fn since_success(&self, customer: &CustomerHealth, job: Job) -> String {
        let Some(health) = customer.job(job) else {
            return String::new();
        };
        match health.last_success_at {
            Some(success) => age(self.at.duration_since(success)),
            None if health.scheduled => "never".to_owned(),
            None => "-".to_owned(),
        }
    }

    /// The worst that is wrong, and what waits; of a new customer, the start.
    fn why(&self, customer: &CustomerHealth) -> String {
        let worst = match customer.health {
            Health::New => self.begins(customer),
            _ => worst(customer, self.at),
        };
        let parts = [worst, waits(customer)];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }

    fn begins(&self, customer: &CustomerHealth) -> String {
        let due = customer.jobs.iter().filter_map(|job| Some((job.next_due_at?, job.job)));
        let first = due.min().map(|(at, job)| {
            let wait = age(at.duration_since(self.at));
            format!("{job} due within {wait}")
        });
        first.unwrap_or_default()
    }

    /// Those who are folded: a line for each word.
    fn folded(&self, folded: &[&CustomerHealth], width: u16) -> String {
        let mut words: BTreeMap<Health, Vec<&CustomerHealth>> = BTreeMap::new();
        for customer in folded {
            words.entry(customer.health).or_default().push(customer);
        }
        let lines = words.iter().map(|(health, customers)| {
            let line = format!(" {:<10} {:>4}  ", health.as_str(), customers.len());
            let rest = if *health == Health::Well {
                let room = usize::from(width).saturating_sub(line.len());
                self.longest_ago(customers, room)
            } else {
                names(customers, usize::from(width).saturating_sub(line.len()))
            };
            format!("{line}{rest}")
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The oldest success of each job, of those who are well.
    fn longest_ago(&self, customers: &[&CustomerHealth], room: usize) -> String {
        let oldest: Vec<_> = Job::ALL
            .into_iter()
            .filter_map(|job| {
                let successes = customers.iter().filter_map(|customer| {
                    let health = customer.job(job).filter(|health| health.scheduled)?;
                    Some((health.last_success_at?, &customer.tenant))
                });
                let (success, tenant) = successes.min()?;
                let long = age(self.at.duration_since(success));
                Some((format!("{job} {long}"), tenant))
            })
            .collect();
        let named = oldest.iter().map(|(job, tenant)| format!("{job} ({tenant})"));
        let named = format!("longest ago: {}", named.collect::<Vec<_>>().join(", "));
        if named.len() <= room {
            return named;
        }
        let jobs: Vec<_> = oldest.into_iter().map(|(job, _)| job).collect();
        format!("longest ago: {}", jobs.join(", "))
    }

    fn outages(&self) -> String {
        let line = |incident: &OpenIncident| {
            let kinds: Vec<_> = incident.kinds.iter().map(ToString::to_string).collect();
            format!(
                " {} {} at {}: {}, for {}",
                incident.vendor,
                kinds.join(", "),
                incident.domain,
                counted(incident.customers, "customer"),
                age(self.at.duration_since(incident.opened_at))
            )
        };
        self.incidents.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Answer for Fleet {
    fn heading(&self) -> String {
        let words = self.counts.iter();
        let words: Vec<_> = words
            .map(|(health, count)| format!("{count}{TOGETHER}{}", health.as_str()))
            .collect();
        let unreadable = match self.unreadable {
            0 => String::new(),
            rows => format!("; {} cannot be read", counted(rows, "row")),
        };
        format!(
            "# {} on stage {}, from the table: {}{unreadable}",
            counted(self.counts.values().sum::<usize>(), "customer"),
            self.stage,
            words.join(", ")
        )
    }

    fn columns(&self) -> &'static [&'static str] {
        &[
            "customer",
            "name",
            "status",
            "is",
            "users succeeded",
            "courses succeeded",
            "sweep succeeded",
            "users due",
            "held",
            "parked",
            "ignored",
            "unsent",
            "dead",
            "why",
        ]
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let time = |at: Option<Timestamp>| at.map(|at| format!("{at:.0}")).unwrap_or_default();
        let row = |customer: &CustomerHealth| {
            let [users, courses, sweep] =
                Job::ALL.map(|job| time(customer.job(job).and_then(|job| job.last_success_at)));
            vec![
                customer.tenant.to_string(),
                customer.name.clone(),
                status(customer.status).to_owned(),
                customer.health.as_str().to_owned(),
                users,
                courses,
                sweep,
                time(customer.job(Job::UserSync).and_then(|job| job.next_due_at)),
                held(customer).to_string(),
                customer.parked.to_string(),
                customer.ignored.to_string(),
                customer.unsent.to_string(),
                customer.dead.to_string(),
                reasons(customer, self.at),
            ]
        };
        self.customers.iter().map(row).collect()
    }

    fn next(&self) -> Vec<String> {
        let first = self.customers.iter().find(|customer| customer.health.is_unhealthy());
        let (_, folded) = self.split();
        let more = (!folded.is_empty()).then(|| "a line for everybody:  habitsync status --all".to_owned());
        let first = first.map(|first| format!("begin here:            habitsync status {}", first.tenant));
        first.into_iter().chain(more).collect()
    }

    fn text(&self, width: u16) -> String {
        let (lines, folded) = self.split();
        let rows = lines.into_iter().map(|customer| self.line(customer)).collect();
        let columns = ["customer", "is", "users", "courses", "sweep", "why"];
        paragraphs([
            wrapped(&self.heading(), width),
            self.outages(),
            grid(&columns, rows, width),
            self.folded(&folded, width),
            self.next().join("\n"),
        ])
    }
}

/// How they are, and whether they are live where the word does not say it.
fn word(customer: &CustomerHealth) -> String {
    let word = customer.health.as_str();
    match (customer.status, customer.health) {
        (Status::Live, _) | (_, Health::Draft | Health::Paused) => word.to_owned(),
        (other, _) => format!("{word} ({})", status(other)),
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Live => "live",
        Status::Paused => "paused",
    }
}

fn held(customer: &CustomerHealth) -> u64 {
    customer.held.as_ref().map_or(0, |held| held.people)
}

/// What waits, by number, without what there is none of.
fn waits(customer: &CustomerHealth) -> String {
    let counts = [
        (held(customer), "held"),
        (customer.parked, "parked"),
        (customer.unsent, "unsent"),
        (customer.dead, "dead"),
    ];
    let there = counts.iter().filter(|(count, _)| *count > 0);
    let there: Vec<_> = there.map(|(count, what)| format!("{count} {what}")).collect();
    there.join(", ")
}

/// As many names as fit.
fn names(customers: &[&CustomerHealth], width: usize) -> String {
    let more = |left: usize| format!(" and {left} more");
    let mut said = String::new();
    for (index, customer) in customers.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let next = format!("{said}{comma}{}", customer.tenant);
        let left = customers.len() - index - 1;
        let reserve = if left == 0 { 0 } else { more(left).len() };
        if next.len() + reserve > width {
            return format!("{said}{}", more(left + 1));
        }
        said = next;
    }
    said
}

#[cfg(test)]
pub(crate) mod tests;
