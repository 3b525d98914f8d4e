//! Reading the file: it reports all errors at once, each with its line and the values that are allowed there.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::TenantConfiguration;
use super::checks::{check, check_new};
use super::document::{Document, line_at};
use super::finding::{ConfigurationFinding, InvalidConfiguration};
use super::mend;

/// Bytes that a file may have: a stored version is one item of the table, which takes 400 KB.
const LARGEST_FILE: usize = 256 * 1024;

impl FromStr for TenantConfiguration {
    type Err = InvalidConfiguration;

    fn from_str(source: &str) -> Result<Self, InvalidConfiguration> {
        Self::checked(source, |document, configuration| {
            [check(document, configuration), check_new(document, configuration)].concat()
        })
    }
}

impl TenantConfiguration {
    /// Reads a version that is stored: it was checked when it was applied, by the rules of that day.
    ///
    /// # Errors
    /// It cannot be read, or contradicts itself.
    pub fn from_stored(source: &str) -> Result<Self, InvalidConfiguration> {
        Self::checked(source, check)
    }

    fn checked(
        source: &str,
        check: impl FnOnce(&Document<'_>, &Self) -> Vec<ConfigurationFinding>,
    ) -> Result<Self, InvalidConfiguration> {
        if source.len() > LARGEST_FILE {
            let message = format!("a configuration has at most {} KiB", LARGEST_FILE / 1024);
            return Err(InvalidConfiguration {
                findings: vec![ConfigurationFinding { line: None, message }],
            });
        }
        let document = Document::parse(source).map_err(|error| InvalidConfiguration {
            findings: vec![ConfigurationFinding {
                line: error.span().map(|span| line_at(source, span.start)),
                message: error.message().to_owned(),
            }],
        })?;
        let (configuration, unreadable) = mend::read(&document);
        let mended: BTreeSet<_> = unreadable.iter().map(|finding| finding.line).collect();
        let mut findings = unreadable;
        if let Some(configuration) = &configuration {
            let checked = check(&document, configuration);
            // A mended line no longer has the customer's text.
            findings.extend(checked.into_iter().filter(|finding| !mended.contains(&finding.line)));
        }
        findings.sort_by_key(|finding| finding.line);
        match configuration {
            Some(configuration) if findings.is_empty() => Ok(configuration),
            _ => Err(InvalidConfiguration { findings }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_above_256_kib_is_refused_before_it_is_parsed() {
        let source = format!("{}\n# {}", include_str!("acme.toml"), "x".repeat(LARGEST_FILE));
        let refused = source.parse::<TenantConfiguration>().expect_err("too large");
        assert_eq!(refused.findings.len(), 1);
        assert!(refused.to_string().contains("at most 256 KiB"), "{refused}");
    }
}
