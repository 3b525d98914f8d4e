//! The two vendors that a customer's data goes between.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which of the two vendors something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// The LMS.
    TribalHabits,
    /// The HRIS.
    EmployeeConnect,
}

impl Vendor {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::TribalHabits, Self::EmployeeConnect];
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TribalHabits => "Tribal Habits",
            Self::EmployeeConnect => "EmployeeConnect",
        })
    }
}
