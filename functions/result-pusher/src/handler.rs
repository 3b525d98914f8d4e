//! A batch of messages (of one, as the template has it), each pushed by itself; those that failed come back.
//!
//! The handling of a message, by outcome:
//!
//! - pushed, with any outcome: it is consumed. The table says what remains to be done, and the watchdog queues it
//!   again.
//! - claimed by another invocation: it is consumed, too. The other one's message is still there, and its claim falls due.
//! - the table, or the customer's secrets, could not be reached: it comes back, since nothing could be written down.
//! - it cannot be read, or names a customer that does not exist: it comes back, too. No retry cures that; it ends in the
//!   dead-letter queue, where it is kept for fourteen days and raises an alarm, rather than vanish.
//! - it panics: it comes back alone, and the other messages of the batch are pushed.
//! - it crashes the function, or lets it run into its time-out: it comes back, by itself.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use habitsync_aws_adapters::SystemClock;
use habitsync_domain::results::completion::CompletionMessage;
use habitsync_domain::results::result::ResultState;
use habitsync_lambda_support::{Deadline, FunctionError, Metric, Metrics, caught};
use habitsync_vendor_http::take_traffic;
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::results::push::PushOutcome;
use lambda_runtime::LambdaEvent;
use tracing::{Instrument, Span, field, info, info_span};

/// Kept free of calls at the end of an invocation, for settling the claim.
const MARGIN: Duration = Duration::from_secs(5);

/// Pushes every message by `push`. Where none could be, the whole invocation fails, so that it counts as failed.
pub(crate) async fn handle(
    event: LambdaEvent<SqsEvent>,
    push: impl AsyncFn(&CompletionMessage, Deadline) -> Result<PushOutcome, FunctionError>,
    metrics: &Metrics,
) -> Result<SqsBatchResponse, FunctionError> {
    let deadline = Deadline::new(&event.context, MARGIN);
    let messages = event.payload.records;
    let mut failed = SqsBatchResponse::default();
    let mut last_error = None;
    for message in &messages {
        let id = message.message_id.as_deref().unwrap_or_default();
        let request = event.context.request_id.as_str();
        let span = info_span!("message", message.id = id, request.id = request, tenant = field::Empty);
        let pushed = push_message(message, deadline, &push).instrument(span).await;
        metrics.write(SystemClock.now(), &measured(&pushed));
        if let Err(error) = pushed {
            failed.add_failure(id);
            last_error = Some(error);
        }
    }
    match last_error {
        Some(error) if failed.batch_item_failures.len() == messages.len() => Err(error),
        _ => Ok(failed),
    }
}

async fn push_message(
    message: &SqsMessage,
    deadline: Deadline,
    push: impl AsyncFn(&CompletionMessage, Deadline) -> Result<PushOutcome, FunctionError>,
) -> Result<(PushOutcome, u64), FunctionError> {
    let pushed = async {
        let message = read(message)?;
        Span::current().record("tenant", message.tenant.as_str());
        let outcome = caught(push(&message, deadline)).await.flatten()?;
        let since_accepted = SystemClock.now().duration_since(message.accepted_at).as_millis();
        let since_accepted = u64::try_from(since_accepted).unwrap_or_default();
        log(&message, &outcome, since_accepted);
        Ok((outcome, since_accepted))
    };
    pushed.await.inspect_err(FunctionError::log)
}

fn read(message: &SqsMessage) -> Result<CompletionMessage, FunctionError> {
    let body = message.body.as_deref().unwrap_or_default();
    // The parser's words are left out: they may quote the body.
    serde_json::from_str(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        FunctionError::unreadable(&format!("the message is no completion ({place})"))
    })
}

/// Measures the outcome of one completion and the vendor requests that it took.
fn measured(pushed: &Result<(PushOutcome, u64), FunctionError>) -> Vec<(Metric, u64)> {
    let traffic = take_traffic();
    let mut values = vec![
        (Metric::VendorRequests, traffic.requests),
        (Metric::VendorRefusals, traffic.refusals),
    ];
    match pushed {
        Err(error) => values.push((Metric::OperatorFailures, u64::from(error.is_ours()))),
        Ok((PushOutcome::AlreadySettled(_) | PushOutcome::HeldByAnother { .. } | PushOutcome::Superseded, _)) => {}
        Ok((PushOutcome::Settled(state), since_accepted)) => match state {
            ResultState::Recorded { .. } => {
                values.extend([(Metric::ResultsRecorded, 1), (Metric::ResultLatency, *since_accepted)]);
            }
            ResultState::Waiting { .. } | ResultState::Unconfirmed { .. } | ResultState::Claimed { .. } => {
                values.push((Metric::ResultsDelayed, 1));
            }
            ResultState::Parked { .. } => values.push((Metric::ResultsParked, 1)),
            ResultState::Ignored { .. } => values.push((Metric::ResultsIgnored, 1)),
            ResultState::Dead { .. } => values.push((Metric::ResultsDead, 1)),
        },
    }
    values
}

/// The one line of a completion.
fn log(message: &CompletionMessage, outcome: &PushOutcome, since_accepted: u64) {
    let (outcome, cause) = match outcome {
        PushOutcome::Settled(state) => named(state),
        PushOutcome::AlreadySettled(_) => ("already_settled", ""),
        PushOutcome::HeldByAnother { .. } => ("held_by_another", ""),
        PushOutcome::Superseded => ("superseded", ""),
    };
    let enrolment = message.completion.enrolment.0;
    info!(
        enrolment.id = enrolment,
        result.outcome = outcome,
        result.cause = cause,
        result.since_accepted_ms = since_accepted,
        "pushed a completion"
    );
}

