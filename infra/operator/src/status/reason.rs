//! Describes a customer's problems in a few words.

use habitsync_domain::fleet::health::{CustomerHealth, Health, Symptom};
use habitsync_domain::jobs::job::Job;
use jiff::Timestamp;

use crate::terminal::age;

/// The worst that is wrong, and how much there is besides.
pub(super) fn worst(customer: &CustomerHealth, now: Timestamp) -> String {
    let Some(symptom) = customer.symptoms.first() else {
        return String::new();
    };
    let more = match customer.symptoms.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    format!("{}{more}", reason(customer, symptom, now))
}

/// Everything that is wrong, the worst first.
pub(super) fn reasons(customer: &CustomerHealth, now: Timestamp) -> String {
    let reasons = customer.symptoms.iter().map(|symptom| reason(customer, symptom, now));
    let silent = customer
        .breaker_open
        .then(|| "EmployeeConnect does not answer".to_owned());
    reasons.chain(silent).collect::<Vec<_>>().join("; ")
}

fn reason(customer: &CustomerHealth, symptom: &Symptom, now: Timestamp) -> String {
    let long = symptom.since.map(|since| age(now.duration_since(since)));
    let long = long.unwrap_or_else(|| "a while".to_owned());
    let job = symptom.job.map_or("results", Job::as_str);
    match symptom.is {
        Health::Failing => {
            let failing = symptom.job.and_then(|job| customer.job(job)?.failing.as_ref());
            let signature = failing.map(|failing| failing.signature.to_string());
            format!("{job} for {long}: {}", signature.unwrap_or_default())
        }
        Health::Late => format!("{job} due {long} ago"),
        Health::Stalled => format!("{job} gets nowhere"),
        Health::Unsent => format!("the first result unsent for {long}"),
        Health::Dead => "results died within a day".to_owned(),
        Health::Held => {
            let held = customer.held.as_ref();
            let plan = held.map(|held| held.plan.as_str()).unwrap_or_default();
            format!("plan {plan} has waited for {long}")
        }
        Health::Incident => format!("{job} for {long}, as for many customers"),
        Health::New | Health::Hypercare | Health::Well | Health::Draft | Health::Paused => String::new(),
    }
}
