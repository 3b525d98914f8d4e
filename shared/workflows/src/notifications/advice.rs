//! The advice of a mail, by cause. Its readers know EmployeeConnect and have never seen this integration: each text says
//! what to change, where, and what happens until then.

use habitsync_domain::approvals::{ChangeKind, HoldReason};
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::FieldFault;

use super::line::{Advice, PEOPLE};

const fn advice(rank: u8, title: &'static str, what_to_do: &'static str) -> Advice {
    Advice {
        rank,
        title,
        what_to_do,
        labels: PEOPLE,
    }
}

/// About removals that are held: what kind of trouble, before what the reader can answer.
pub(super) const fn held_advice(evidence: &Evidence, because: HoldReason) -> Advice {
    let (rank, title, what_to_do) = match (because, evidence) {
        (HoldReason::Shrunk { .. }, _) => (
            8,
            "EmployeeConnect lists far fewer people than before: these accounts wait for your decision",
            "The list is so much shorter than it was that nobody is deactivated on the strength of it. Look for what is missing \
             from EmployeeConnect.",
        ),
        (HoldReason::RecordEmptied, _) => (
            9,
            "People whose records lost values: their accounts wait for your decision",
            "The records no longer fit the agreed scope because values are gone from them. Fill them in again in \
             EmployeeConnect if they should be there.",
        ),
        (HoldReason::Claimed, _) => (
            9,
            "People who left, and whose address an active record has: their accounts wait for your decision",
            "The other record may be the same person's, and is not clear yet: it has a line of its own in this mail. Correct it first.",
        ),
        (HoldReason::DecisionUnreadable, _) => (
            9,
            "People about whom you decided, and whose decision was lost: their accounts wait for your decision",
            "We cannot read the decision that we stored. Please decide once more.",
        ),
        (_, Evidence::Terminated | Evidence::Ended { .. }) => (
            10,
            "Leavers whose accounts wait for your decision",
            "More people than usual left at once.",
        ),
        (_, Evidence::Vanished) => (
            11,
            "People who disappeared from EmployeeConnect: their accounts wait for your decision",
            "Their records are gone although nobody entered a termination.",
        ),
        (_, Evidence::OutOfScope) => (
            12,
            "People who are no longer in scope: their accounts wait for your decision",
            "More people than usual left the agreed scope at once.",
        ),
    };
    advice(rank, title, what_to_do)
}

/// About creates, renames and updates that wait for approval.
pub(super) const fn held_change_advice(kind: ChangeKind, because: HoldReason) -> Advice {
    let (rank, title, what_to_do) = match (kind, because) {
        (_, HoldReason::FirstLoad { .. }) => (
            13,
            "Your first accounts are ready: they wait for approval",
            "This is the first load: each of these employees gets an account, and each account takes a seat. Check whether the \
             number and the names are those that you expect.",
        ),
        (_, HoldReason::DecisionUnreadable) => (
            13,
            "Changes about which you decided, and whose decision was lost: they wait for approval",
            "We cannot read the decision that we stored. Please decide once more.",
        ),
        (ChangeKind::Created, _) => (
            13,
            "More new accounts than usual: they wait for approval",
            "Each new account takes a seat. Look for a status, a location or another field that changed for many employees in \
             EmployeeConnect at once.",
        ),
        (ChangeKind::Renamed, _) => (
            14,
            "More new user names than usual: they wait for approval",
            "Look for an address or another field that changed for many employees in EmployeeConnect at once.",
        ),
        (ChangeKind::Updated, _) => (
            15,
            "More changed accounts than usual: they wait for approval",
            "Look for a field that changed for many employees in EmployeeConnect at once.",
        ),
    };
    advice(rank, title, what_to_do)
}

/// About records that are another person's than the account of their employee number.
pub(super) const ANOTHER_PERSON: Advice = advice(
    7,
    "Employee numbers whose record is another person's now",
    "The name and the address are another person's than those of the account that belongs to the number. Reply and tell us: is it \
     the same person under another name? If the number was given to another person, they get an account of their own. If numbers \
     were mixed up, correct them in EmployeeConnect: the employee then leaves this list. Until then neither person's account is \
     changed or deactivated.",
);