fn named(state: &ResultState) -> (&'static str, &str) {
    match state {
        ResultState::Claimed { .. } => ("claimed", ""),
        ResultState::Waiting { cause, .. } => ("waiting", cause),
        ResultState::Unconfirmed { cause, .. } => ("unconfirmed", cause),
        ResultState::Parked { .. } => ("parked", ""),
        ResultState::Recorded { .. } => ("recorded", ""),
        ResultState::Ignored { reason } => ("ignored", reason.as_str()),
        ResultState::Dead { cause, .. } => ("dead", cause),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use habitsync_workflows::ports::failure::ServiceFailure;
    use lambda_runtime::Context;
    use serde_json::{Value, json};

    use super::*;

    fn completion(enrolment: i64) -> Value {
        json!({
            "tenant": "acme",
            "completion": {
                "enrolment": enrolment,
                "topic": 456,
                "user_name": "jo@acme.example",
                "completed_at": "2026-03-01T20:30:00Z",
            },
            "accepted_at": "2026-03-01T20:30:01Z",
        })
    }

    fn event(bodies: &[String]) -> LambdaEvent<SqsEvent> {
        let records: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| json!({"messageId": format!("m{number}"), "body": body, "eventSource": "aws:sqs"}))
            .collect();
        let event = serde_json::from_value(json!({ "Records": records })).expect("an event of SQS");
        LambdaEvent::new(event, Context::default())
    }

    fn failed(response: &SqsBatchResponse) -> Vec<&str> {
        response
            .batch_item_failures
            .iter()
            .map(|failure| failure.item_identifier.as_str())
            .collect()
    }

    fn metrics() -> Metrics {
        Metrics::of_function("test", "result-pusher")
    }

    fn unavailable() -> FunctionError {
        ServiceFailure {
            service: "DynamoDB",
            retryable: true,
            detail: "GetItem timed out".to_owned(),
        }
        .into()
    }

    fn parked() -> PushOutcome {
        PushOutcome::AlreadySettled(ResultState::Dead {
            tried: None,
            cause: "refused".to_owned(),
        })
    }

    #[tokio::test]
    async fn a_message_that_was_pushed_is_consumed_whatever_came_of_it() {
        let pushed = RefCell::new(Vec::new());
        let push = async |message: &CompletionMessage, _| {
            pushed.borrow_mut().push(message.completion.enrolment.0);
            Ok(parked())
        };
        let response = handle(event(&[completion(9001).to_string()]), push, &metrics())
            .await
            .expect("consumed");
        assert!(failed(&response).is_empty());
        assert_eq!(*pushed.borrow(), [9001]);
    }

    #[test]
    fn what_became_of_a_completion_is_counted_and_a_recorded_one_timed() {
        let recorded = ResultState::Recorded {
            course: habitsync_domain::identity::CourseId("C-1".to_owned()),
            employee_id: "E1".parse().expect("an employee"),
            at: "2026-03-02T00:00:00Z".parse().expect("a timestamp"),
        };
        let values = measured(&Ok((PushOutcome::Settled(recorded), 1840)));
        assert!(values.contains(&(Metric::ResultsRecorded, 1)) && values.contains(&(Metric::ResultLatency, 1840)));
        let known = measured(&Ok((parked(), 10)));
        assert!(known.iter().all(|(_, value)| *value == 0), "{known:?}");
        assert!(measured(&Err(unavailable())).contains(&(Metric::OperatorFailures, 1)));
    }

    #[tokio::test]
    async fn only_the_messages_that_failed_come_back() {
        let push = async |message: &CompletionMessage, _| {
            if message.completion.enrolment.0 == 2 {
                Err(unavailable())
            } else {
                Ok(parked())
            }
        };
        let bodies = [1, 2, 3].map(|enrolment| completion(enrolment).to_string());
        let response = handle(event(&bodies), push, &metrics())
            .await
            .expect("some were pushed");
        assert_eq!(failed(&response), ["m1"]);
    }

    #[tokio::test]
    async fn a_message_that_panics_comes_back_alone() {
        let push = async |message: &CompletionMessage, _| {
            assert!(
                message.completion.enrolment.0 != 2,
                "{}",
                message.completion.user_name.as_str()
            );
            Ok(parked())
        };
        let bodies = [1, 2, 3].map(|enrolment| completion(enrolment).to_string());
        let response = handle(event(&bodies), push, &metrics())
            .await
            .expect("some were pushed");
        assert_eq!(failed(&response), ["m1"]);
    }

    #[tokio::test]
    async fn an_invocation_that_pushed_nothing_has_failed_under_a_stable_name() {
        let push = async |_: &CompletionMessage, _| Err(unavailable());
        let error = handle(event(&[completion(1).to_string()]), push, &metrics())
            .await
            .expect_err("nothing was pushed");
        assert_eq!(error.name(), "ServiceFailed");
    }

    #[tokio::test]
    async fn a_message_that_cannot_be_read_is_never_pushed_and_its_content_not_repeated() {
        let push = async |_: &CompletionMessage, _| panic!("there is nothing to push");
        let body = completion(1).to_string().replace("456", "\"jo@acme.example\"");
        let error = handle(event(&[body]), push, &metrics()).await.expect_err("unreadable");
        assert_eq!(error.name(), "MessageUnreadable");
        assert!(!error.to_string().contains("jo@"), "{error}");
    }
}
