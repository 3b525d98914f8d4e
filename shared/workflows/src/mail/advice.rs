//! What the customer is told to do, cause by cause.

use habitsync_domain::employment::Evidence;
use habitsync_domain::hold::HeldBecause;
use habitsync_domain::problem::Cause;
use habitsync_domain::user_plan::HeldRemoval;
use serde::Serialize;

/// What is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Advice {
    pub(crate) title: String,
    pub(crate) what_to_do: String,
}

/// About fields that many people lost at once.
pub(super) fn lost_field_advice() -> Advice {
    Advice {
        title: "Fields that many people lost at once".to_owned(),
        what_to_do: "So many values do not disappear by themselves, so none of them has been taken over. Look whether \
                     somebody changed the field, or the integration's rights, in EmployeeConnect. If the field is to be \
                     empty, tell us. Everything else about these people is up to date."
            .to_owned(),
    }
}

/// About removals that are held. It names no numbers: they change from run to run, and are no news.
pub(super) fn held_advice(removal: &HeldRemoval) -> Advice {
    let (title, what_to_do) = match (removal.because, &removal.evidence) {
        (HeldBecause::Shrunk { .. }, _) => (
            "People whose accounts wait because EmployeeConnect lists far fewer people than before",
            "EmployeeConnect's list is so much shorter than it was that nobody has been deactivated on the strength of it. If \
             it is right, tell us; if it is not, look for what is missing from EmployeeConnect.",
        ),
        (HeldBecause::RecordEmptied, _) => (
            "People whose records have lost values, and whose accounts wait for your word",
            "These records no longer meet the agreed scope because values are gone from them, so none of these accounts has \
             been deactivated. If it is right, tell us; if it is not, fill in the values in EmployeeConnect.",
        ),
        (_, Evidence::Terminated | Evidence::Ended { .. }) => (
            "People who left, and whose accounts wait for your word",
            "More people than usual have left at once, so none of these accounts has been deactivated. If it is right, \
             tell us; if it is not, correct the records in EmployeeConnect.",
        ),
        (_, Evidence::Vanished) => (
            "People who are no longer in EmployeeConnect, and whose accounts wait for your word",
            "These people left without a termination: their records cannot be found any more, so none of these accounts has \
             been deactivated. If it is right, tell us; if it is not, restore the records in EmployeeConnect.",
        ),
        (_, Evidence::OutOfScope) => (
            "People who are no longer in scope, and whose accounts wait for your word",
            "More people than usual have left the agreed scope at once, so none of these accounts has been deactivated. \
             If it is right, tell us; if it is not, correct the records in EmployeeConnect.",
        ),
    };
    Advice {
        title: title.to_owned(),
        what_to_do: what_to_do.to_owned(),
    }
}

/// What a group is called and what its reader should do.
pub(super) fn advice(cause: &Cause) -> Advice {
    let (title, what_to_do) = match cause {
        Cause::NoUserName { .. } => (
            "People without a user name",
            "Fill in the field in EmployeeConnect. Until then they have no account, or keep the one they have unchanged.",
        ),
        Cause::RequiredField { .. } => (
            "People with a missing or unusable required value",
            "Correct the field in EmployeeConnect: Tribal Habits creates no account without it. An existing account keeps \
             its old value, and everything else is updated.",
        ),
        Cause::InvalidValue { .. } => (
            "Values that cannot be used",
            "Correct the field in EmployeeConnect. Everything else about these people is up to date.",
        ),
        Cause::InvalidDate { .. } => (
            "Dates that cannot be read",
            "Correct the date in EmployeeConnect. Until then the account is left as it is.",
        ),
        Cause::UnknownStatus => (
            "People with an unknown status",
            "Give them a known status, or tell us whether this one means that somebody works with you. Until then the \
             account is left as it is.",
        ),
        Cause::ExpressionFailed { .. } => (
            "People whose record does not fit the agreed rules",
            "Tell us: a rule of the integration has to be changed. Until then the account is left as it is.",
        ),
        Cause::Disputed { .. } => (
            "People who share a user name or an e-mail",
            "Give each person their own in EmployeeConnect. Until then neither account is touched.",
        ),
        Cause::Taken { .. } => (
            "People whose user name or e-mail another account has",
            "Correct the person's field in EmployeeConnect, or change the other account in Tribal Habits. Until then the old \
             value stays, and a new person has no account.",
        ),
        Cause::FormerEmployee { .. } => (
            "New people who may have worked with you before",
            "Somebody of the same name and address left under another employee number. Tell us whether it is the same \
             person, who then gets the old account back, or somebody else.",
        ),
        Cause::ManagerNotSet { .. } => (
            "Managers who cannot be set",
            "Correct the manager in EmployeeConnect. Until then the old manager stays; everything else about these people is \
             up to date.",
        ),
        Cause::SeveralAccounts => (
            "People with more than one possible account",
            "Correct or merge the accounts in Tribal Habits. Until then none of them is touched.",
        ),
        Cause::UserNameChanged => (
            "People whose user name changed",
            "Tell us whether the accounts are to be renamed. Everything else about these people is up to date.",
        ),
        Cause::DeactivatedByHand => (
            "Accounts that somebody deactivated in Tribal Habits",
            "They stay deactivated. Reactivate them in Tribal Habits, or terminate the people in EmployeeConnect.",
        ),
        Cause::AccountMissing => (
            "Accounts that are no longer in Tribal Habits",
            "Tell us what became of them: the integration does not create a second account for a linked person.",
        ),
        Cause::RefusedField { .. } => (
            "Values that Tribal Habits refused",
            "Correct the field in EmployeeConnect, or add the value to the list in Tribal Habits. Everything else about \
             these people is up to date.",
        ),
        Cause::RefusedPerson { .. } => (
            "People whom Tribal Habits refused",
            "Correct the record in EmployeeConnect; Tribal Habits says why.",
        ),
        Cause::NotAnswered | Cause::AccountExists => ("People who are tried again", "Nothing needs doing."),
    };
    Advice {
        title: title.to_owned(),
        what_to_do: what_to_do.to_owned(),
    }
}
