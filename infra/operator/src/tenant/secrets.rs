//! `habitsync tenant secrets set`: checked before it is stored, never printed.

use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::tenants::{LoadConfiguration, SaveSecret, SecretKind};
use secrecy::SecretString;
use serde_json::Value;

use super::arguments::SecretName;
use crate::error::CommandError;
use crate::stage::Stage;
use crate::terminal::out;

/// Stores one of the customer's two secrets.
pub(crate) async fn set(stage: &Stage, tenant: &TenantId, name: SecretName, file: &Path) -> Result<(), CommandError> {
    let text = read(file).map_err(|source| CommandError::File {
        path: file.to_owned(),
        source,
    })?;
    check(name, &text).map_err(|expected| CommandError::NotASecret {
        path: file.to_owned(),
        expected,
    })?;
    let kind = match name {
        SecretName::Vendors => SecretKind::Vendors,
        SecretName::Webhook => SecretKind::Webhook,
    };
    stage
        .secrets()
        .save_secret(
            tenant,
            kind,
            &SecretString::from(text.trim_start_matches('\u{feff}').to_owned()),
        )
        .await?;
    let is_known = stage.table().load_configuration(tenant).await?.is_some();
    out::print_line(if is_known {
        format!("{tenant}: the secret is stored; functions take it up within five minutes")
    } else {
        format!("{tenant}: the secret is stored; {tenant} has no configuration yet: habitsync tenant apply")
    });
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

/// Checks the shape of a secret.
///
/// # Errors
/// The shape that is expected; never a part of the value that was found.
fn check(name: SecretName, text: &str) -> Result<(), &'static str> {
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    let (has_shape, expected) = match name {
        SecretName::Vendors => (
            are_credentials(&value),
            r#"{"tribal_habits": {"api_key": "…"}, "employee_connect": {"tenant_code": "…", "client_id": "…", "client_secret": "…"}} (or {"api_key": "…"} for a static key), each without blanks around it"#,
        ),
        SecretName::Webhook => (
            are_webhook_secrets(&value["secrets"]),
            r#"{"secrets": ["whsec_…"]}, with one secret, or two different ones while rotating; after whsec_ the base64 of 24 to 64 bytes, or, for a portal that sends a token, 24 to 256 visible ASCII characters"#,
        ),
    };
    has_shape.then_some(()).ok_or(expected)
}

fn are_credentials(value: &Value) -> bool {
    let (portal, hris) = (&value["tribal_habits"], &value["employee_connect"]);
    let has_codes = is_filled(&hris["client_id"]) && is_filled(&hris["client_secret"]);
    is_filled(&portal["api_key"]) && (has_codes || is_filled(&hris["api_key"]))
}

/// A text that an HTTP header or a form can carry, with nothing around it that a copy left there.
fn is_filled(value: &Value) -> bool {
    let is_clean = |text: &str| !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control);
    value.as_str().is_some_and(|text| is_clean(text) && text != "…")
}

fn are_webhook_secrets(value: &Value) -> bool {
    let secrets: Option<Vec<_>> = value.as_array().into_iter().flatten().map(Value::as_str).collect();
    match secrets.as_deref() {
        Some([one]) => is_webhook_secret(one),
        Some([one, other]) => one != other && is_webhook_secret(one) && is_webhook_secret(other),
        _ => false,
    }
}

/// A signing secret of Standard Webhooks, or a bearer token.
fn is_webhook_secret(text: &str) -> bool {
    match text.strip_prefix("whsec_") {
        Some(key) => STANDARD.decode(key).is_ok_and(|key| (24..=64).contains(&key.len())),
        None => (24..=256).contains(&text.len()) && text.chars().all(|character| character.is_ascii_graphic()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_wrong_shape_is_refused_without_quoting_it() {
        let refused = check(SecretName::Webhook, r#"{"secret": "whsec_hidden"}"#).expect_err("has no list");
        assert!(refused.contains("secrets") && !refused.contains("hidden"), "{refused}");
    }

    fn webhook(secrets: &[String]) -> bool {
        check(
            SecretName::Webhook,
            &serde_json::json!({ "secrets": secrets }).to_string(),
        )
        .is_ok()
    }

    fn signing(bytes: usize) -> String {
        format!("whsec_{}", STANDARD.encode(vec![7; bytes]))
    }

    #[test]
    fn a_webhook_secret_has_24_to_64_bytes_or_is_a_token_of_visible_characters() {
        for good in [signing(24), signing(64), "t".repeat(24), "t-._~+/=".repeat(32)] {
            assert!(webhook(std::slice::from_ref(&good)), "{good}");
        }
        for bad in [
            signing(23),
            signing(65),
            "whsec_".to_owned(),
            "whsec_not base64!".to_owned(),
            "short".to_owned(),
            String::new(),
            "t".repeat(257),
            format!("{} ", "t".repeat(30)),
            format!("{}\u{200b}", "t".repeat(30)),
            "…".repeat(24),
        ] {
            assert!(!webhook(std::slice::from_ref(&bad)), "{bad}");
        }
    }

    #[test]
    fn one_webhook_secret_is_live_or_two_different_ones() {
        let (one, other, third) = (signing(24), signing(32), signing(48));
        assert!(webhook(&[one.clone(), other.clone()]));
        assert!(!webhook(&[]));
        assert!(!webhook(&[one.clone(), one.clone()]));
        assert!(!webhook(&[one, other, third]));
    }

    #[test]
    fn vendors_credentials_are_complete_for_either_way_to_authorise() {
        let codes =
            r#"{"tribal_habits": {"api_key": "k"}, "employee_connect": {"client_id": "i", "client_secret": "s"}}"#;
        let key = r#"{"tribal_habits": {"api_key": "k"}, "employee_connect": {"api_key": "e"}}"#;
        assert!(check(SecretName::Vendors, codes).is_ok() && check(SecretName::Vendors, key).is_ok());
        for bad in [
            r#"{"tribal_habits": {"api_key": "k"}}"#,
            r#"{"tribal_habits": {"api_key": ""}, "employee_connect": {"api_key": "e"}}"#,
            r#"{"tribal_habits": {"api_key": "k\n"}, "employee_connect": {"api_key": "e"}}"#,
            r#"{"tribal_habits": {"api_key": "k"}, "employee_connect": {"client_id": "i"}}"#,
            r#"{"tribal_habits": {"api_key": "…"}, "employee_connect": {"api_key": "e"}}"#,
        ] {
            assert!(check(SecretName::Vendors, bad).is_err(), "{bad}");
        }
    }
}
