//! The planner's verdict about one person, taken apart from what a look read of them.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::employee::Employee;
use habitsync_domain::explanation::{Explanation, explain};
use jiff::Timestamp;

/// Explains somebody on the customer's day of `at`. The custom fields that are known are the person's and the manager's;
/// `has_account` says whether they are linked.
#[must_use]
pub fn explain_person(
    configuration: &TenantConfiguration,
    employee: &Employee,
    manager: Option<&Employee>,
    at: Timestamp,
    has_account: bool,
) -> Explanation {
    let today = at.to_zoned(configuration.time_zone.zone().clone()).date();
    let records = [Some(employee), manager].into_iter().flatten();
    let custom: Vec<_> = records
        .flat_map(|record| record.fields().all_custom().map(|(name, _)| name.to_owned()))
        .collect();
    let custom = custom.iter().map(String::as_str);
    explain(&configuration.users, employee, manager, custom, today, has_account)
}
