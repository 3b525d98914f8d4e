//! Checks of a configuration against the portal and against the hosts that may be called, each finding with its line.

use std::collections::BTreeSet;

use super::TenantConfiguration;
use super::document::Document;
use super::finding::ConfigurationFinding;
use crate::people::user::FieldName;
use crate::text::nearest::{did_you_mean, nearest};
use crate::vendors::vendor::Vendor;

/// Returns one warning for each mapped custom field that no user of the portal shows, by the line of its mapping in
/// `source`. `shown` are the custom fields of the portal's users. Where there are none, one warning says that the
/// portal shows no custom fields.
#[must_use]
pub fn unknown_portal_fields(
    source: &str,
    configuration: &TenantConfiguration,
    shown: &BTreeSet<String>,
) -> Vec<ConfigurationFinding> {
    let mapped = configuration.users.fields.keys().filter(|field| field.is_custom());
    let unknown: Vec<_> = mapped
        .map(FieldName::as_str)
        .filter(|field| !shown.contains(*field))
        .collect();
    let Ok(document) = Document::parse(source) else {
        return Vec::new();
    };
    if shown.is_empty() && !unknown.is_empty() {
        return vec![ConfigurationFinding {
            line: Some(document.key_line(&["users", "fields"])),
            message: format!(
                "no user of the portal shows a custom field: whether it has {} is not known",
                unknown.join(", ")
            ),
        }];
    }
    let known: Vec<_> = shown.iter().map(String::as_str).collect();
    let mut warnings: Vec<_> = unknown
        .into_iter()
        .map(|field| ConfigurationFinding {
            line: Some(document.key_line(&["users", "fields", field])),
            message: unknown_field(field, &known),
        })
        .collect();
    warnings.sort_by_key(|warning| warning.line);
    warnings
}

fn unknown_field(field: &str, known: &[&str]) -> String {
    let hint = nearest(field, known.iter().copied()).map_or_else(String::new, |name| format!("; did you mean {name}?"));
    format!(
        "no user of the portal shows the field '{field}' (they show: {}{hint}); where the portal lacks it, the user sync stops",
        known.join(", ")
    )
}

/// Returns the finding about a vendor's base URL that may not be called: `problem` says why, `allowed` are the hosts that may be.
#[must_use]
pub fn unusable_base_url(
    source: &str,
    configuration: &TenantConfiguration,
    vendor: Vendor,
    problem: &str,
    allowed: &[String],
) -> ConfigurationFinding {
    let (section, url) = match vendor {
        Vendor::TribalHabits => ("tribal_habits", &configuration.tribal_habits.base_url),
        Vendor::EmployeeConnect => ("employee_connect", &configuration.employee_connect.base_url),
    };
    let hint = url
        .host_str()
        .map_or_else(String::new, |host| meant_host(host, allowed));
    let document = Document::parse(source);
    ConfigurationFinding {
        line: document.ok().map(|document| document.line(&[section, "base_url"])),
        message: format!(
            "{problem}: {}{hint}; allowed are {}",
            url.host_str().unwrap_or_default(),
            allowed.join(", ")
        ),
    }
}

/// Compares as many labels of the host as an allowed one has, from the right: a customer's own name stands before them.
fn meant_host(host: &str, allowed: &[String]) -> String {
    let labels: Vec<_> = host.split('.').collect();
    let meant = allowed.iter().find_map(|suffix| {
        let own = labels.len().saturating_sub(suffix.split('.').count());
        let (own, end) = labels.split_at(own);
        nearest(&end.join("."), [suffix.as_str()])?;
        Some([own, &[suffix.as_str()]].concat().join("."))
    });
    meant.map_or_else(
        || did_you_mean(host, allowed.iter().map(String::as_str)),
        |meant| format!(" (did you mean {meant}?)"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: &str = include_str!("acme.toml");

    fn line_of(text: &str) -> Option<usize> {
        ACME.lines().position(|line| line.contains(text)).map(|line| line + 1)
    }

    #[test]
    fn a_mapped_field_that_no_user_shows_is_named_with_its_line_and_the_nearest_one() {
        let shown = ["X-Jobtitle", "X-Location", "X-Start Date", "X-Division"];
        let warnings = unknown_portal_fields(ACME, &ACME.parse().expect("valid"), &shown.map(str::to_owned).into());
        let [warning] = warnings.as_slice() else {
            panic!("{warnings:?}")
        };
        assert_eq!(warning.line, line_of("\"X-Job Title\""));
        assert!(warning.message.contains("'X-Job Title'"), "{warning}");
        assert!(warning.message.contains("did you mean X-Jobtitle?"), "{warning}");
    }

    #[test]
    fn a_portal_whose_users_show_no_custom_field_cannot_tell_and_says_so_once() {
        let warnings = unknown_portal_fields(ACME, &ACME.parse().expect("valid"), &BTreeSet::new());
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].message.contains("is not known"), "{}", warnings[0]);
    }

    #[test]
    fn a_host_that_is_mistyped_is_named_with_its_line_and_the_nearest_one() {
        let allowed = ["tribalhabits.com".to_owned(), "acme.example".to_owned()];
        for (wrong, meant) in [
            ("acme.tribalhabit.com", "did you mean acme.tribalhabits.com?"),
            ("acme.tribalhabits.con", "did you mean acme.tribalhabits.com?"),
            ("tribalhabits.co", "did you mean tribalhabits.com?"),
            ("acme.tribalhabits.com.au", "allowed are"),
        ] {
            let source = ACME.replace("acme.tribalhabits.com", wrong);
            let configuration = source.parse().expect("valid");
            let finding = unusable_base_url(&source, &configuration, Vendor::TribalHabits, "not allowed", &allowed);
            assert_eq!(finding.line, line_of("base_url"));
            assert!(
                finding.message.contains(meant) && finding.message.contains(wrong),
                "{finding}"
            );
        }
    }
}
