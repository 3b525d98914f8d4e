//! Secrets: stored, read back, and kept in the process for as long as they are believed.

use habitsync_workflows::ports::tenants::{LoadWebhookSecrets, SaveSecret, SecretKind};
use secrecy::{ExposeSecret, SecretString};

use crate::fixture::{aws, tenant};

/// Advances the cache's time by this many seconds, while no call is in progress.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_secret_is_stored_replaced_and_read_back() {
    let secrets = aws().await.secrets("stage-1");
    assert!(
        secrets
            .load_vendor_secret(&tenant())
            .await
            .expect("an answer")
            .is_none()
    );
    for value in ["{\"first\":1}", "{\"second\":2}"] {
        let value = SecretString::from(value.to_owned());
        secrets
            .save_secret(&tenant(), SecretKind::Vendors, &value)
            .await
            .expect("saved");
        // Another process, so that the answer is not from the cache.
        let read = aws()
            .await
            .secrets("stage-1")
            .load_vendor_secret(&tenant())
            .await
            .expect("an answer");
        assert_eq!(read.expect("a secret").0.expose_secret(), value.expose_secret());
    }
}

#[tokio::test]
async fn both_live_webhook_secrets_are_known_and_a_made_up_customer_has_none() {
    let secrets = aws().await.secrets("stage-2");
    let value = SecretString::from("{\"secrets\":[\"whsec_one\",\"whsec_two\"]}".to_owned());
    secrets
        .save_secret(&tenant(), SecretKind::Webhook, &value)
        .await
        .expect("saved");
    let live = aws()
        .await
        .secrets("stage-2")
        .load_webhook_secrets(&tenant())
        .await
        .expect("an answer");
    assert_eq!(
        live.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(),
        ["whsec_one", "whsec_two"]
    );
    let nobody = "nobody".parse().expect("a tenant");
    assert!(
        secrets
            .load_webhook_secrets(&nobody)
            .await
            .expect("an answer")
            .is_empty()
    );
}

#[tokio::test]
async fn a_failed_check_fetches_the_secrets_again_after_five_seconds_for_unknown_tenants_too() {
    let secrets = aws().await.secrets("stage-4");
    let count = async || {
        let known = secrets.reload_webhook_secrets(&tenant()).await.expect("an answer");
        known.len()
    };
    assert_eq!(count().await, 0);
    let value = SecretString::from("{\"secrets\":[\"whsec_one\"]}".to_owned());
    aws()
        .await
        .secrets("stage-4")
        .save_secret(&tenant(), SecretKind::Webhook, &value)
        .await
        .expect("saved by another process");
    assert_eq!(count().await, 0, "their absence is believed for five seconds");
    pass(4).await;
    assert_eq!(count().await, 0);
    pass(1).await;
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn secrets_are_believed_for_five_minutes_while_every_check_succeeds() {
    let secrets = aws().await.secrets("stage-5");
    let save = async |value: &str| {
        let value = SecretString::from(value.to_owned());
        let other = aws().await.secrets("stage-5");
        let saved = other.save_secret(&tenant(), SecretKind::Webhook, &value).await;
        saved.expect("saved by another process");
    };
    let count = async || {
        let known = secrets.load_webhook_secrets(&tenant()).await.expect("an answer");
        known.len()
    };
    save("{\"secrets\":[\"whsec_one\"]}").await;
    assert_eq!(count().await, 1);
    save("{\"secrets\":[\"whsec_one\",\"whsec_two\"]}").await;
    pass(299).await;
    assert_eq!(count().await, 1);
    pass(1).await;
    assert_eq!(count().await, 2);
}

#[tokio::test]
async fn a_malformed_secret_is_reported_without_its_content() {
    let secrets = aws().await.secrets("stage-3");
    let value = SecretString::from("whsec_bare".to_owned());
    secrets
        .save_secret(&tenant(), SecretKind::Webhook, &value)
        .await
        .expect("saved");
    let failure = secrets.load_webhook_secrets(&tenant()).await.expect_err("no JSON");
    assert!(
        failure.to_string().contains("acme") && !failure.to_string().contains("whsec_bare"),
        "{failure}"
    );
}
