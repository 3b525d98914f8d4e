//! What is wrong with a configuration, or doubtful about it, and where in the file.

use std::fmt;

/// Something about a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line it is about, from 1; none where it is about no line in particular.
    pub line: Option<usize>,
    /// What it is and what is allowed there.
    pub message: String,
}

/// A configuration that cannot be used, with everything that was found to be wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfiguration {
    /// At least one, in the order of the file.
    pub findings: Vec<Finding>,
}

impl std::error::Error for InvalidConfiguration {}

impl fmt::Display for InvalidConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.findings.iter().map(Finding::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}