/// About fields that many people lost at once.
pub(super) const LOST_FIELDS: Advice = advice(
    5,
    "Many people lost the same field at once",
    "So many values do not disappear by themselves, so none of them is taken over. Look whether somebody changed the field in \
     EmployeeConnect, or what the integration may read. If the field is to be empty, reply and tell us. Everything else about \
     these people is up to date.",
);

/// About fields behind the filter and the user name that many employees lost at once.
pub(super) const LOST_SOURCES: Advice = advice(
    4,
    "Many people lost a field at once that decides who has an account",
    "So many values do not disappear by themselves, so nothing is concluded from it. Look whether the field was changed in \
     EmployeeConnect, or what the integration may read. If the field is to be empty, reply and tell us.",
);

/// About a field with which the same is wrong for many employees.
pub(super) const fn advice_about_field(what: FieldFault) -> Advice {
    match what {
        FieldFault::UnknownManagers { .. }
        | FieldFault::ManagersOutOfScope
        | FieldFault::OtherKind
        | FieldFault::RewrittenByPortal { .. } => advice(
            6,
            "Manager references that name no employee",
            "Look at how the manager is entered in EmployeeConnect, or at what the integration may read. Until then the previous \
             managers stay; everything else about these employees is up to date.",
        ),
    }
}
/// About one problem that many employees have at once.
pub(super) const COMMON_PROBLEMS: Advice = advice(
    3,
    "Many people have the same problem at once",
    "So many records do not go wrong one by one: look for what changed in EmployeeConnect, a word, the format of a field, or what \
     the integration may read. If it is meant to be so, reply and tell us, and we change the rule. Until then these people's accounts \
     are left as they are, and they have no lines of their own for it.",
);

/// About employees who left the scope in large number.
pub(super) const SCOPE_LOSS: Advice = advice(
    4,
    "Many people left the agreed scope at once",
    "Their accounts stay as they are, and are not updated any more. Look for a field that changed for many people in \
     EmployeeConnect, such as the location or the domain of the addresses. If it is meant to be so, reply and tell us.",
);

/// About what Tribal Habits refused for so long that it is not tried any more.
pub(super) const GIVEN_UP: Advice = advice(
    90,
    "Refused for four weeks and not tried any more",
    "You need not do anything. As soon as the value changes in EmployeeConnect, it is tried again.",
);

/// About a record that may be a former employee's.
const FORMER_EMPLOYEE: Advice = advice(
    27,
    "New people who may have worked for you before",
    "Somebody with the same name and address left under another employee number. Reply and tell us: the same person \
             (who then gets the old account back), or somebody else? Until then there is no account.",
);

/// About an account that could be the person's and cannot be read.
const UNUSABLE_ACCOUNT: Advice = advice(
    28,
    "The account in Tribal Habits cannot be read",
    "Look at the account in Tribal Habits: one user name must be that of one account, and each is active or not. Until it can be \
     read, it is left as it is, and no other is created.",
);

const UNUSABLE_RECORD: Advice = advice(
    20,
    "Records that cannot be used",
    "Correct the record in EmployeeConnect; where one employee number is on several records, end the one that is no longer in \
     use. Until then the account is left as it is: none is created, changed or deactivated.",
);

/// About employees whose status is an active one although the last day has passed.
const ACTIVE_AFTER_LAST_DAY: Advice = advice(
    26,
    "Active, although the last day has passed",
    "If the person works for you again, clear the last day in EmployeeConnect or enter the new start date. If not, \
     enter the status of a leaver. Until then the account is left as it is: none is created, changed or deactivated.",
);

/// About employees whose numbers were reissued.
const REKEYED: Advice = advice(
    19,
    "People who came back under new employee numbers",
    "Their old numbers are gone, and their new ones are the same people by all that we can see. Reply and tell us: were the \
     numbers reissued? Then all these accounts are moved to the new numbers in one step. Until then they stay as they are: none \
     is deactivated, and none of these people gets a second account.",
);

/// The titles of the groups about what Tribal Habits refused.
pub(super) fn refusal_titles() -> [&'static str; 2] {
    let reason = String::new;
    let field = Cause::RefusedField {
        field: String::new(),
        reason: reason(),
    };
    [field, Cause::RefusedPerson { reason: reason() }].map(|cause| advice_about(&cause).title)
}

