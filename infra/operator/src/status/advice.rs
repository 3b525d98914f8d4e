//! What to type next, for each thing that is wrong with a customer.

use habitsync_domain::configuration::Status;
use habitsync_domain::fleet::failure_streak::{FailureSignature, VendorFault};
use habitsync_domain::fleet::health::{Health, Symptom};
use habitsync_workflows::fleet::customer_status::{CustomerStatus, ParkedKind};

/// One line for each command, with why before it; none twice.
pub(super) fn advice(status: &CustomerStatus) -> Vec<String> {
    let tenant = &status.health.tenant;
    let symptoms = status
        .health
        .symptoms
        .iter()
        .flat_map(|symptom| for_symptom(status, symptom));
    let near = |on: &habitsync_workflows::fleet::customer_status::Counted<ParkedKind>| on.what == ParkedKind::Course;
    let near = status.parked_on.iter().any(near).then(|| {
        let why = "what topics lack to be courses";
        (why, format!("courses {tenant} --near"))
    });
    let mails = (!status.mails_stopped.is_empty()).then(|| {
        let why = "mend the address in the file, then";
        (why, format!("tenant apply {tenant}.toml"))
    });
    let webhooks = status.without_webhooks.map(|_| {
        let why = "a new webhook secret";
        (why, format!("tenant secrets set {tenant} webhook FILE"))
    });
    let paused = (status.health.status == Status::Paused).then(|| ("let it go on", format!("tenant resume {tenant}")));
    let mut commands: Vec<_> = symptoms
        .chain(near)
        .chain(webhooks)
        .chain(mails)
        .chain(paused)
        .collect();
    commands.dedup();
    let widest = commands.iter().map(|(why, _)| why.len() + 1).max().unwrap_or_default();
    let line = |(why, command): (&str, String)| format!("{:<widest$} habitsync {command}", format!("{why}:"));
    commands.into_iter().map(line).collect()
}

fn for_symptom(status: &CustomerStatus, symptom: &Symptom) -> Vec<(&'static str, String)> {
    let tenant = &status.health.tenant;
    let job = symptom
        .job
        .map_or("user-sync", habitsync_domain::jobs::job::Job::as_str);
    match symptom.is {
        Health::Failing if refuses_credentials(status, symptom) => vec![
            ("what each vendor says", format!("doctor {tenant}")),
            ("new credentials", format!("tenant secrets set {tenant} vendors FILE")),
        ],
        Health::Failing => vec![
            ("what the runs met", format!("runs {tenant} --job {job}")),
            ("what each vendor says", format!("doctor {tenant}")),
        ],
        Health::Late | Health::Stalled => vec![("run it now", format!("run {tenant} {job} --wait"))],
        Health::Unsent => vec![("which, and why", format!("results list {tenant} --state waiting"))],
        Health::Dead => vec![
            ("which, and why", format!("results list {tenant} --state dead")),
            ("again, once mended", format!("results replay {tenant} --all")),
        ],
        Health::Held => vec![("what waits for approval", format!("holds list {tenant}"))],
        Health::Incident => vec![
            ("the other customers of the incident", "status --unwell".to_owned()),
            ("run it now", format!("run {tenant} {job} --wait")),
        ],
        Health::New | Health::Hypercare | Health::Well | Health::Draft | Health::Paused => Vec::new(),
    }
}

fn refuses_credentials(status: &CustomerStatus, symptom: &Symptom) -> bool {
    let failing = symptom.job.and_then(|job| status.health.job(job)?.failing.as_ref());
    matches!(
        failing.map(|failing| &failing.signature),
        Some(FailureSignature::Vendor {
            kind: VendorFault::Credentials,
            ..
        })
    )
}
