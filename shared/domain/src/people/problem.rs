//! A problem of one employee, as one line of the customer's worklist: the value, its field, and the remedy.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::failure_class::FailureClass;
use crate::identity::EmployeeId;
use crate::people::employee::Employee;
use crate::people::user::FieldName;
use crate::text::excerpt::Excerpt;
use crate::vendors::list::WhyUnusable;

/// One employee's problem. Holds personal data for the customer's own mail; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// The cause; problems of one cause are listed together.
    pub cause: Cause,
    /// The employee concerned.
    pub employee_id: EmployeeId,
    /// The employee's name as the customer knows it.
    pub person: String,
    /// The value that was found, where that helps.
    pub seen: Option<String>,
}

impl Problem {
    /// A problem about this employee. The name and the value seen are cut to excerpts: a record may hold any text.
    #[must_use]
    pub fn new(employee_id: EmployeeId, person: &str, cause: Cause, seen: Option<String>) -> Self {
        Self {
            cause,
            employee_id,
            person: Excerpt::from(person).into(),
            seen: seen.map(|seen| Excerpt::from(seen).into()),
        }
    }

    /// A problem about this employee, under their name.
    #[must_use]
    pub fn about(employee: &Employee, cause: Cause, seen: Option<String>) -> Self {
        Self::new(employee.id().clone(), &employee.display_name(), cause, seen)
    }
}

/// The cause of a problem, which determines the remedy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    /// The user name's expression gives nothing, or nothing usable.
    NoUserName {
        /// The expression, as configured.
        source: String,
    },
    /// A field that no account can be created without is empty or unusable.
    RequiredField {
        /// The portal's field.
        field: FieldName,
        /// The expression, as configured.
        source: String,
        /// The expected form.
        expected: String,
    },
    /// Another field's value is not what the field holds: it is left out, the other fields are written.
    InvalidValue {
        /// The portal's field.
        field: FieldName,
        /// The expression, as configured.
        source: String,
        /// The expected form.
        expected: String,
    },
    /// A date of the record is not one.
    InvalidDate {
        /// The record's field.
        field: String,
    },
    /// A field that decides about the employee holds characters that no reader sees, and it matters how they were meant.
    InvisibleCharacters {
        /// The field, as an expression writes it.
        field: String,
    },
    /// A status that the configuration does not know.
    UnknownStatus,
    /// The status is an active one, and the last day has passed: the account stays as it is until one of them is corrected.
    ActiveAfterLastDay {
        /// The last day, local to the customer.
        last_day: Date,
    },
    /// An expression fails on this employee's record.
    ExpressionFailed {
        /// Its purpose: `filter`, `user_name` or a field.
        what: String,
        /// Why, without values.
        message: String,
    },
    /// Several employees who would be active claim the same user name or e-mail.
    Disputed {
        /// The shared value: "user name" or "e-mail".
        what: String,
        /// The first of the others, by employee number: the one with the lowest number is always among them.
        with: Vec<EmployeeId>,
        /// How many more there are.
        #[serde(default, skip_serializing_if = "is_zero")]
        more: usize,
    },
    /// Another account has the user name or the e-mail that this employee's should have.
    Taken {
        /// The taken value: "user name" or "e-mail".
        what: String,
        /// The account's employee; none where it has none.
        by: Option<EmployeeId>,
    },
    /// The account of a former employee of the same name has this employee's user name or e-mail: the same person may
    /// have come back under a new employee number, or another employee inherited an address.
    FormerEmployee {
        /// The former employee.
        former: EmployeeId,
    },
    /// The account of an employee who is gone belongs to this employee, according to all known traits: their employee
    /// number has changed.
    Rekeyed {
        /// The number that the account is linked to.
        former: EmployeeId,
    },
    /// The manager cannot be written; the old one stays.
    ManagerNotSet {
        /// The manager's employee id, where the record names one.
        manager: Option<String>,
        /// Why.
        why: ManagerProblem,
    },
    /// Two accounts could be this employee's.
    SeveralAccounts,
    /// An account that could be this employee's cannot be read.
    UnusableAccount,
    /// The account was deactivated by hand in the portal: it stays so.
    DeactivatedByHand,
    /// The user name changed in EmployeeConnect; the configuration asks for a report instead of a rename.
    UserNameChanged,
    /// The account is no longer in the portal.
    AccountMissing,
    /// The portal refused a field: it is left out, the other fields are written.
    RefusedField {
        /// The portal's field.
        field: String,
        /// The portal's answer.
        reason: String,
    },
    /// The portal refused the whole employee.
    RefusedPerson {
        /// The portal's answer.
        reason: String,
    },
    /// The portal has an account of this user name or e-mail already: the next run reads the portal and settles whose it is.
    AccountExists,
    /// The portal did not answer for this employee; the next run tries again.
    NotAnswered,
    /// The employee's record cannot be used: the account stays as it is.
    UnusableRecord {
        /// Why it cannot be used.
        why: WhyUnusable,
    },
    /// HabitSync's own item of the employee cannot be read, or the table refuses it: the account stays as it is.
    NotStored,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The greatest number of other employees named in the problem of one who shares a value.
