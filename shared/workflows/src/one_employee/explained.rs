//! The planner's verdict about one person, taken apart from what a look read of them.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::explanation::{Explanation, ExplanationInput, explain};
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::last_day::LastDaySeen;
use jiff::Timestamp;

/// Explains an employee on the customer's day of `at`. The custom fields that are known are the employee's and the manager's;
/// `has_account` says whether the employee is linked, `last_days` when runs first saw last days.
#[must_use]
pub fn explain_person(
    configuration: &TenantConfiguration,
    employee: &Employee,
    manager: Option<&Employee>,
    at: Timestamp,
    has_account: bool,
    last_days: &[LastDaySeen],
) -> Explanation {
    let today = at.to_zoned(configuration.time_zone.zone().clone()).date();
    let records = [Some(employee), manager].into_iter().flatten();
    let custom: Vec<_> = records
        .flat_map(|record| record.fields().all_custom().map(|(name, _)| name.to_owned()))
        .collect();
    let custom = custom.iter().map(String::as_str);
    let circumstances = ExplanationInput {
        configuration,
        today,
        has_account,
        last_day: last_days.iter().find(|seen| seen.employee_id == *employee.id()),
    };
    explain(&circumstances, employee, manager, custom)
}
