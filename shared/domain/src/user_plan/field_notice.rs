//! One line about a field with which the same is wrong for many employees: not one line for each of them.

use serde::{Deserialize, Serialize};

/// A fault of one field, and how many employees it affects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldNotice {
    /// EmployeeConnect's field, or the portal's field where the portal is at fault.
    pub field: String,
    /// How many employees it concerns.
    pub employees: usize,
    /// The number of employees who have a value.
    pub of: usize,
    /// The fault.
    #[serde(flatten)]
    pub what: FieldFault,
}

/// A fault of a field for many employees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FieldFault {
    /// The manager references name no employee: the previous managers stay.
    UnknownManagers {
        /// The form of most of them.
        found: ReferenceForm,
    },
    /// The filter does not admit the managers: the previous managers stay, as `manager_out_of_scope` says.
    ManagersOutOfScope,
    /// A field that the filter reads holds another kind of value than it does for the other employees, such as a list instead of a
    /// text: the filter may not admit these employees.
    OtherKind,
    /// The portal stores another value than is written: it is not written again until the desired value changes.
    RewrittenByPortal {
        /// The form of the difference.
        form: RewriteForm,
    },
}

/// How the portal's value differs from the written one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewriteForm {
    /// In blanks alone.
    Blanks,
    /// In letter case alone.
    LetterCase,
    /// It ends earlier.
    Cut,
    /// Characters are written as HTML entities.
    Escaped,
    /// The field is empty.
    Dropped,
    /// In another way.
    Otherwise,
}

/// The form of a manager reference that names no employee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceForm {
    /// An employee's number but for letter case.
    OtherLetterCase,
    /// An employee's number but for leading zeros.
    LeadingZeros,
    /// An e-mail address.
    EmailAddress,
    /// Several words, such as a full name.
    Words,
    /// JSON that is neither a text nor a number.
    NotText,
    /// None of these.
    Other,
}

impl FieldNotice {
    /// Returns the fault, in one line without values.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self {
            field, employees, of, ..
        } = self;
        match self.what {
            FieldFault::UnknownManagers { found } => format!(
                "{field} of {employees} of {of} employees names no employee (most hold {}); the previous managers stay",
                found.in_words()
            ),
            FieldFault::ManagersOutOfScope => format!(
                "{field} of {employees} of {of} employees names a manager whom the filter does not admit; the previous managers \
                 stay (manager_out_of_scope = \"keep\")"
            ),
            FieldFault::OtherKind => format!(
                "{field} of {employees} of {of} employees holds another kind of value than that of the others (a number or a list, \
                 say, instead of a text); the filter reads it and may not admit them"
            ),
            FieldFault::RewrittenByPortal { form } => format!(
                "Tribal Habits changes the value of {field} that is written, for {employees} of {of} employees: {}. It is not \
                 written again until the value changes; explain shows both values",
                form.in_words()
            ),
        }
    }

    /// Whether the customer can mend it in EmployeeConnect; otherwise only operators are notified.
    #[must_use]
    pub const fn is_for_customer(&self) -> bool {
        match self.what {
            FieldFault::UnknownManagers { .. } => true,
            FieldFault::ManagersOutOfScope | FieldFault::OtherKind | FieldFault::RewrittenByPortal { .. } => false,
        }
    }

    /// Returns the key of the field and the fault: operators are alerted once for each.
    #[must_use]
    pub fn key(&self) -> String {
        let fault = match self.what {
            FieldFault::UnknownManagers { .. } => "unknown managers",
            FieldFault::ManagersOutOfScope => "managers out of scope",
            FieldFault::OtherKind => "another kind of value",
            FieldFault::RewrittenByPortal { .. } => "rewritten by the portal",
        };
        format!("{}: {fault}", self.field)
    }
}

impl RewriteForm {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Blanks => "written with other blanks than are stored",
            Self::LetterCase => "written in other letter case than is stored",
            Self::Cut => "written in full, stored cut",
            Self::Escaped => "written plainly, stored with HTML entities",
            Self::Dropped => "written, stored as an empty field",
            Self::Otherwise => "written otherwise than it is stored",
        }
    }
}

impl ReferenceForm {
    /// Returns the form, in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::OtherLetterCase => "an employee number in other letter case",
            Self::LeadingZeros => "an employee number with other leading zeros",
            Self::EmailAddress => "an e-mail address",
            Self::Words => "several words, such as a name",
            Self::NotText => "neither a text nor a number",
            Self::Other => "a text that is no employee's number",
        }
    }
}
