//! The other services: queue, mail, secrets, schedules, functions.

use habitsync_aws_adapters::JobTargets;
use habitsync_domain::completion::CompletionMessage;
use habitsync_domain::job::Job;
use habitsync_workflows::ports::mail::{Mail, SendMail};
use habitsync_workflows::ports::queue::{QueueCompletion, StartJob};
use habitsync_workflows::ports::tenants::{
    JobSchedule, LoadWebhookSecrets, RemoveSchedule, SaveSchedule, SaveSecret, SecretKind,
};
use secrecy::{ExposeSecret, SecretString};

use crate::fixture::{at, aws, completion, sdk, table, tenant};

#[tokio::test]
async fn a_completion_is_queued_whole_in_its_customer_s_group() {
    let sqs = aws_sdk_sqs::Client::new(&sdk().await);
    let made = sqs.create_queue().queue_name("results").send().await.expect("a queue");
    let url = made.queue_url().expect("an address");
    let message = CompletionMessage {
        tenant: tenant(),
        completion: completion(9001),
        accepted_at: at("2026-03-02T00:00:00Z"),
    };
    aws()
        .await
        .result_queue(url)
        .queue_completion(&message)
        .await
        .expect("queued");
    let group = aws_sdk_sqs::types::MessageSystemAttributeName::MessageGroupId;
    let received = sqs
        .receive_message()
        .queue_url(url)
        .message_system_attribute_names(group.clone())
        .send()
        .await;
    let [received] = received
        .expect("an answer")
        .messages
        .unwrap_or_default()
        .try_into()
        .expect("one message");
    let body: CompletionMessage = serde_json::from_str(received.body().expect("a body")).expect("readable");
    assert_eq!(body, message);
    let attributes = received.attributes().expect("attributes");
    assert_eq!(attributes.get(&group).map(String::as_str), Some("acme"));
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_a_refusal_and_not_worth_another_try() {
    let queue = aws().await.result_queue("http://127.0.0.1:1/000000000000/nowhere");
    let message = CompletionMessage {
        tenant: tenant(),
        completion: completion(1),
        accepted_at: at("2026-03-02T00:00:00Z"),
    };
    let failure = queue.queue_completion(&message).await.expect_err("no such queue");
    assert_eq!((failure.service, failure.retryable), ("SQS", false), "{failure}");
}

#[tokio::test]
async fn mail_goes_out_from_the_verified_sender_and_from_no_other() {
    let ses = aws_sdk_ses::Client::new(&sdk().await);
    ses.verify_email_identity()
        .email_address("sync@habitsync.example")
        .send()
        .await
        .expect("verified");
    let mail = Mail {
        to: vec!["hr@acme.example".parse().expect("an address")],
        mime: b"From: sync@habitsync.example\r\nTo: hr@acme.example\r\nSubject: Three people\r\n\r\nHello\r\n".to_vec(),
    };
    let mailer = aws()
        .await
        .mailer(&"sync@habitsync.example".parse().expect("an address"));
    let id = mailer.send_mail(&mail).await.expect("sent");
    assert!(
        id.starts_with('<') && id.ends_with(".amazonses.com>") && id.matches('@').count() == 1,
        "{id}"
    );
    let other = aws()
        .await
        .mailer(&"somebody@habitsync.example".parse().expect("an address"));
    let failure = other.send_mail(&mail).await.expect_err("not verified");
    assert!(
        !failure.retryable && !failure.to_string().contains("somebody"),
        "{failure}"
    );
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

/// Lets so many seconds pass for what is cached, while nothing is under way.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn secrets_are_asked_for_again_once_a_minute_after_a_failed_check_a_made_up_customer_s_too() {
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
    assert_eq!(count().await, 0, "that there was none is believed for a minute");
    pass(59).await;
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

#[tokio::test]
async fn a_schedule_is_created_changed_disabled_and_removed() {
    let sdk = aws_sdk_scheduler::Client::new(&sdk().await);
    sdk.create_schedule_group()
        .name("habitsync-test")
        .send()
        .await
        .expect("a group");
    let arn = |name: &str| format!("arn:aws:lambda:ap-southeast-2:000000000000:function:{name}");
    let targets = JobTargets {
        user_sync_arn: arn("user-sync"),
        course_sync_arn: arn("course-sync"),
        result_sweep_arn: arn("result-sweep"),
        role_arn: "arn:aws:iam::000000000000:role/scheduler".to_owned(),
    };
    let schedules = aws().await.schedules("test", targets);
    let mut schedule = JobSchedule {
        tenant: tenant(),
        job: Job::ResultsSweep,
        expression: "rate(6 hours)".to_owned(),
        time_zone: "Australia/Sydney".to_owned(),
        jitter_minutes: 10,
        enabled: true,
    };
    let seen = async || {
        let get = sdk
            .get_schedule()
            .group_name("habitsync-test")
            .name("test-acme-results-sweep");
        get.send().await
    };
    schedules.save_schedule(&schedule).await.expect("created");
    let made = seen().await.expect("a schedule");
    assert_eq!(made.schedule_expression(), Some("rate(6 hours)"));
    assert_eq!(made.schedule_expression_timezone(), Some("Australia/Sydney"));
    let target = made.target().expect("a target");
    assert_eq!(
        (target.arn(), target.input()),
        (arn("result-sweep").as_str(), Some(r#"{"tenant":"acme"}"#))
    );
    schedule.expression = "rate(12 hours)".to_owned();
    schedule.enabled = false;
    schedules.save_schedule(&schedule).await.expect("changed");
    let changed = seen().await.expect("a schedule");
    assert_eq!(changed.schedule_expression(), Some("rate(12 hours)"));
    assert_eq!(
        changed.state(),
        Some(&aws_sdk_scheduler::types::ScheduleState::Disabled)
    );
    for _ in 0..2 {
        schedules
            .remove_schedule(&tenant(), Job::ResultsSweep)
            .await
            .expect("removed, or gone already");
    }
    assert!(seen().await.is_err());
}

#[tokio::test]
async fn starting_a_function_that_is_not_there_fails_and_names_what_was_tried() {
    let starter = aws()
        .await
        .job_starter([(Job::Users, "habitsync-nowhere-user-sync".to_owned())]);
    let failure = starter
        .start_job(&tenant(), Job::Users)
        .await
        .expect_err("no such function");
    assert!(
        !failure.retryable && failure.to_string().contains("Invoke"),
        "{failure}"
    );
    let failure = starter
        .start_job(&tenant(), Job::Courses)
        .await
        .expect_err("nobody said which");
    assert!(failure.to_string().contains("courses"), "{failure}");
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named() {
    use habitsync_workflows::ports::tenants::LoadConfiguration;
    // A table elsewhere in this program makes sure that only the name is wrong.
    table().await;
    let failure = aws()
        .await
        .table("nowhere")
        .load_configuration(&tenant())
        .await
        .expect_err("no such table");
    assert!(
        !failure.retryable && failure.to_string().contains("ResourceNotFoundException"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_worth_another_try() {
    use habitsync_aws_adapters::Aws;
    use habitsync_workflows::ports::tenants::LoadConfiguration;
    let nowhere = Aws::emulated("http://127.0.0.1:1", "ap-southeast-2")
        .await
        .expect("a client");
    let failure = nowhere
        .table("any")
        .load_configuration(&tenant())
        .await
        .expect_err("nobody listens");
    assert!(failure.retryable, "{failure}");
}