const NAMED: usize = 10;

/// Why an employee's manager cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagerProblem {
    /// No record has the manager's employee id, and the record gives no address.
    Unknown,
    /// The manager has left.
    Left,
    /// The filter does not admit the manager.
    OutOfScope,
    /// The manager starts too far in the future to have an account yet.
    StartsLater,
    /// The manager has no usable e-mail.
    NoEmail,
    /// The record names the employee as their own manager.
    Oneself,
    /// The managers form a loop that includes this employee.
    Loop,
}

impl Cause {
    /// Returns the dispute of `employee`, who shares a value with this group: employee numbers in order, including its
    /// own.
    #[must_use]
    pub fn disputed(what: &str, group: &[&EmployeeId], employee: &EmployeeId) -> Self {
        let others = group.iter().filter(|other| **other != employee);
        let with: Vec<_> = others.take(NAMED).map(|other| (*other).clone()).collect();
        Self::Disputed {
            what: what.to_owned(),
            more: group.len().saturating_sub(with.len() + 1),
            with,
        }
    }

    /// Whether the account is left alone because of it; otherwise only a field is.
    #[must_use]
    pub fn blocks_person(&self) -> bool {
        match self {
            Self::NoUserName { .. }
            | Self::RequiredField { .. }
            | Self::InvalidDate { .. }
            | Self::InvisibleCharacters { .. }
            | Self::UnknownStatus
            | Self::ActiveAfterLastDay { .. }
            | Self::ExpressionFailed { .. }
            | Self::Disputed { .. }
            | Self::Taken { .. }
            | Self::FormerEmployee { .. }
            | Self::Rekeyed { .. }
            | Self::SeveralAccounts
            | Self::UnusableAccount
            | Self::DeactivatedByHand
            | Self::AccountMissing
            | Self::AccountExists
            | Self::RefusedPerson { .. }
            | Self::UnusableRecord { .. }
            | Self::NotStored
            | Self::NotAnswered => true,
            Self::InvalidValue { .. }
            | Self::RefusedField { .. }
            | Self::UserNameChanged
            | Self::ManagerNotSet { .. } => false,
        }
    }

    /// Whether only a run that reads the portal can see it; another run cannot know whether it is mended.
    #[must_use]
    pub fn needs_verifying(&self) -> bool {
        matches!(
            self,
            Self::SeveralAccounts
                | Self::UnusableAccount
                | Self::DeactivatedByHand
                | Self::AccountMissing
                | Self::Taken { by: None, .. }
        )
    }

    /// Returns the failure class; none where the state is as the customer's configuration asks.
    #[must_use]
    pub fn class(&self) -> Option<FailureClass> {
        match self {
            Self::NotAnswered | Self::AccountExists => Some(FailureClass::Vendor),
            Self::NotStored => Some(FailureClass::Internal),
            Self::ManagerNotSet {
                why: ManagerProblem::StartsLater | ManagerProblem::OutOfScope,
                ..
            } => None,
            Self::NoUserName { .. }
            | Self::RequiredField { .. }
            | Self::InvalidValue { .. }
            | Self::InvalidDate { .. }
            | Self::InvisibleCharacters { .. }
            | Self::UnknownStatus
            | Self::ActiveAfterLastDay { .. }
            | Self::ExpressionFailed { .. }
            | Self::Disputed { .. }
            | Self::Taken { .. }
            | Self::FormerEmployee { .. }
            | Self::Rekeyed { .. }
            | Self::ManagerNotSet { .. }
            | Self::SeveralAccounts
            | Self::UnusableAccount
            | Self::DeactivatedByHand
            | Self::UserNameChanged
            | Self::AccountMissing
            | Self::RefusedField { .. }
            | Self::UnusableRecord { .. }
            | Self::RefusedPerson { .. } => Some(FailureClass::Data),
        }
    }

    /// Whether the customer should do something about it; problems that the configuration asks for, or that settle
    /// themselves, are not mailed.
    #[must_use]
    pub fn is_for_customer(&self) -> bool {
        self.class().is_some_and(FailureClass::is_for_customer)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("employee_id", &self.employee_id)
            .finish_non_exhaustive()
    }
}

