//! The other services: queue, mail, schedules, functions.

use habitsync_aws_adapters::JobTargets;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::completion::CompletionMessage;
use habitsync_workflows::ports::mail::{Mail, SendMail};
use habitsync_workflows::ports::queue::{QueueCompletion, StartJob};
use habitsync_workflows::ports::tenants::{JobSchedule, RemoveSchedule, SaveSchedule};

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
    let set = aws_sdk_ses::types::ConfigurationSet::builder().name("habitsync-test");
    let set = set.build().expect("complete");
    ses.create_configuration_set()
        .configuration_set(set)
        .send()
        .await
        .expect("a configuration set");
    let mail = Mail {
        to: vec!["hr@acme.example".parse().expect("an address")],
        tenant: Some(tenant()),
        mime: b"From: sync@habitsync.example\r\nTo: hr@acme.example\r\nSubject: Three people\r\n\r\nHello\r\n".to_vec(),
    };
    let mailer = aws()
        .await
        .mailer(&"sync@habitsync.example".parse().expect("an address"), "habitsync-test");
    let id = mailer.send_mail(&mail).await.expect("sent");
    assert!(
        id.starts_with('<') && id.ends_with(".amazonses.com>") && id.matches('@').count() == 1,
        "{id}"
    );
    let other = aws().await.mailer(
        &"somebody@habitsync.example".parse().expect("an address"),
        "habitsync-test",
    );
    let failure = other.send_mail(&mail).await.expect_err("not verified");
    assert!(
        !failure.retryable && !failure.to_string().contains("somebody"),
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
        job: Job::ResultSweep,
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
            .remove_schedule(&tenant(), Job::ResultSweep)
            .await
            .expect("removed, or gone already");
    }
    assert!(seen().await.is_err());
}

#[tokio::test]
async fn starting_a_function_that_is_not_there_fails_and_names_what_was_tried() {
    let starter = aws()
        .await
        .job_starter([(Job::UserSync, "habitsync-nowhere-user-sync".to_owned())]);
    let failure = starter
        .start_job(&tenant(), Job::UserSync)
        .await
        .expect_err("no such function");
    assert!(
        !failure.retryable && failure.to_string().contains("Invoke"),
        "{failure}"
    );
    let failure = starter
        .start_job(&tenant(), Job::CourseSync)
        .await
        .expect_err("nobody said which");
    assert!(failure.to_string().contains("course-sync"), "{failure}");
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
