//! Errors and warnings about a file, in the format by which an editor or a terminal finds the place: `acme.toml:12:
//! message`.

use std::path::Path;

use habitsync_domain::configuration::ConfigurationFinding;

/// Mistakes, one per line.
pub(crate) fn mistakes(file: &Path, findings: &[ConfigurationFinding]) -> String {
    lines(file, "", findings)
}

/// Warnings, one per line.
pub(crate) fn warnings(file: &Path, findings: &[ConfigurationFinding]) -> String {
    lines(file, "warning: ", findings)
}

fn lines(file: &Path, kind: &str, findings: &[ConfigurationFinding]) -> String {
    let file = file.display();
    let line = |finding: &ConfigurationFinding| match finding.line {
        Some(line) => format!("{file}:{line}: {kind}{}", finding.message),
        None => format!("{file}: {kind}{}", finding.message),
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use habitsync_domain::configuration::{TenantConfiguration, unknown_custom_fields};
    use insta::assert_snapshot;

    use super::*;

    /// The example of the documentation, whole.
    const ACME: &str = include_str!("../../../shared/domain/src/configuration/acme.toml");

    fn changed(changes: &[(&str, &str)]) -> String {
        changes.iter().fold(ACME.to_owned(), |source, (from, to)| {
            assert!(source.contains(from), "{from} is not in the example");
            source.replacen(from, to, 1)
        })
    }

    #[test]
    fn every_mistake_of_a_file_has_a_line_of_its_own() {
        let source = changed(&[
            ("status = \"live\"", "status = \"running\""),
            ("page_size = 100", "pagesize = 100"),
            ("cron(0 7-19 ?", "cron(61 7-19 ?"),
            (".endsWith(", ".endswith("),
            ("type = \"date\"", "type = \"date\", default = \"soon\""),
        ]);
        let invalid = source.parse::<TenantConfiguration>().expect_err("has five mistakes");
        assert_snapshot!(mistakes(Path::new("acme.toml"), &invalid.findings));
    }

    #[test]
    fn every_warning_about_a_file_has_a_line_of_its_own() {
        let source = changed(&[
            ("employee.location in", "employee.customFields['Office'] in"),
            ("customFields['Division']", "customFields['Divison']"),
        ]);
        let configuration: TenantConfiguration = source.parse().expect("has no mistakes");
        let seen = BTreeSet::from(["Cost Centre".to_owned(), "Division".to_owned()]);
        let mut findings = unknown_custom_fields(&source, &configuration, &seen);
        findings.push(ConfigurationFinding {
            line: None,
            message: "custom fields were not checked: EmployeeConnect is not available".to_owned(),
        });
        assert_snapshot!(warnings(Path::new("acme.toml"), &findings));
    }
}
