//! Kinds of mistakes in a customer's employee and account data, the worst first, each with its consequence and its
//! remedy. Operators read them, and the customer gets the list before go-live.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::text::nearest::did_you_mean;

/// The consequence of a finding for the employees concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// They are not synced until the mistake is corrected.
    KeepsOut,
    /// They are synced, and something about them or their account stays wrong.
    LeavesWrong,
    /// Their sync is complete; the customer should check the finding.
    Notice,
}

/// The texts of one kind.
struct Said {
    name: &'static str,
    severity: Severity,
    title: &'static str,
    what_to_do: &'static str,
}

/// Declares the kinds in the order of their weight, each with its name, its severity, its title and what to do.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $severity:ident, $title:literal, $what_to_do:literal;)+) => {
        /// A kind of mistake, in the order of the list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// Every kind, the worst first.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            const fn said(self) -> Said {
                match self {
                    $(Self::$kind => Said {
                        name: $name,
                        severity: Severity::$severity,
                        title: $title,
                        what_to_do: $what_to_do,
                    },)+
                }
            }
        }
    };
}

kinds! {
    /// Records that carry no usable employee id.
    RecordWithoutId = "record-without-id", KeepsOut,
        "records without an employee number",
        "Give each record its employee number in EmployeeConnect; nobody can tell whose they are.";
    /// Records that carry an employee id and cannot be used.
    RecordUnusable = "record-unusable", KeepsOut,
        "records that cannot be used",
        "Correct the record in EmployeeConnect, or end the one of two records that is no longer in use.";
    /// The mapped e-mail is empty.
    EmailMissing = "email-missing", KeepsOut,
        "no work e-mail",
        "Fill in the work e-mail in EmployeeConnect; a new person has no account without one.";
    /// The mapped e-mail is no address.
    EmailUnusable = "email-unusable", KeepsOut,
        "the e-mail is no address",
        "Correct the e-mail in EmployeeConnect.";
    /// The user name is empty or unusable.
    UserNameUnusable = "user-name-unusable", KeepsOut,
        "no usable user name",
        "Fill in, or correct, the field that the user name comes from in EmployeeConnect.";
    /// Another field that no account is without is empty or unusable.
    RequiredValueMissing = "required-value-missing", KeepsOut,
        "a required value is missing or unusable",
        "Fill in, or correct, the field in EmployeeConnect.";
    /// Several people who would be active have one user name.
    UserNameShared = "user-name-shared", KeepsOut,
        "one user name for several people",
        "Give each of them their own in EmployeeConnect, or end the record that is no longer in use.";
    /// Several people who would be active have one e-mail.
    EmailShared = "email-shared", KeepsOut,
        "one e-mail for several people",
        "Give each of them their own in EmployeeConnect, or end the record that is no longer in use.";
    /// A status that the configuration does not list.
    StatusUnknown = "status-unknown", KeepsOut,
        "an employment status that was not agreed",
        "Correct the status in EmployeeConnect, or agree whether people with it work there.";
    /// Characters that no reader sees, in a field that decides about the employee.
    InvisibleCharacters = "invisible-characters", KeepsOut,
        "invisible characters in a decisive field",
        "Type the value in again in EmployeeConnect, without copying it.";
    /// A start or termination date that is none.
    DateUnreadable = "date-unreadable", KeepsOut,
        "a date that cannot be read",
        "Correct the date in EmployeeConnect.";
    /// An active status, and a last day that has passed long ago.
    ActiveAfterLastDay = "active-after-last-day", KeepsOut,
        "an active status, and a last day that has passed",
        "Works there again: clear the last day in EmployeeConnect, or enter the new start date. Has left: enter the status.";
    /// The filter, the user name or a field fails on the record.
    RuleFails = "rule-fails", KeepsOut,
        "records that the configuration's rules fail on",
        "Nothing: the rule is ours to correct, unless the record is unusual by mistake.";
    /// Another account has the user name or the e-mail.
    NameTaken = "name-taken", KeepsOut,
        "another account has the user name or e-mail",
        "Correct the field in EmployeeConnect, or the other account in Tribal Habits.";
    /// More than one account, or an account that another claims too.
    SeveralAccounts = "several-accounts", KeepsOut,
        "more than one account could be theirs",
        "Deactivate or correct in Tribal Habits the account that is not theirs, or tell us which is.";
    /// An account of the user name or the e-mail that cannot be read.
    AccountUnusable = "account-unusable", KeepsOut,
        "an account that could be theirs cannot be read",
        "Give the account in Tribal Habits a user name of its own and a state, active or not; or tell us what it is.";
    /// The deactivated account of a namesake has the name.
    FormerEmployee = "former-employee", KeepsOut,
        "perhaps back under a new employee number",
        "Tell us whether it is the same person, who then gets the old account back, or somebody else.";
    /// The record of a gone employee is there under another number.
    Rekeyed = "rekeyed", KeepsOut,
        "back under another employee number",
        "Tell us whether the numbers were reissued: their accounts are then moved to the new numbers in one step.";
    /// The account was deactivated in the portal.
    DeactivatedByHand = "deactivated-by-hand", KeepsOut,
        "deactivated in Tribal Habits by hand",
        "Reactivate the account in Tribal Habits, or enter the termination in EmployeeConnect.";
    /// The linked account is gone.
    AccountMissing = "account-missing", KeepsOut,
        "the linked account is gone",
        "Tell us which account is theirs now, or that they need a new one.";
    /// The portal refused the employee.
    PersonRefused = "person-refused", KeepsOut,
        "Tribal Habits refused the person",
        "Correct in EmployeeConnect what Tribal Habits names.";
    /// A leaver whose account can log in.
    LeaverActive = "leaver-active", LeavesWrong,
        "left, and the account is active",
        "Where the account is linked, the next run deactivates or holds it; otherwise deactivate it in Tribal Habits.";
    /// Linked and active, and not in EmployeeConnect.
    Vanished = "vanished", LeavesWrong,
        "linked, and not in EmployeeConnect",
        "Look for the record: a run that EmployeeConnect tells there is none deactivates the account.";
    /// An account that several employees claim, or one who has another account.
    AccountDisputed = "account-disputed", LeavesWrong,
        "accounts that several people claim",
        "Correct the e-mails or user names, or tell us whose it is.";
    /// The managers form a loop.
    ManagerLoop = "manager-loop", LeavesWrong,
        "managers in a loop",
        "Correct the manager of one of them in EmployeeConnect.";
    /// An employee's record names the employee as manager.
    ManagerOneself = "manager-oneself", LeavesWrong,
        "their own manager",
        "Enter another manager in EmployeeConnect, or none.";
    /// The manager has left.
    ManagerLeft = "manager-left", LeavesWrong,
        "the manager has left",
        "Enter the new manager in EmployeeConnect.";
    /// No record has the manager's id.
    ManagerUnknown = "manager-unknown", LeavesWrong,
        "the manager is not in EmployeeConnect",
        "Correct the manager's employee number in EmployeeConnect.";
    /// The manager has no usable e-mail.
    ManagerWithoutEmail = "manager-without-email", LeavesWrong,
        "the manager has no e-mail",
        "Fill in the manager's work e-mail in EmployeeConnect.";
    /// A field's value is not what the field holds.
    ValueUnusable = "value-unusable", LeavesWrong,
        "values that cannot be used",
        "Correct the field in EmployeeConnect; everything else about the person is synced.";
    /// The portal refused a field.
    ValueRefused = "value-refused", LeavesWrong,
        "values that Tribal Habits refused",
        "Correct the field in EmployeeConnect, or add the value to the field's list in Tribal Habits.";
    /// The user name changed, and the customer wants to be asked.
    UserNameChanged = "user-name-changed", LeavesWrong,
        "the user name changed",
        "Tell us whether the account is to be renamed.";
    /// A public mail provider's address.
    EmailPersonal = "email-personal", Notice,
        "a personal e-mail in the place of a work e-mail",
        "Enter the work e-mail in EmployeeConnect; mail about training goes to the address that is there.";
    /// A value that is written for a web page.
    HtmlEntity = "html-entity", Notice,
        "HTML entities in names and other values",
        "Type the character itself in EmployeeConnect, as in O'Brien; the value is written as it is.";
    /// A termination before the start.
    EndBeforeStart = "end-before-start", Notice,
        "the termination date lies before the start date",
        "Correct the dates, unless it is the end of an earlier employment: as such it is taken, and ignored.";
    /// A start or termination date that stands for none.
    DateStandsForNone = "date-stands-for-none", Notice,
        "dates that stand for \"none\"",
        "Nothing: they are read as no date. If one is a real date, tell us.";
    /// The manager starts too far in the future.
    ManagerStartsLater = "manager-starts-later", Notice,
        "the manager has not started yet",
        "Nothing: the manager is set once they have an account.";
    /// The filter does not admit the manager.
    ManagerOutOfScope = "manager-out-of-scope", Notice,
        "the manager is out of scope",
        "Nothing, if that is as agreed; otherwise tell us.";
    /// Works there, has no e-mail, and the filter does not admit them.
    OutOfScopeWithoutEmail = "out-of-scope-without-email", Notice,
        "out of scope, and without a work e-mail",
        "If they should have an account, fill in the work e-mail in EmployeeConnect.";
    /// A mapped custom field that no account shows.
    FieldUnseen = "field-unseen", Notice,
        "custom fields that no account shows",
        "See whether Tribal Habits has a custom field of exactly this name; what it does not have, it refuses.";
    /// A list's value that no account has.
    ListValueUnseen = "list-value-unseen", Notice,
        "list values that no account has",
        "See whether the list in Tribal Habits has the value; what it does not have, it refuses.";
    /// A deactivated account of an employee who works there.
    WouldReactivate = "would-reactivate", Notice,
        "deactivated accounts that the next run reactivates",
        "If one is to stay deactivated, enter the termination in EmployeeConnect or take the person out of scope.";
    /// Works there and has no account.
    WithoutAccount = "without-account", Notice,
        "people without an account",
        "Nothing, if they are to have one; where it exists under another name, tell us which it is.";
    /// An account that no employee matches.
    AccountUnknown = "account-unknown", Notice,
        "accounts that no employee matches",
        "Nothing: they are never touched. Where one is an employee's, correct its e-mail or tell us whose it is.";
}

