//! Whether an employee works at the customer today, by the customer's own calendar.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::configuration::{OnContradiction, UsersConfiguration};
use crate::people::contract::TERMINATION_DATE;
use crate::people::dates::DateRules;
use crate::people::employee::{Employee, InvalidField};
use crate::people::last_day::{LastDaySeen, was_recent};
use crate::people::problem::{Cause, Problem};

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

/// Why an employee's eligibility cannot be decided: the account is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// A date is not one.
    #[error(transparent)]
    InvalidDate(#[from] InvalidField),
    /// A status that the configuration does not list, or none.
    #[error("the status is neither an active nor a terminated one")]
    UnknownStatus,
    /// The status is an active one, the last day has passed, and the customer's rule decides for neither.
    #[error("the status is an active one, and the last day, {last_day}, has passed")]
    Contradiction {
        /// The last day.
        last_day: Date,
    },
}

/// The rules that decide about the employment of one customer's employees on one day.
#[derive(Debug, Clone, Copy)]
pub struct EmploymentRules<'c> {
    /// Statuses, and what decides where they contradict the date.
    pub users: &'c UsersConfiguration,
    /// How dates are read.
    pub dates: &'c DateRules,
    /// The customer's local day.
    pub today: Date,
}

/// The current employment according to a record.
struct Stated {
    is_active: bool,
    start: Option<Date>,
    /// To come, or not before `start`: one that is over and earlier belongs to a past employment.
    last_day: Option<Date>,
}

impl Undecided {
    /// The line of the worklist about this employee.
    #[must_use]
    pub fn problem(self, employee: &Employee) -> Problem {
        match self {
            Self::InvalidDate(invalid) => {
                let field = invalid.field.to_owned();
                Problem::about(employee, Cause::InvalidDate { field }, employee.written(invalid.field))
            }
            Self::UnknownStatus => Problem::about(employee, Cause::UnknownStatus, employee.status().map(str::to_owned)),
            Self::Contradiction { last_day } => Problem::about(
                employee,
                Cause::ActiveAfterLastDay { last_day },
                employee.written(TERMINATION_DATE),
            ),
        }
    }
}

impl Employment {
    /// How this employee stands on the rules' day; `seen` is when earlier runs first saw the last day.
    ///
    /// The last day is worked. One that has passed and lies before the current start date belongs to a past employment. A terminated status ends after
    /// the last day, and at once without one. An active status whose last day has passed is decided by `on_contradiction`.
    ///
    /// # Errors
    /// A date is not one, the status is not known, or status and last day contradict each other and neither decides: never a
    /// deactivation.
    pub fn from_record(
        employee: &Employee,
        rules: &EmploymentRules<'_>,
        seen: Option<&LastDaySeen>,
    ) -> Result<Self, Undecided> {
        let stated = rules.stated(employee)?;
        match stated.last_day {
            None if !stated.is_active => Ok(Self::Left(Evidence::Terminated)),
            Some(last_day) if stated.is_active && rules.today > last_day => rules.decide(last_day, seen),
            Some(last_day) if rules.has_ended(last_day) => Ok(Self::Left(Evidence::Ended { last_day })),
            Some(_) | None => Ok(rules.works_from(stated.start)),
        }
    }
}

impl EmploymentRules<'_> {
    /// The last day in the record of an employee whose status is an active one, passed or to come; none where there is none, or
    /// where it belongs to a past employment.
    ///
    /// # Errors
    /// A date is not one, or the status is not known.
    pub fn last_day_of_active(&self, employee: &Employee) -> Result<Option<Date>, Undecided> {
        let stated = self.stated(employee)?;
        Ok(stated.last_day.filter(|_| stated.is_active))
    }

    /// Whether the status is an active one although the last day passed so long ago that it is no leaver's whose status lags.
    #[must_use]
    pub fn has_outlived_last_day(&self, employee: &Employee) -> bool {
        let last_day = self.last_day_of_active(employee).ok().flatten();
        last_day.is_some_and(|last_day| !was_recent(last_day, None, self.today))
    }

    fn stated(&self, employee: &Employee) -> Result<Stated, Undecided> {
        let start = employee.start_date(self.dates)?;
        let last_day = employee.termination_date(self.dates)?;
        Ok(Stated {
            is_active: self.is_active_status(employee)?,
            start,
            last_day: last_day
                .filter(|last_day| *last_day >= self.today || start.is_none_or(|start| *last_day >= start)),
        })
    }

    /// Decides about an active status whose last day has passed.
    fn decide(&self, last_day: Date, seen: Option<&LastDaySeen>) -> Result<Employment, Undecided> {
        let date_decides = match self.users.on_contradiction {
            OnContradiction::Status => return Ok(Employment::Works),
            OnContradiction::Hold => false,
            OnContradiction::RecentDate => was_recent(last_day, seen, self.today),
            OnContradiction::Date => true,
        };
        match date_decides {
            false => Err(Undecided::Contradiction { last_day }),
            true if self.has_ended(last_day) => Ok(Employment::Left(Evidence::Ended { last_day })),
            true => Ok(Employment::Works),
        }
    }

    fn works_from(&self, start: Option<Date>) -> Employment {
        let window = self.users.create_days_before_start.zip(start);
        let is_too_early = |(days, start): (u16, Date)| self.today.saturating_add(i64::from(days).days()) < start;
        if window.is_some_and(is_too_early) {
            Employment::StartsLater
        } else {
            Employment::Works
        }
    }

    fn has_ended(&self, last_day: Date) -> bool {
        let days_after = i64::from(self.users.deactivate_after_days);
        self.today > last_day.saturating_add(days_after.days())
    }

    fn is_active_status(&self, employee: &Employee) -> Result<bool, Undecided> {
        let status = employee.status().ok_or(Undecided::UnknownStatus)?;
        let listed = |statuses: &[String]| statuses.iter().any(|known| known == status);
        match (
            listed(&self.users.active_statuses),
            listed(&self.users.terminated_statuses),
        ) {
            (true, _) => Ok(true),
            (false, true) => Ok(false),
            (false, false) => Err(Undecided::UnknownStatus),
        }
    }
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
        let acme: TenantConfiguration = include_str!("../configuration/acme.toml").parse().expect("valid");
        let Value::Object(mut record) = record else {
            panic!("a record is an object")
        };
        record.insert("employeeId".to_owned(), json!("E1"));
        let employee = Employee::from_record(record).expect("has an id");
        let rules = EmploymentRules {
            users: &acme.users,
            dates: &DateRules::from(&acme),
            today: today.parse().expect("a date"),
        };
        Employment::from_record(&employee, &rules, None)
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