impl Cause {
    /// Returns the problem in one line. It may quote the portal's answer, so it is for operators only.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::NoUserName { source } => format!("no user name ({source})"),
            Self::RequiredField {
                field,
                source,
                expected,
            } if expected == "not empty" => format!("{field} is required and is empty ({source})"),
            Self::RequiredField {
                field,
                source,
                expected,
            } => format!("{field} is required and is not {expected} ({source})"),
            Self::InvalidValue {
                field,
                source,
                expected,
            } => format!("{field} is left out: not {expected} ({source})"),
            Self::InvalidDate { field } => format!("{field} is no date"),
            Self::InvisibleCharacters { field } => format!("{field} holds invisible characters"),
            Self::UnknownStatus => "a status that the configuration does not know".to_owned(),
            Self::ActiveAfterLastDay { last_day } => works_there_again(*last_day),
            Self::ExpressionFailed { what, message } => format!("the expression of {what} fails: {message}"),
            Self::Disputed { what, with, more } => format!("the same {what} as {}", joined(with, *more)),
            Self::Taken { what, by: Some(by) } => format!("the {what} is that of {by}'s account"),
            Self::Taken { what, by: None } => format!("the {what} is that of an account of nobody's"),
            Self::FormerEmployee { former } => format!("the account of the former employee {former} has the name"),
            Self::Rekeyed { former } => {
                format!("the account of {former} is theirs: the employee number is another now")
            }
            Self::ManagerNotSet { manager, why } => match manager {
                Some(manager) => format!("manager {manager} {}", why.in_words()),
                None => format!("the manager {}", why.in_words()),
            },
            Self::SeveralAccounts => "several accounts match".to_owned(),
            Self::UnusableAccount => "an account of this user name or e-mail cannot be read".to_owned(),
            Self::DeactivatedByHand => "somebody deactivated the account in the portal; it stays so".to_owned(),
            Self::UserNameChanged => "another user name in EmployeeConnect; it is not renamed".to_owned(),
            Self::AccountMissing => "the account is no longer in the portal".to_owned(),
            Self::RefusedField { field, reason } => format!("Tribal Habits refuses {field}: {reason}"),
            Self::RefusedPerson { reason } => format!("Tribal Habits refuses the person: {reason}"),
            Self::AccountExists => "there is an account of this user name or e-mail already".to_owned(),
            Self::NotAnswered => "Tribal Habits did not answer".to_owned(),
            Self::UnusableRecord { why } => format!("EmployeeConnect: {why}"),
            Self::NotStored => "HabitSync cannot read or store its own item of the employee".to_owned(),
        }
    }
}

impl Cause {
    /// Returns the name of the field or rule concerned.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::UnknownStatus => "status",
            Self::InvalidDate { field } | Self::InvisibleCharacters { field } | Self::RefusedField { field, .. } => {
                field
            }
            Self::ExpressionFailed { what, .. } | Self::Disputed { what, .. } | Self::Taken { what, .. } => what,
            Self::RequiredField { field, .. } | Self::InvalidValue { field, .. } => field.as_str(),
            Self::ActiveAfterLastDay { .. } => "last day",
            Self::ManagerNotSet { .. } => "manager",
            Self::UnusableRecord { .. } | Self::NotStored => "record",
            Self::NoUserName { .. }
            | Self::UserNameChanged
            | Self::FormerEmployee { .. }
            | Self::Rekeyed { .. }
            | Self::SeveralAccounts
            | Self::UnusableAccount
            | Self::DeactivatedByHand
            | Self::AccountMissing
            | Self::RefusedPerson { .. }
            | Self::AccountExists
            | Self::NotAnswered => "user name",
        }
    }
}

/// Returns the question about an employee whose status is an active one although the last day has passed.
#[must_use]
pub fn works_there_again(last_day: Date) -> String {
    let day = last_day.strftime("%-d %B %Y");
    format!("works there again? the last day {day} is still in the record")
}

impl ManagerProblem {
    /// Returns the problem, in words that follow the manager's name.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Unknown => "is not in EmployeeConnect",
            Self::Left => "has left",
            Self::OutOfScope => "is not admitted by the filter",
            Self::StartsLater => "starts later",
            Self::NoEmail => "has no usable e-mail",
            Self::Oneself => "is the person themself",
            Self::Loop => "is in a loop of managers",
        }
    }
}

/// The employee numbers, and how many more there are.
pub(crate) fn joined(people: &[EmployeeId], more: usize) -> String {
    let people: Vec<_> = people.iter().map(EmployeeId::as_str).collect();
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    people.join(", ") + &more
}