impl Kind {
    /// The name by which one asks for it, for instance `email-missing`; it stays.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.said().name
    }

    /// Returns the consequence for the employees concerned.
    #[must_use]
    pub const fn severity(self) -> Severity {
        self.said().severity
    }

    /// Returns the kind's title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.said().title
    }

    /// Returns the remedy.
    #[must_use]
    pub const fn what_to_do(self) -> &'static str {
        self.said().what_to_do
    }
}

impl Severity {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeepsOut => "kept out",
            Self::LeavesWrong => "left wrong",
            Self::Notice => "notice",
        }
    }
}

/// A name that no kind has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind{0}; a scan without --only lists those that were found")]
pub struct UnknownKind(String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.iter().find(|kind| kind.as_str() == name);
        known
            .copied()
            .ok_or_else(|| UnknownKind(did_you_mean(name, Self::ALL.iter().map(|kind| kind.as_str()))))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_name_and_a_slip_of_the_pen_is_told() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        let unknown = "email-mising".parse::<Kind>().expect_err("a slip").to_string();
        assert!(unknown.contains("did you mean email-missing?"), "{unknown}");
    }

    #[test]
    fn the_worst_kinds_come_first_and_each_says_what_to_do() {
        let severities: Vec<_> = Kind::ALL.iter().map(|kind| kind.severity()).collect();
        assert!(severities.is_sorted());
        for kind in Kind::ALL {
            assert!(kind.what_to_do().ends_with('.'), "{kind}");
            assert!(
                !kind.what_to_do().contains("habitsync"),
                "{kind}: the customer has no such command"
            );
            assert!(kind.title().chars().count() <= 52, "{kind}: too long for a terminal");
        }
    }
}
