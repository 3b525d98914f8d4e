//! Assumptions about every employee record: an id of its own, a status that the configuration lists, readable dates.

use std::collections::{BTreeMap, BTreeSet};

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, employee_connect as assume, few};
use habitsync_domain::people::dates::DateRules;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::employment::EmploymentRules;
use habitsync_domain::people::last_day::RECENT_DAYS;
use habitsync_vendor_http::{ListSample, Record};
use jiff::Timestamp;
use serde_json::Value;

/// Judges the records that were seen.
pub(super) fn judge(customer: &TenantConfiguration, list: &ListSample, now: Timestamp) -> Vec<AssumptionFinding> {
    let records: Vec<_> = list.records().collect();
    if records.is_empty() {
        return Vec::new();
    }
    vec![
        judge_ids(&records),
        judge_statuses(customer, &records),
        judge_dates(customer, &records),
        judge_last_days(customer, &records, now),
    ]
}

/// An id as text, a number's too; empty where there is none.
pub(super) fn id_text(record: &Record) -> String {
    match record.get("employeeId") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    }
}

fn judge_ids(records: &[&Record]) -> AssumptionFinding {
    let of = records.len();
    let texts = records
        .iter()
        .filter(|record| record.get("employeeId").is_some_and(Value::is_string));
    let texts = texts.filter(|record| !id_text(record).trim().is_empty()).count();
    if texts < of {
        let numbers = records
            .iter()
            .filter(|record| record.get("employeeId").is_some_and(Value::is_number));
        let numbers = match numbers.count() {
            0 => String::new(),
            numbers => format!("; {numbers} have a number"),
        };
        return assume::EMPLOYEE_ID.needs_mending(format!("{} of {of} have no text employeeId{numbers}", of - texts));
    }
    let different: BTreeSet<_> = records.iter().map(|record| id_text(record)).collect();
    match of - different.len() {
        0 => assume::EMPLOYEE_ID.holds(format!("{of} of {of} have one, each another")),
        repeated => assume::EMPLOYEE_ID.needs_mending(format!("{repeated} of {of} have an id that another has")),
    }
}

fn judge_statuses(customer: &TenantConfiguration, records: &[&Record]) -> AssumptionFinding {
    let (of, users) = (records.len(), &customer.users);
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for status in records.iter().filter_map(|record| record.get("status")?.as_str()) {
        *statuses.entry(status.trim()).or_default() += 1;
    }
    let with: usize = statuses.values().sum();
    if with < of {
        return assume::EMPLOYEE_STATUS.needs_mending(format!("{} of {of} have no status", of - with));
    }
    let is_known = |status: &str| {
        let mut known = users.active_statuses.iter().chain(&users.terminated_statuses);
        known.any(|known| known == status)
    };
    let counted: Vec<_> = statuses
        .iter()
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    let seen = few(counted.iter().map(String::as_str));
    let unknown: Vec<_> = statuses.keys().copied().filter(|status| !is_known(status)).collect();
    if unknown.is_empty() {
        return assume::EMPLOYEE_STATUS.holds(seen);
    }
    let active = users
        .active_statuses
        .iter()
        .map(String::as_str)
        .chain(unknown.iter().copied());
    let active: Vec<_> = active.map(|status| format!("{status:?}")).collect();
    let set = Advice::set(
        "users.active_statuses",
        format!("[{}]", few(active.iter().map(String::as_str))),
    );
    let or = Advice::ask(format!(
        "those of {} that mean somebody has left belong in users.terminated_statuses",
        few(unknown.iter().copied())
    ));
    assume::EMPLOYEE_STATUS.differs(
        format!("{seen}; not listed: {}", few(unknown.iter().copied())),
        vec![set, or],
    )
}

fn judge_dates(customer: &TenantConfiguration, records: &[&Record]) -> AssumptionFinding {
    let rules = DateRules::from(customer);
    let employees = records
        .iter()
        .filter_map(|record| Employee::from_record((*record).clone()).ok());
    let (mut dates, mut none, mut odd) = (0, 0, BTreeMap::<String, usize>::new());
    for employee in employees {
        none += employee.dates_that_stand_for_none(&rules).count();
        for (field, date) in [
            ("startDate", employee.start_date(&rules)),
            ("terminationDate", employee.termination_date(&rules)),
        ] {
            match date {
                Ok(None) => {}
                Ok(Some(_)) => dates += 1,
                Err(_) => *odd.entry(shape(field, &employee)).or_default() += 1,
            }
        }
    }
    let none = match none {
        0 => String::new(),
        none => format!(", {none} stand for none"),
    };
    if odd.is_empty() {
        return match dates {
            0 => assume::EMPLOYEE_DATES.untold(format!("no record has a date{none}"), Vec::new()),
            dates => assume::EMPLOYEE_DATES.holds(format!("{dates} dates can be read{none}")),
        };
    }
    let odd: Vec<_> = odd.iter().map(|(shape, count)| format!("{count} as {shape}")).collect();
    assume::EMPLOYEE_DATES.needs_mending(format!("{dates} can be read{none}, {}", odd.join(", ")))
}

/// Counts active statuses beside last days that are too old to end an account.
fn judge_last_days(customer: &TenantConfiguration, records: &[&Record], now: Timestamp) -> AssumptionFinding {
    let dates = DateRules::from(customer);
    let rules = EmploymentRules {
        users: &customer.users,
        dates: &dates,
        today: now.to_zoned(customer.time_zone.zone().clone()).date(),
    };
    let is_old = |record: &&&Record| {
        let employee = Employee::from_record((**record).clone()).ok();
        employee.is_some_and(|employee| rules.has_outlived_last_day(&employee))
    };
    let (of, old) = (records.len(), records.iter().filter(is_old).count());
    if old == 0 {
        return assume::EMPLOYEE_LAST_DAY.holds(format!("0 of {of} have one"));
    }
    let seen = format!("{old} of {of} have an active status and a last day more than {RECENT_DAYS} days ago");
    let ask = Advice::ask("do they work there again? `habitsync scan` names them; their last day should be cleared");
    let set = Advice::set(
        "users.on_contradiction",
        "\"status\" or \"date\", where one of them is always right",
    );
    assume::EMPLOYEE_LAST_DAY.differs(seen, vec![ask, set])
}

/// Returns the format of a date, without its value: `startDate 99/99/9999`.
fn shape(field: &str, employee: &Employee) -> String {
    let Some(text) = employee.text(field) else {
        return format!("{field} that is no text");
    };
    let shape: String = text.chars().take(30).map(anonymous).collect();
    format!("{field} {shape}")
}

fn anonymous(character: char) -> char {
    match character {
        digit if digit.is_ascii_digit() => '9',
        letter if letter.is_alphabetic() => 'a',
        other => other,
    }
}
