//! Checks across values: numbers out of their range, lists that contradict each other. The checks of the fields of
//! users are in [`super::field_checks`].

use super::document::Document;
use super::field_checks::{check_expression, check_fields};
use std::collections::BTreeSet;

use super::finding::{Checks, ConfigurationFinding};
use super::mail_checks::why_unmailable;
use crate::people::no_date::NoDateValue;

use super::{ChangeLimit, MOST_RECIPIENTS, TenantConfiguration, UsersConfiguration};
use crate::identity::{EmailAddress, UserName};

/// A day: the widest flexible window of EventBridge Scheduler.
const LONGEST_JITTER: u32 = 1440;

/// Everything that is wrong with a configuration whose values can all be read.
pub(super) fn check(document: &Document<'_>, configuration: &TenantConfiguration) -> Vec<ConfigurationFinding> {
    let mut checks = Checks::new(document);
    check_texts(&mut checks, configuration);
    check_launch_urls(&mut checks, configuration);
    check_rates(&mut checks, configuration);
    check_users(&mut checks, &configuration.users);
    check_fields(&mut checks, &configuration.users);
    check_limits(&mut checks, configuration);
    let addresses = configuration.alerts.to.iter().map(EmailAddress::key);
    checks.no_duplicates(&["alerts", "to"], "address", addresses);
    check_recipients(&mut checks, configuration.alerts.to.len());
    checks.into_findings()
}

/// Checks that hold only for a configuration that is being applied: an older version that is stored stays readable.
pub(super) fn check_new(document: &Document<'_>, configuration: &TenantConfiguration) -> Vec<ConfigurationFinding> {
    let mut checks = Checks::new(document);
    for (index, address) in configuration.alerts.to.iter().enumerate() {
        if let Some(why) = why_unmailable(address.as_str()) {
            let message = format!("mail cannot be sent to this address: {why}");
            checks.refuse(&["alerts", "to", &index.to_string()], message);
        }
    }
    checks.into_findings()
}

/// One mail goes to all addresses, and SES takes no mail to more.
fn check_recipients(checks: &mut Checks<'_>, count: usize) {
    if count > MOST_RECIPIENTS {
        let message = format!(
            "a mail goes to at most {MOST_RECIPIENTS} addresses, and these are {count}; a distribution list is one"
        );
        checks.refuse(&["alerts", "to"], message);
    }
}

fn check_texts(checks: &mut Checks<'_>, configuration: &TenantConfiguration) {
    if configuration.name.trim().is_empty() {
        checks.refuse(&["name"], "name is the customer's name, and not empty".to_owned());
    }
    if configuration.courses.reference.trim().is_empty() {
        let message =
            "reference is matched exactly, and not empty: an auto-enrol link without one is no sign".to_owned();
        checks.refuse(&["courses", "reference"], message);
    }
}

/// Whether a topic has such a code is known to the portal alone: `doctor` and every course sync say which have none.
fn check_launch_urls(checks: &mut Checks<'_>, configuration: &TenantConfiguration) {
    for (code, url) in &configuration.courses.launch_urls {
        let path = ["courses", "launch_urls", code.0.as_str()];
        if code.0.trim() != code.0 || code.0.is_empty() {
            let message = format!(
                "{:?} is no topic's code: one is not empty and has no blanks around it",
                code.0
            );
            checks.refuse_key(&path, message);
        }
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            checks.refuse(&path, "a launch URL is an http or https address".to_owned());
        }
    }
}

fn check_rates(checks: &mut Checks<'_>, configuration: &TenantConfiguration) {
    for (section, rate) in [
        ("tribal_habits", configuration.tribal_habits.requests_per_minute),
        ("employee_connect", configuration.employee_connect.requests_per_minute),
    ] {
        if rate == 0 {
            let message = "requests_per_minute is at least 1".to_owned();
            checks.refuse(&[section, "requests_per_minute"], message);
        }
    }
    if !(1..=200).contains(&configuration.employee_connect.page_size) {
        let message = "page_size is between 1 and 200".to_owned();
        checks.refuse(&["employee_connect", "page_size"], message);
    }
    if configuration.schedules.jitter_minutes > LONGEST_JITTER {
        let message =
            format!("jitter_minutes is at most {LONGEST_JITTER}: EventBridge Scheduler takes no wider window");
        checks.refuse(&["schedules", "jitter_minutes"], message);
    }
}

