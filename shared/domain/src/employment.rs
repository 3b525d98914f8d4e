//! Whether somebody works at the customer today, by the customer's own calendar.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::configuration::UsersConfiguration;
use crate::employee::{Employee, InvalidField};
use crate::mapping::problem;
use crate::problem::{Cause, Problem};

/// How an employee stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Employment {
    /// They work there, or start soon enough to have an account.
    Works,
    /// They start too far in the future to have an account yet.
    StartsLater,
    /// They no longer work there.
    Left(Evidence),
}

/// Why an account is deactivated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "evidence")]
pub enum Evidence {
    /// The status says so, and there is no date.
    Terminated,
    /// The last day has passed.
    Ended {
        /// The last day employed.
        last_day: Date,
    },
    /// They were in no complete read any more, and EmployeeConnect says that there is no such employee.
    Vanished,
    /// The customer's filter no longer admits them, and the customer wants such accounts deactivated.
    OutOfScope,
}

/// Why it cannot be told how an employee stands: the account is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// A date is not one.
    #[error(transparent)]
    InvalidDate(#[from] InvalidField),
    /// A status that the configuration does not list, or none.
    #[error("the status is neither an active nor a terminated one")]
    UnknownStatus,
}

impl Undecided {
    /// The line of the worklist about this employee.
    #[must_use]
    pub fn problem(self, employee: &Employee) -> Problem {
        match self {
            Self::InvalidDate(invalid) => {
                let seen = employee.text(invalid.field).map(str::to_owned);
                let field = invalid.field.to_owned();
                problem(employee, Cause::InvalidDate { field }, seen)
            }
            Self::UnknownStatus => problem(employee, Cause::UnknownStatus, employee.status().map(str::to_owned)),
        }
    }
}

impl Employment {
    /// How this employee stands on `today`, the customer's local day.
    ///
    /// A termination date decides by its day whatever the status: the last day is worked. One before the current start
    /// date belongs to a past employment. Without a date, a terminated status ends at once.
    ///
    /// # Errors
    /// A date is not one, or the status is not known: never a deactivation.
    pub fn of(employee: &Employee, users: &UsersConfiguration, today: Date) -> Result<Self, Undecided> {
        let start = employee.start_date()?;
        let last_day = employee
            .termination_date()?
            .filter(|last_day| start.is_none_or(|start| *last_day >= start));
        if let Some(last_day) = last_day {
            if has_ended(last_day, users.deactivate_after_days, today) {
                return Ok(Self::Left(Evidence::Ended { last_day }));
            }
        } else if !Self::is_active_status(employee, users)? {
            return Ok(Self::Left(Evidence::Terminated));
        }
        let window = users.create_days_before_start.zip(start);
        let too_early = window.is_some_and(|(days, start)| today.saturating_add(i64::from(days).days()) < start);
        Ok(if too_early { Self::StartsLater } else { Self::Works })
    }

    fn is_active_status(employee: &Employee, users: &UsersConfiguration) -> Result<bool, Undecided> {
        let status = employee.status().ok_or(Undecided::UnknownStatus)?;
        let listed = |statuses: &[String]| statuses.iter().any(|known| known == status);
        match (listed(&users.active_statuses), listed(&users.terminated_statuses)) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(Undecided::UnknownStatus),
        }
    }
}

fn has_ended(last_day: Date, days_after: u16, today: Date) -> bool {
    today > last_day.saturating_add(i64::from(days_after).days())
}

impl Evidence {
    /// In words, for a log or an operator.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Terminated => "the status says terminated".to_owned(),
            Self::Ended { last_day } => format!("the last day was {last_day}"),
            Self::Vanished => "EmployeeConnect no longer has them".to_owned(),
            Self::OutOfScope => "the filter no longer admits them".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::TenantConfiguration;
    use serde_json::{Value, json};

    fn of(record: Value, today: &str) -> Result<Employment, Undecided> {
        let acme: TenantConfiguration = include_str!("configuration/acme.toml").parse().expect("valid");
        let Value::Object(mut record) = record else {
            panic!("a record is an object")
        };
        record.insert("employeeId".to_owned(), json!("E1"));
        let employee = Employee::from_record(record).expect("has an id");
        Employment::of(&employee, &acme.users, today.parse().expect("a date"))
    }

    fn ended(last_day: &str) -> Employment {
        Employment::Left(Evidence::Ended {
            last_day: last_day.parse().expect("a date"),
        })
    }

    #[test]
    fn the_last_day_is_worked_whatever_the_status_says() {
        let record = json!({"status": "Terminated", "terminationDate": "2026-03-31"});
        assert_eq!(of(record.clone(), "2026-03-31"), Ok(Employment::Works));
        assert_eq!(of(record, "2026-04-01"), Ok(ended("2026-03-31")));
        assert_eq!(
            of(
                json!({"status": "Active", "terminationDate": "2026-03-31"}),
                "2026-04-01"
            ),
            Ok(ended("2026-03-31"))
        );
    }

    #[test]
    fn a_terminated_status_without_a_date_ends_at_once() {
        assert_eq!(
            of(json!({"status": "Terminated"}), "2026-04-01"),
            Ok(Employment::Left(Evidence::Terminated))
        );
    }

    #[test]
    fn a_termination_before_the_current_start_is_a_past_employment() {
        let rehired = json!({"status": "Active", "startDate": "2026-03-02", "terminationDate": "2025-06-30"});
        assert_eq!(of(rehired, "2026-04-01"), Ok(Employment::Works));
    }

    #[test]
    fn a_starter_has_an_account_fourteen_days_ahead_and_not_earlier() {
        let starter = json!({"status": "Onboarding", "startDate": "2026-04-15"});
        assert_eq!(of(starter.clone(), "2026-03-31"), Ok(Employment::StartsLater));
        assert_eq!(of(starter, "2026-04-01"), Ok(Employment::Works));
    }

    #[test]
    fn an_unknown_status_or_an_unreadable_date_is_never_a_deactivation() {
        assert_eq!(
            of(json!({"status": "On leave"}), "2026-04-01"),
            Err(Undecided::UnknownStatus)
        );
        assert_eq!(of(json!({}), "2026-04-01"), Err(Undecided::UnknownStatus));
        let unreadable = of(json!({"status": "Terminated", "terminationDate": "soon"}), "2026-04-01");
        assert!(matches!(unreadable, Err(Undecided::InvalidDate(_))), "{unreadable:?}");
    }
}
