//! The steps of a trace in words.

use habitsync_domain::user::PortalUser;
use habitsync_domain::user_plan::UserPlan;
use habitsync_workflows::one_person::ReadBack;
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use jiff::Timestamp;

use super::trace::Step;
use crate::terminal::{Old, arrow, counted, padded, printable};

/// `act          change: …                                        120 ms, 1 request`
pub(super) fn in_words(step: &Step) -> String {
    let mut lines = step.told.iter();
    let first = lines.next().map(String::as_str).unwrap_or_default();
    let requests = match step.requests {
        0 => String::new(),
        requests => format!(", {}", counted(requests, "request")),
    };
    let took = format!("{} ms{requests}", step.milliseconds);
    let wrapped = wrap(first, WIDTH - took.len() - 2);
    let head = wrapped.iter().enumerate().map(|(place, line)| {
        let (name, took) = if place == 0 {
            (step.name, took.as_str())
        } else {
            ("", "")
        };
        let room = WIDTH - took.chars().count();
        format!("{name:<11}{}{took}", padded(line, room))
    });
    let rest = lines.flat_map(|line| wrap(line, WIDTH - 2));
    let rest = rest.map(|line| format!("{:<11}  {line}", ""));
    let told: Vec<_> = head.chain(rest).map(|line| line.trim_end().to_owned()).collect();
    told.join("\n")
}

/// What stands beside a step's name.
const WIDTH: usize = 87;

fn wrap(text: &str, width: usize) -> Vec<String> {
    let lines = textwrap::wrap(text, width);
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

pub(super) fn changes(plan: &UserPlan, at: Timestamp) -> Vec<String> {
    let planned = plan.planned(at).into_iter();
    let values = planned.flat_map(|planned| planned.fields);
    values.map(|change| arrow(&change, Old::Shown)).collect()
}

pub(super) fn accounts_in_words(accounts: &[PortalUser]) -> Vec<String> {
    if accounts.is_empty() {
        return vec!["no account has these user names".to_owned()];
    }
    let accounts = accounts.iter().map(|user| {
        let active = if user.active { "active" } else { "deactivated" };
        format!("{}, {active}", printable(user.user_name.as_str()))
    });
    accounts.collect()
}

pub(super) fn read_back_in_words(read: &ReadBack) -> Vec<String> {
    let verdict = if read.is_as_expected() {
        "every field is as expected".to_owned()
    } else if read.found {
        "not everything is as expected".to_owned()
    } else {
        "the account is not there".to_owned()
    };
    let fields = read.fields.iter().map(|field| {
        let sign = if field.same { '=' } else { '≠' };
        let seen = field.seen.as_deref().unwrap_or("(no account)");
        let written = if field.written { "  (written)" } else { "" };
        format!(
            "{}: {} {sign} {}{written}",
            field.field,
            shown(&field.expected),
            shown(seen)
        )
    });
    [verdict].into_iter().chain(fields).collect()
}

fn shown(value: &str) -> String {
    if value.is_empty() {
        return "(empty)".to_owned();
    }
    printable(value)
}

pub(super) fn failed(failure: &VendorFailure) -> String {
    match &failure.kind {
        VendorFailureKind::Refused(fields) if !fields.is_empty() => {
            let fields = fields.iter().map(|field| format!("{} {}", field.field, field.reason));
            let fields: Vec<_> = fields.collect();
            format!("refused: {}", printable(&fields.join("; ")))
        }
        _ => failure.to_string(),
    }
}