fn check_users(checks: &mut Checks<'_>, users: &UsersConfiguration) {
    check_statuses(checks, users);
    let keys = users.match_existing.iter().map(|key| key.as_str().to_owned());
    checks.no_duplicates(&["users", "match_existing"], "key", keys);
    let none = users.no_date_values.iter().map(NoDateValue::key);
    checks.no_duplicates(&["users", "no_date_values"], "value", none);
    let protected = users.protect.iter().map(UserName::key);
    checks.no_duplicates(&["users", "protect"], "user name", protected);
    check_expression(checks, &["users", "user_name"], &users.user_name);
    if let Some(filter) = &users.filter {
        let path = ["users", "filter"];
        check_expression(checks, &path, filter);
        if filter.is_never_a_truth_value() {
            let message =
                "filter is an expression that is true or false, as in employee.location == \"Sydney\"".to_owned();
            checks.refuse(&path, message);
        }
    }
}

fn check_statuses(checks: &mut Checks<'_>, users: &UsersConfiguration) {
    if users.active_statuses.is_empty() {
        let message = "active_statuses names at least one status: without one nobody works there".to_owned();
        checks.refuse(&["users", "active_statuses"], message);
    }
    for (key, statuses) in [
        ("active_statuses", &users.active_statuses),
        ("terminated_statuses", &users.terminated_statuses),
    ] {
        let mut seen = BTreeSet::new();
        for (index, status) in statuses.iter().enumerate() {
            let path = ["users", key, &index.to_string()];
            if !seen.insert(status) {
                checks.refuse(&path, format!("{status:?} is listed twice"));
            }
            if status.trim() != status || status.is_empty() {
                let message = format!("{status:?} is no status: one is not empty and has no blanks around it");
                checks.refuse(&path, message);
            }
            if key == "terminated_statuses" && users.active_statuses.contains(status) {
                checks.refuse(&path, format!("{status:?} is both an active and a terminated status"));
            }
        }
    }
}

fn check_limits(checks: &mut Checks<'_>, configuration: &TenantConfiguration) {
    let limits = &configuration.limits;
    let percent = |limit: ChangeLimit| limit.percent;
    for (path, value) in [
        (
            ["limits", "terminated", "percent"].as_slice(),
            percent(limits.terminated),
        ),
        (&["limits", "vanished", "percent"], percent(limits.vanished)),
        (&["limits", "out_of_scope", "percent"], percent(limits.out_of_scope)),
        (&["limits", "created", "percent"], percent(limits.created)),
        (&["limits", "renamed", "percent"], percent(limits.renamed)),
        (&["limits", "updated", "percent"], percent(limits.updated)),
        (&["limits", "field_loss_percent"], limits.field_loss_percent),
        (&["limits", "shrink_percent"], limits.shrink_percent),
    ] {
        if !(0.0..=100.0).contains(&value) {
            checks.refuse(path, format!("a share is between 0 and 100 percent, not {value}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_to_more_addresses_than_ses_takes_is_refused_on_its_line() {
        let with = |count: usize| {
            let to: Vec<_> = (0..count).map(|number| format!("\"hr{number}@acme.com.au\"")).collect();
            let source = include_str!("acme.toml").replace("\"hr-systems@acme.com.au\"", &to.join(", "));
            source.parse::<TenantConfiguration>()
        };
        assert!(with(MOST_RECIPIENTS).is_ok());
        let refused = with(MOST_RECIPIENTS + 1).expect_err("too many").to_string();
        assert!(refused.contains("at most 50 addresses, and these are 51"), "{refused}");
    }
}
