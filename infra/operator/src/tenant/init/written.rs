//! What the answers become: the customer's commented TOML, the letter that asks for the codes, and the go-live check-list.

use askama::Template;
use habitsync_domain::people::contract::CONTRACT_FIELDS;

use super::answers::Answers;

/// The three files, as they are written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) configuration: String,
    pub(super) letter: String,
    pub(super) check_list: String,
}

#[derive(Template)]
#[template(path = "tenant.toml.txt", escape = "none")]
struct Configuration<'a> {
    a: &'a Answers,
}

#[derive(Template)]
#[template(path = "codes.txt", escape = "none")]
struct Letter<'a> {
    a: &'a Answers,
}

#[derive(Template)]
#[template(path = "go-live.txt", escape = "none")]
struct CheckList<'a> {
    a: &'a Answers,
}

impl Written {
    /// # Errors
    /// A template cannot be rendered.
    pub(super) fn new(answers: &Answers) -> Result<Self, askama::Error> {
        Ok(Self {
            configuration: Configuration { a: answers }.render()?,
            letter: Letter { a: answers }.render()?,
            check_list: CheckList { a: answers }.render()?,
        })
    }
}

impl Answers {
    /// The name on one line.
    fn name_in_comment(&self) -> String {
        self.name.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn user_name_expression(&self) -> &'static str {
        self.user_name.expression()
    }

    /// The filter that the answers amount to; none where every employee is in scope.
    fn filter(&self) -> Option<String> {
        let ends_with = |domain: &String| {
            let domain = domain.trim().trim_start_matches('@').to_lowercase();
            format!("lower(employee.workEmail).endsWith({})", cel(&format!("@{domain}")))
        };
        let domains: Vec<_> = self.email_domains.iter().map(ends_with).collect();
        let in_domains = (!domains.is_empty())
            .then(|| format!("employee.workEmail != null && ({})", domains.join("\n            || ")));
        let locations: Vec<_> = self.leave_out_locations.iter().map(|location| cel(location)).collect();
        let elsewhere = (!locations.is_empty()).then(|| format!("!(employee.location in [{}])", locations.join(", ")));
        let clauses: Vec<_> = in_domains.into_iter().chain(elsewhere).collect();
        (!clauses.is_empty()).then(|| clauses.join("\n            && "))
    }

    fn field_lines(&self) -> Vec<String> {
        let line = |(portal, record): (&String, &String)| {
            let expression = expression(record);
            let value = if record.ends_with("Date") {
                format!("{{ value = {}, type = \"date\" }}", quoted(&expression))
            } else {
                quoted(&expression)
            };
            format!("{} = {value}", quoted(portal))
        };
        self.fields.iter().map(line).collect()
    }
}

/// A field of the contract by its name, any other as a custom one.
fn expression(record_field: &str) -> String {
    if CONTRACT_FIELDS.contains(&record_field) {
        format!("employee.{record_field}")
    } else {
        format!("employee.customFields[{}]", cel(record_field))
    }
}

/// A text of the expression language, in single quotes: they stand in a TOML text without a backslash.
fn cel(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}

#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "what the macro writes around a filter, and the shape it asks for"
)]
mod filters {
    /// A text as TOML writes it.
    #[askama::filter_fn]
    pub(super) fn toml(text: impl std::fmt::Display, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(super::quoted(&text.to_string()))
    }

    /// A list of texts as TOML writes it.
    #[askama::filter_fn]
    pub(super) fn toml_list(texts: &[String], _: &dyn askama::Values) -> askama::Result<String> {
        let list: toml_edit::Array = texts.iter().map(String::as_str).collect();
        Ok(list.to_string())
    }
}

#[cfg(test)]
mod tests {
    use habitsync_domain::configuration::{Status, TenantConfiguration};
    use insta::assert_snapshot;

    use super::*;

    const ACME: &str = r#"
        name = "Acme Pty Ltd"
        tenant = "acme"
        time_zone = "Australia/Sydney"
        portal = "https://acme.tribalhabits.com"
        employee_connect = "https://acme.employeeconnect.com/api/v1"
        sso = true
        email_domains = ["acme.com.au", "@Acme.co.nz"]
        leave_out_locations = ["Fiji", "O'Connor"]
        alerts = ["hr-systems@acme.com.au"]
        contact = "Robin"
        [fields]
        "X-Job Title" = "jobTitle"
        "X-Start Date" = "startDate"
        "X-Division" = "Division"
    "#;

    fn written(answers: &str) -> Written {
        let answers: Answers = toml_edit::de::from_str(answers).expect("answers");
        Written::new(&answers).expect("written")
    }

    #[test]
    fn the_answers_become_a_configuration_a_letter_and_a_check_list() {
        let files = written(ACME);
        assert_snapshot!("configuration", files.configuration);
        assert_snapshot!("letter", files.letter);
        assert_snapshot!("check_list", files.check_list);
    }

    #[test]
    fn what_is_written_is_a_configuration_whatever_was_answered() {
        let hostile = ACME
            .replace("Acme Pty Ltd", "Quote \\\" and\\nnew line = [evil]")
            .replace("\"Fiji\"", "\"it's \\\\ \\\"there\\\"\"")
            .replace("\"Division\"", "\"Cost 'Centre'\"");
        for answers in [
            ACME,
            &hostile,
            &ACME.replace(
                "sso = true",
                "courses = false\nresults = false\nuser_name = \"user_id\"\npace = \"nightly\"",
            ),
        ] {
            let files = written(answers);
            let configuration: Result<TenantConfiguration, _> = files.configuration.parse();
            let configuration = configuration.unwrap_or_else(|error| panic!("{error}\n{}", files.configuration));
            assert_eq!(configuration.status, Status::Draft);
        }
    }
}
