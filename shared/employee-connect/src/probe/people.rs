//! Assumptions of this customer's expressions about employee records: fields of the contract, managers, custom fields.

use std::collections::BTreeSet;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::expressions::expression::Expression;
use habitsync_domain::expressions::fields::NamedFields;
use habitsync_domain::onboarding::assumptions::{
    Advice, Assumption, AssumptionFinding, employee_connect as assume, few,
};
use habitsync_domain::people::contract::CONTRACT_FIELDS;
use habitsync_domain::people::fields::custom_fields_of;
use habitsync_vendor_http::{ListSample, Record};
use serde_json::Value;

use super::records::id_text;

/// Fields that have an assumption of their own.
const OTHERS: [&str; 7] = [
    "employeeId",
    "status",
    "startDate",
    "terminationDate",
    "managerEmployeeId",
    "managerEmail",
    "customFields",
];
/// The name fields, probed independently of a customer's mapping.
const NAMES: [&str; 2] = ["firstName", "lastName"];

/// Judges the records that were seen.
pub(super) fn judge(customer: &TenantConfiguration, list: &ListSample) -> Vec<AssumptionFinding> {
    let records: Vec<_> = list.records().collect();
    if records.is_empty() {
        return Vec::new();
    }
    let needed = |assumption: &Assumption| assumption.need.unmet(customer).is_none();
    let named: Vec<_> = customer.users.expressions().map(Expression::named_fields).collect();
    let mut findings = vec![judge_fields(&named, &records)];
    if needed(&assume::EMPLOYEE_MANAGER) {
        findings.push(judge_managers(&named, &records, list.is_whole()));
    }
    if needed(&assume::EMPLOYEE_CUSTOM_FIELDS) {
        findings.push(judge_custom_fields(&named, &records, list.is_whole()));
    }
    findings
}

fn judge_fields(named: &[NamedFields], records: &[&Record]) -> AssumptionFinding {
    let named = named.iter().flat_map(|named| &named.record).map(String::as_str);
    let wanted: BTreeSet<_> = named.chain(NAMES).filter(|field| !OTHERS.contains(field)).collect();
    let there: BTreeSet<_> = records
        .iter()
        .flat_map(|record| record.keys())
        .map(String::as_str)
        .collect();
    let missing: Vec<_> = wanted.difference(&there).copied().collect();
    let of = records.len();
    if missing.is_empty() {
        return assume::EMPLOYEE_FIELDS.holds(format!("all {} that are named are in {of} records", wanted.len()));
    }
    let others: Vec<_> = there
        .into_iter()
        .filter(|field| !CONTRACT_FIELDS.contains(field))
        .collect();
    let others = if others.is_empty() {
        String::new()
    } else {
        format!("; not in the contract: {}", few(others))
    };
    let seen = format!("none of {of} records has {}{others}", missing.join(", "));
    let without = Advice::ask("take the field out of the expressions of users, where it is not needed");
    assume::EMPLOYEE_FIELDS.differs(seen, vec![without, assume::EMPLOYEE_FIELDS.mend()])
}

fn judge_managers(named: &[NamedFields], records: &[&Record], is_whole: bool) -> AssumptionFinding {
    const KEY: &str = "users.fields.manager_email";
    let of = records.len();
    let asks = |field: &str| named.iter().any(|named| named.employee.contains(field));
    let follows = named.iter().any(|named| !named.manager.is_empty());
    let has = |field: &'static str| records.iter().filter(move |record| record.contains_key(field)).count();
    let (ids, emails) = (has("managerEmployeeId"), has("managerEmail"));
    let seen = format!("managerEmployeeId is in {ids} of {of} records, managerEmail in {emails}");
    let by_email = || Advice::set(KEY, "\"employee.managerEmail\"");
    match (ids, emails) {
        (0, 0) => assume::EMPLOYEE_MANAGER.differs(
            seen,
            vec![
                Advice::ask("take manager_email out of users.fields"),
                assume::EMPLOYEE_MANAGER.mend(),
            ],
        ),
        (0, _) if follows => assume::EMPLOYEE_MANAGER.differs(seen, vec![by_email()]),
        (_, 0) if asks("managerEmail") && !follows => {
            let looked_up = Advice::set(KEY, "\"manager != null ? manager.workEmail : null\"");
            assume::EMPLOYEE_MANAGER.differs(seen, vec![looked_up])
        }
        _ => match resolved(records) {
            (0, some) if some > 0 && is_whole && follows => {
                let seen = format!("{seen}; none of {some} managers is among the employees");
                assume::EMPLOYEE_MANAGER.differs(seen, vec![by_email(), assume::EMPLOYEE_MANAGER.mend()])
            }
            (0, some) if follows => {
                let seen = format!("{seen}; 0 of {some} managers are among those looked at");
                assume::EMPLOYEE_MANAGER.untold(seen, Vec::new())
            }
            (found, some) => {
                assume::EMPLOYEE_MANAGER.holds(format!("{seen}; {found} of {some} are among those looked at"))
            }
        },
    }
}

/// Counts the named managers that are among the records, and all named managers.
fn resolved(records: &[&Record]) -> (usize, usize) {
    let ids: BTreeSet<_> = records.iter().map(|record| id_text(record)).collect();
    let managers: BTreeSet<_> = records
        .iter()
        .filter_map(|record| record.get("managerEmployeeId")?.as_str())
        .collect();
    (managers.iter().filter(|id| ids.contains(**id)).count(), managers.len())
}

fn judge_custom_fields(named: &[NamedFields], records: &[&Record], is_whole: bool) -> AssumptionFinding {
    let wanted: BTreeSet<_> = named
        .iter()
        .flat_map(|named| &named.custom)
        .map(String::as_str)
        .collect();
    let of = records.len();
    if records
        .iter()
        .all(|record| !record.get("customFields").is_some_and(Value::is_object))
    {
        return assume::EMPLOYEE_CUSTOM_FIELDS.needs_mending(format!("none of {of} records has customFields"));
    }
    let there: BTreeSet<_> = records
        .iter()
        .filter_map(|record| custom_fields_of(record))
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    let missing: Vec<_> = wanted.difference(&there).copied().collect();
    if missing.is_empty() {
        return assume::EMPLOYEE_CUSTOM_FIELDS.holds(format!("all {} that are named are there", wanted.len()));
    }
    let others: Vec<_> = there.difference(&wanted).copied().collect();
    let others = if others.is_empty() {
        "none".to_owned()
    } else {
        few(others)
    };
    let seen = format!("not in {of} records: {}; others: {others}", missing.join(", "));
    let correct = Advice::ask("correct the name in the expressions of users");
    if is_whole {
        assume::EMPLOYEE_CUSTOM_FIELDS.differs(seen, vec![correct])
    } else {
        assume::EMPLOYEE_CUSTOM_FIELDS.untold(seen, vec![correct])
    }
}
