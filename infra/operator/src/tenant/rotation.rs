//! `habitsync tenant secrets rotate`: a new webhook secret beside the live one, and the older one retired once Tribal Habits
//! signs with the new one. No delivery is refused in between.

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

use crate::failure::Failure;
use crate::stage::Stage;

/// Standard Webhooks asks for 24 to 64 bytes.
const BYTES: usize = 32;

/// Why a customer's secrets cannot be rotated just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRotated {
    /// There is none to keep beside the new one.
    #[error("there is no webhook secret yet; store the first one with `tenant secrets set`")]
    NoneYet,
    /// Two are live: a third would end the older one before its time.
    #[error("two secrets are live already; end the older one first: `tenant secrets rotate … --retire`")]
    TwoLive,
    /// One is live: nothing to retire.
    #[error("one secret is live, and there is none to retire")]
    OneLive,
}

/// Makes a new secret, stores it beside the live one and writes it to `file`, which must not be there yet.
pub(crate) async fn rotate(stage: &Stage, tenant: &TenantId, file: &Path) -> Result<(), Failure> {
    let live = live(stage, tenant).await?;
    let new = new_secret()?;
    let both = beside(new.clone(), live)?;
    write(file, &new).map_err(|source| Failure::File {
        path: file.to_owned(),
        source,
    })?;
    store(stage, tenant, &both).await?;
    println!(
        "{tenant}: two webhook secrets are live; the new one is in {}",
        file.display()
    );
    println!("  1. put it into the portal's webhook, then remove the file");
    println!("  2. once completions arrive: habitsync tenant secrets rotate {tenant} --retire");
    Ok(())
}

/// Ends the older of two live secrets.
pub(crate) async fn retire(stage: &Stage, tenant: &TenantId) -> Result<(), Failure> {
    let newest = newest_of(live(stage, tenant).await?)?;
    store(stage, tenant, &[newest]).await?;
    println!("{tenant}: the older webhook secret is retired; functions forget it within five minutes");
    Ok(())
}

async fn live(stage: &Stage, tenant: &TenantId) -> Result<Vec<SecretString>, Failure> {
    Ok(stage.secrets().load_webhook_secrets(tenant).await?)
}

async fn store(stage: &Stage, tenant: &TenantId, secrets: &[SecretString]) -> Result<(), Failure> {
    let secrets: Vec<_> = secrets.iter().map(ExposeSecret::expose_secret).collect();
    let text = SecretString::from(json!({ "secrets": secrets }).to_string());
    stage.secrets().save_secret(tenant, SecretKind::Webhook, &text).await?;
    Ok(())
}

/// The new one first: the order says which is the older.
fn beside(new: SecretString, live: Vec<SecretString>) -> Result<Vec<SecretString>, NotRotated> {
    match live.len() {
        0 => Err(NotRotated::NoneYet),
        1 => Ok([new].into_iter().chain(live).collect()),
        _ => Err(NotRotated::TwoLive),
    }
}

fn newest_of(live: Vec<SecretString>) -> Result<SecretString, NotRotated> {
    let several = live.len() > 1;
    let newest = live.into_iter().next().ok_or(NotRotated::NoneYet)?;
    several.then_some(newest).ok_or(NotRotated::OneLive)
}

fn new_secret() -> Result<SecretString, Failure> {
    let mut bytes = [0; BYTES];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| Failure::NoRandomness)?;
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
    fn a_third_secret_and_the_retirement_of_the_last_are_refused() {
        let new = || SecretString::from("new".to_owned());
        assert_eq!(
            beside(new(), secrets(&["a", "b"])).expect_err("two"),
            NotRotated::TwoLive
        );
        assert_eq!(beside(new(), secrets(&[])).expect_err("none"), NotRotated::NoneYet);
        assert_eq!(newest_of(secrets(&["a"])).expect_err("one"), NotRotated::OneLive);
    }

    #[test]
    fn a_new_secret_is_one_that_signs_and_no_two_are_alike() {
        let (one, other) = (new_secret().expect("made"), new_secret().expect("made"));
        assert_ne!(one.expose_secret(), other.expose_secret());
        standardwebhooks::Webhook::new(one.expose_secret()).expect("a secret of Standard Webhooks");
    }
}
