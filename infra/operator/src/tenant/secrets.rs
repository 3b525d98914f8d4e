//! `habitsync tenant secrets set`: checked before it is stored, never printed.

use std::io::Read;
use std::path::Path;

use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::tenants::{SaveSecret, SecretKind};
use secrecy::SecretString;
use serde_json::Value;

use super::arguments::SecretName;
use crate::failure::Failure;
use crate::stage::Stage;

/// Stores one of the customer's two secrets.
pub(crate) async fn set(stage: &Stage, tenant: &TenantId, name: SecretName, file: &Path) -> Result<(), Failure> {
    let text = read(file).map_err(|source| Failure::File {
        path: file.to_owned(),
        source,
    })?;
    check(name, &text).map_err(|expected| Failure::NotASecret {
        path: file.to_owned(),
        expected,
    })?;
    let kind = match name {
        SecretName::Vendors => SecretKind::Vendors,
        SecretName::Webhook => SecretKind::Webhook,
    };
    stage
        .secrets()
        .save_secret(tenant, kind, &SecretString::from(text))
        .await?;
    println!("{tenant}: the secret is stored; functions take it up within five minutes");
    Ok(())
}

fn read(file: &Path) -> std::io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        Ok(text)
    } else {
        std::fs::read_to_string(file)
    }
}

/// Whether the text has the secret's shape; the error says the shape, never what was found.
fn check(name: SecretName, text: &str) -> Result<(), &'static str> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let has_shape = match name {
        SecretName::Vendors => {
            value["tribal_habits"]["api_key"].is_string()
                && (value["employee_connect"]["client_id"].is_string()
                    || value["employee_connect"]["api_key"].is_string())
        }
        SecretName::Webhook => {
            let secrets = value["secrets"].as_array();
            secrets.is_some_and(|secrets| (1..=2).contains(&secrets.len()) && secrets.iter().all(Value::is_string))
        }
    };
    let expected = match name {
        SecretName::Vendors => {
            r#"{"tribal_habits": {"api_key": "…"}, "employee_connect": {"tenant_code": "…", "client_id": "…", "client_secret": "…"}} (or {"api_key": "…"} for a static key)"#
        }
        SecretName::Webhook => r#"{"secrets": ["whsec_…"]}, with one secret, or two while rotating"#,
    };
    has_shape.then_some(()).ok_or(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_wrong_shape_is_refused_without_quoting_it() {
        let refused = check(SecretName::Webhook, r#"{"secret": "whsec_hidden"}"#).expect_err("has no list");
        assert!(refused.contains("secrets") && !refused.contains("hidden"), "{refused}");
        assert!(check(SecretName::Webhook, r#"{"secrets": ["a", "b"]}"#).is_ok());
        assert!(check(SecretName::Webhook, r#"{"secrets": ["a", "b", "c"]}"#).is_err());
    }

    #[test]
    fn vendors_credentials_are_complete_for_either_way_to_authorise() {
        let codes =
            r#"{"tribal_habits": {"api_key": "k"}, "employee_connect": {"client_id": "i", "client_secret": "s"}}"#;
        let key = r#"{"tribal_habits": {"api_key": "k"}, "employee_connect": {"api_key": "e"}}"#;
        assert!(check(SecretName::Vendors, codes).is_ok() && check(SecretName::Vendors, key).is_ok());
        assert!(check(SecretName::Vendors, r#"{"tribal_habits": {"api_key": "k"}}"#).is_err());
    }
}
