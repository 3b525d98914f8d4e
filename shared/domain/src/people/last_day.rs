//! When the last day of an employee was first seen beside an active status: what decides whether it ends the account.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::identity::EmployeeId;

/// A status lags behind the last day by at most so many days; a last day that was older when it was first seen is taken for one
/// that was left in the record of a rehired employee.
pub const RECENT_DAYS: i64 = 31;

/// A last day that a run saw in the record of an employee whose status was an active one: one `LAST_DAY` item of the table.
///
/// It is stored for every such employee, linked or not, as long as the record says so, from before the last day on
/// where the record had it at that time. So the verdict about a leaver stays the same however long the status lags, and
/// however long no run took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDaySeen {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The last day employed.
    pub last_day: Date,
    /// The customer's local day on which a run first saw it.
    pub first_seen: Date,
}

impl LastDaySeen {
    /// Whether the last day lay at most 31 days back, or ahead, when it was first seen.
    #[must_use]
    pub fn is_recent(&self) -> bool {
        is_recent(self.last_day, self.first_seen)
    }
}

/// Whether this last day is recent to a run on `today`; `stored` is what earlier runs saw of the employee.
pub(crate) fn was_recent(last_day: Date, stored: Option<&LastDaySeen>, today: Date) -> bool {
    let known = stored.filter(|stored| stored.last_day == last_day);
    is_recent(last_day, known.map_or(today, |known| known.first_seen))
}

fn is_recent(last_day: Date, first_seen: Date) -> bool {
    first_seen <= last_day.saturating_add(RECENT_DAYS.days())
}