/// Returns the title and the advice of a cause. Causes that keep an employee from having an account, or from being synced at
/// all, come first; then values that an account lacks; then information.
pub(super) const fn advice_about(cause: &Cause) -> Advice {
    match cause {
        Cause::NoUserName { .. } => advice(
            20,
            "People without a user name",
            "Fill in the field in EmployeeConnect. Until then a new person has no account, and an existing account is not \
             updated.",
        ),
        Cause::RequiredField { .. } => advice(
            21,
            "A required value is missing or cannot be used",
            "Correct the field in EmployeeConnect. Until then a new person has no account; an existing account keeps its old \
             value and is updated otherwise.",
        ),
        Cause::Disputed { .. } => advice(
            22,
            "People who share a user name or an e-mail address",
            "Give each of them their own in EmployeeConnect. Until then none of their accounts is created or changed.",
        ),
        Cause::Taken { .. } => advice(
            23,
            "The user name or e-mail address belongs to another account",
            "Correct the field in EmployeeConnect, or change the other account in Tribal Habits. Until then a new person has \
             no account, and an existing account keeps its old value.",
        ),
        Cause::RefusedPerson { .. } => advice(
            24,
            "Tribal Habits does not accept the person",
            "Correct in EmployeeConnect what Tribal Habits names. Until then the account is not created or changed.",
        ),
        Cause::InvisibleCharacters { .. } => advice(
            25,
            "Invisible characters in a field that decides about an account",
            "Type the value in again in EmployeeConnect, without copying it. Until then the account is left as it is.",
        ),
        Cause::UnknownStatus => advice(
            25,
            "An employment status that was never agreed",
            "Correct the status in EmployeeConnect. If it is a new one, reply and tell us whether people with it work for \
             you. Until then the account is left as it is.",
        ),
        Cause::InvalidDate { .. } => advice(
            26,
            "A date that cannot be read",
            "Correct the date in EmployeeConnect. Until then the account is left as it is.",
        ),
        Cause::ActiveAfterLastDay { .. } => ACTIVE_AFTER_LAST_DAY,
        Cause::FormerEmployee { .. } => FORMER_EMPLOYEE,
        Cause::Rekeyed { .. } => REKEYED,
        Cause::SeveralAccounts => advice(
            28,
            "More than one account could be this person's",
            "Deactivate or correct the account in Tribal Habits that is not this person's. Until then none of them is touched.",
        ),
        Cause::UnusableAccount => UNUSABLE_ACCOUNT,
        Cause::AccountMissing => advice(
            29,
            "The account is gone from Tribal Habits",
            "Reply and tell us whether the person should get a new account: none is made for somebody who had one.",
        ),
        Cause::ExpressionFailed { .. } => advice(
            30,
            "Records that the agreed rules cannot deal with",
            "You need not change anything: reply to this e-mail, and we change the rule. Until then the account is left as it \
             is.",
        ),
        Cause::DeactivatedByHand => advice(
            40,
            "Accounts that somebody deactivated in Tribal Habits",
            "If the person still works for you, reactivate the account in Tribal Habits. If not, enter the termination in \
             EmployeeConnect. Until then the account stays deactivated.",
        ),
        Cause::RefusedField { .. } => advice(
            50,
            "Values that Tribal Habits does not accept",
            "Correct the field in EmployeeConnect, or add the value to the field's list in Tribal Habits: then reply if it is not \
             to wait for the next try. Everything else about these people is up to date.",
        ),
        Cause::InvalidValue { .. } => advice(
            51,
            "Values that cannot be used",
            "Correct the field in EmployeeConnect. Everything else about these people is up to date.",
        ),
        Cause::ManagerNotSet { .. } => advice(
            52,
            "Managers who cannot be set",
            "Correct the manager in EmployeeConnect. Until then the previous manager stays; everything else about these \
             people is up to date.",
        ),
        Cause::UserNameChanged => advice(
            53,
            "People whose user name changed",
            "Reply and tell us whether their accounts are to be renamed. Everything else about these people is up to date.",
        ),
        Cause::UnusableRecord { .. } => UNUSABLE_RECORD,
        Cause::NotAnswered | Cause::AccountExists | Cause::NotStored => {
            advice(99, "People who are tried again", "You need not do anything.")
        }
    }
}
