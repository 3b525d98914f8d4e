//! `habitsync tenant secrets rotate`: a customer's first webhook secret, or a new one beside the live one, and the older one retired
//! once Tribal Habits signs with the new one. No delivery is refused in between.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::tenants::{LoadWebhookSecrets, SaveSecret, SecretKind};
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::error::{CommandError, NotRotated};
use crate::stage::Stage;
use crate::terminal::out;

/// Standard Webhooks asks for 24 to 64 bytes.
const BYTES: usize = 32;

/// Makes a new secret, stores it, beside the live one where there is one, and writes it to `file`, which must not be there yet.
pub(crate) async fn rotate(stage: &Stage, tenant: &TenantId, file: &Path) -> Result<(), CommandError> {
    let live = live(stage, tenant).await?;
    let new = new_secret()?;
    let both = beside(new.clone(), live)?;
    write(file, &new).map_err(|source| CommandError::File {
        path: file.to_owned(),
        source,
    })?;
    store(stage, tenant, &both).await?;
    out::print_line(told(tenant, both.len(), file));
    Ok(())
}

/// Describes the rotation's state, and the next step.
fn told(tenant: &TenantId, live: usize, file: &Path) -> String {
    let file = file.display();
    if live == 1 {
        return format!(
            "{tenant}: its first webhook secret is live, and in {file}\n  put it into the portal's webhook, then remove the file"
        );
    }
    format!(
        "{tenant}: two webhook secrets are live; the new one is in {file}\n  \
         1. put it into the portal's webhook, then remove the file\n  \
         2. once completions arrive: habitsync tenant secrets rotate {tenant} --retire"
    )
}

/// Ends the older of two live secrets.
pub(crate) async fn retire(stage: &Stage, tenant: &TenantId) -> Result<(), CommandError> {
    let newest = newest_of(live(stage, tenant).await?)?;
    store(stage, tenant, &[newest]).await?;
    out::print_line(format!(
        "{tenant}: the older webhook secret is retired; functions forget it within five minutes"
    ));
    Ok(())
}

async fn live(stage: &Stage, tenant: &TenantId) -> Result<Vec<SecretString>, CommandError> {
    Ok(stage.secrets().load_webhook_secrets(tenant).await?)
}

async fn store(stage: &Stage, tenant: &TenantId, secrets: &[SecretString]) -> Result<(), CommandError> {
    let secrets: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
    let text = SecretString::from(json!({ "secrets": secrets }).to_string());
    stage.secrets().save_secret(tenant, SecretKind::Webhook, &text).await?;
    Ok(())
}

/// The new one first: the order says which is the older.
fn beside(new: SecretString, live: Vec<SecretString>) -> Result<Vec<SecretString>, NotRotated> {
    if live.len() > 1 {
        return Err(NotRotated::TwoLive);
    }
    Ok([new].into_iter().chain(live).collect())
}

fn newest_of(live: Vec<SecretString>) -> Result<SecretString, NotRotated> {
    let several = live.len() > 1;
    let newest = live.into_iter().next().ok_or(NotRotated::NoneYet)?;
    several.then_some(newest).ok_or(NotRotated::OneLive)
}

fn new_secret() -> Result<SecretString, CommandError> {
    let mut bytes = [0; BYTES];
    SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| CommandError::NoRandomness)?;
    Ok(SecretString::from(format!("whsec_{}", STANDARD.encode(bytes))))
}

/// For its owner's eyes only.
fn write(file: &Path, secret: &SecretString) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(file, "{}", secret.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(texts: &[&str]) -> Vec<SecretString> {
        texts
            .iter()
            .map(|text| SecretString::from((*text).to_owned()))
            .collect()
    }

    fn shown(secrets: &[SecretString]) -> Vec<&str> {
        secrets.iter().map(ExposeSecret::expose_secret).collect()
    }

    #[test]
    fn the_new_secret_stands_beside_the_live_one_until_the_older_is_retired() {
        let both = beside(SecretString::from("new".to_owned()), secrets(&["old"])).expect("one was live");
        assert_eq!(shown(&both), ["new", "old"]);
        let newest = newest_of(both).expect("two were live");
        assert_eq!(newest.expose_secret(), "new");
    }

    #[test]
    fn the_first_secret_stands_alone_and_says_what_is_to_be_done_with_it() {
        let first = beside(SecretString::from("first".to_owned()), Vec::new()).expect("none was live");
        assert_eq!(shown(&first), ["first"]);
        let tenant = "acme".parse().expect("a tenant");
        let told = |live| told(&tenant, live, Path::new("secret.txt"));
        assert!(
            told(1).contains("first webhook secret") && !told(1).contains("--retire"),
            "{}",
            told(1)
        );
        assert!(told(2).contains("rotate acme --retire"), "{}", told(2));
    }

    #[test]
    fn a_third_secret_and_the_retirement_of_the_last_are_refused() {
        let new = || SecretString::from("new".to_owned());
        assert_eq!(
            beside(new(), secrets(&["a", "b"])).expect_err("two"),
            NotRotated::TwoLive
        );
        assert_eq!(newest_of(secrets(&[])).expect_err("none"), NotRotated::NoneYet);
        assert_eq!(newest_of(secrets(&["a"])).expect_err("one"), NotRotated::OneLive);
    }

    #[test]
    fn a_new_secret_is_one_that_signs_and_no_two_are_alike() {
        let (one, other) = (new_secret().expect("made"), new_secret().expect("made"));
        assert_ne!(one.expose_secret(), other.expose_secret());
        standardwebhooks::Webhook::new(one.expose_secret()).expect("a secret of Standard Webhooks");
    }
}
