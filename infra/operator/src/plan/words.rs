//! What a plan does about one person, in words.

use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::next_run::{NextRun, next_run};
use habitsync_domain::user_plan::{ActionKind, PlannedAction};
use jiff::Timestamp;

use crate::terminal::{Old, arrow, local, printable, zone_name};

/// `change`, `held: deactivate`.
pub(crate) fn what(planned: &PlannedAction) -> String {
    let deed = planned.kind.as_str();
    match (planned.held, &planned.kept) {
        (Some(_), _) => format!("held: {deed}"),
        (None, Some(_)) => format!("rejected: {deed}"),
        (None, None) => deed.to_owned(),
    }
}

/// Returns the changed values (those of a new account only where `values_of_new` asks for them), or the reason for an
/// action that changes no value worth showing.
pub(crate) fn in_words(planned: &PlannedAction, values_of_new: bool) -> String {
    let values = |old| {
        let fields = planned.fields.iter().filter(|field| field.field != "active");
        fields.map(|field| arrow(field, old)).collect::<Vec<_>>().join(", ")
    };
    if let Some(kept) = &planned.kept {
        return printable(kept);
    }
    let why = planned.why_held();
    match (planned.kind, &why) {
        (ActionKind::Change, Some(why)) => format!("{}; held: {why}", values(Old::Shown)),
        (ActionKind::Reactivate, Some(why)) => format!("{} {}; held: {why}", planned.reason, values(Old::Shown)),
        (ActionKind::Create, Some(why)) => format!("{}; held: {why}", planned.user_name.as_str()),
        (_, Some(why)) => format!("{}; held: {why}", planned.reason),
        (ActionKind::Create, None) if values_of_new => values(Old::None),
        (ActionKind::Create, None) => planned.user_name.as_str().to_owned(),
        (ActionKind::Adopt, None) => format!("the account {}", planned.user_name.as_str()),
        (ActionKind::Change | ActionKind::Note | ActionKind::GiveUp, None) => values(Old::Shown),
        (ActionKind::Reactivate, None) => [planned.reason.clone(), values(Old::Shown)].join(" "),
        (ActionKind::Deactivate, None) => planned.reason.clone(),
    }
}

/// When the next run follows.
pub(crate) fn next_run_in_words(configuration: &TenantConfiguration, now: Timestamp) -> String {
    let zone = configuration.time_zone.zone();
    match (configuration.status, next_run(configuration, Job::UserSync, now)) {
        (Status::Paused, _) => "the customer is paused: no run follows".to_owned(),
        (_, None) => "no run is scheduled".to_owned(),
        (_, Some(NextRun::At(at))) => format!("the next run is due {} ({})", local(at, zone), zone_name(zone)),
        (_, Some(NextRun::Within(time))) => format!("the next run is due within {time:#}"),
    }
}
