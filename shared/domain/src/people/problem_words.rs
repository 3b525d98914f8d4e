//! Problems in an operator's words: short, naming fields and expressions as the configuration has them. What the customer is
//! told to do about them is the mails' business.

use jiff::civil::Date;

use crate::identity::EmployeeId;
use crate::people::problem::{Cause, ManagerProblem};

impl Cause {
    /// What is wrong, in one line. It may repeat what the portal said: for the operator's eyes.
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
    /// The field or the rule that it is about, in a word.
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
            | Self::DeactivatedByHand
            | Self::AccountMissing
            | Self::RefusedPerson { .. }
            | Self::AccountExists
            | Self::NotAnswered => "user name",
        }
    }
}

/// What is asked about an employee whose status is an active one although the last day has passed.
#[must_use]
pub fn works_there_again(last_day: Date) -> String {
    let day = last_day.strftime("%-d %B %Y");
    format!("works there again? the last day {day} is still in the record")
}

impl ManagerProblem {
    /// What is wrong with them, after their name.
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
