//! Errors and warnings of a configuration, with their place in the file.

use std::collections::BTreeSet;
use std::fmt;

use super::document::Document;

/// Something about a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationFinding {
    /// The line it is about, from 1; none where it is about no line in particular.
    pub line: Option<usize>,
    /// The error, and the values that are allowed there.
    pub message: String,
}

/// A configuration that cannot be used, with everything that was found to be wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfiguration {
    /// At least one, in the order of the file.
    pub findings: Vec<ConfigurationFinding>,
}

impl std::error::Error for InvalidConfiguration {}

impl fmt::Display for InvalidConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.findings.iter().map(ConfigurationFinding::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for ConfigurationFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Collects the findings of one document.
pub(super) struct Checks<'d> {
    document: &'d Document<'d>,
    findings: Vec<ConfigurationFinding>,
}

impl<'d> Checks<'d> {
    pub(super) const fn new(document: &'d Document<'d>) -> Self {
        Self {
            document,
            findings: Vec::new(),
        }
    }

    /// Everything that was found.
    pub(super) fn into_findings(self) -> Vec<ConfigurationFinding> {
        self.findings
    }

    /// Something is wrong with the value at a path.
    pub(super) fn refuse(&mut self, path: &[&str], message: String) {
        self.refuse_line(self.document.line(path), message);
    }

    /// Something is wrong with a key.
    pub(super) fn refuse_key(&mut self, path: &[&str], message: String) {
        self.refuse_line(self.document.key_line(path), message);
    }

    /// Something is wrong on a line (from 0) of the text at a path.
    pub(super) fn refuse_inside(&mut self, path: &[&str], inner: usize, message: String) {
        self.refuse_line(self.document.line_inside(path, inner), message);
    }

    fn refuse_line(&mut self, line: usize, message: String) {
        let line = Some(line);
        self.findings.push(ConfigurationFinding { line, message });
    }

    /// Each item is listed once, by the key it is compared by.
    pub(super) fn no_duplicates(&mut self, path: &[&str], what: &str, keys: impl IntoIterator<Item = String>) {
        let mut seen = BTreeSet::new();
        for (index, key) in keys.into_iter().enumerate() {
            let index = index.to_string();
            if !seen.insert(key) {
                self.refuse(&[path, &[&index]].concat(), format!("this {what} is listed twice"));
            }
        }
    }
}
