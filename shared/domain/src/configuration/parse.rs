//! Reading the file: everything that is wrong with it is told at once, each with its line and what is allowed there.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::TenantConfiguration;
use super::checks::check;
use super::document::{Document, line_at};
use super::finding::{Finding, InvalidConfiguration};
use super::mend;

impl FromStr for TenantConfiguration {
    type Err = InvalidConfiguration;

    fn from_str(source: &str) -> Result<Self, InvalidConfiguration> {
        let document = Document::parse(source).map_err(|error| InvalidConfiguration {
            findings: vec![Finding {
                line: error.span().map(|span| line_at(source, span.start)),
                message: error.message().to_owned(),
            }],
        })?;
        let (configuration, unreadable) = mend::read(&document);
        let mended: BTreeSet<_> = unreadable.iter().map(|finding| finding.line).collect();
        let mut findings = unreadable;
        if let Some(configuration) = &configuration {
            let checked = check(&document, configuration);
            // What stands on a line that had to be mended is not what the customer wrote.
            findings.extend(checked.into_iter().filter(|finding| !mended.contains(&finding.line)));
        }
        findings.sort_by_key(|finding| finding.line);
        match configuration {
            Some(configuration) if findings.is_empty() => Ok(configuration),
            _ => Err(InvalidConfiguration { findings }),
        }
    }
}
