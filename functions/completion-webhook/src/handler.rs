//! One request, one delivery, one status. The answer has no body: a sender has no use for one, a forger must not have one.

use std::convert::Infallible;

use habitsync_lambda_support::{FunctionError, Metric, Metrics, caught};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::queue::QueueCompletion;
use habitsync_workflows::ports::tenants::{LoadConfiguration, LoadWebhookSecrets};
use habitsync_workflows::results::accept::{AcceptCompletion, Acceptance, Delivery, accept_completion};
use habitsync_workflows::results::webhook_verification::Headers;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use lambda_http::request::from_str;
use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tracing::{error, info, warn};

/// Answers an event of API Gateway.
pub(crate) async fn answer<Configurations, Secrets, Queue, Clock>(
    accept: &AcceptCompletion<'_, Configurations, Secrets, Queue, Clock>,
    metrics: &Metrics,
    event: &RawValue,
) -> Result<Value, Infallible>
where
    Configurations: LoadConfiguration,
    Secrets: LoadWebhookSecrets,
    Queue: QueueCompletion,
    Clock: Now,
{
    let status = if let Some(request) = request_of(event) {
        Box::pin(handle(accept, metrics, request)).await?.status()
    } else {
        warn!("a delivery that is no request");
        metrics.write(accept.clock.now(), &[(Metric::WebhooksRefused, 1)]);
        StatusCode::BAD_REQUEST
    };
    Ok(json!({"statusCode": status.as_u16(), "headers": {}, "body": "", "isBase64Encoded": false}))
}

/// The request in an event. A header that HTTP does not allow, such as one with a control character, makes the event unreadable, and
/// is left out in a second try.
fn request_of(event: &RawValue) -> Option<Request> {
    if let Ok(request) = from_str(event.get()) {
        return Some(request);
    }
    let mut event: Value = serde_json::from_str(event.get()).ok()?;
    let headers = event.get_mut("headers").and_then(Value::as_object_mut)?;
    headers.retain(|name, value| is_header(name, value));
    from_str(&event.to_string()).ok()
}

fn is_header(name: &str, value: &Value) -> bool {
    let is_value = value.as_str().is_some_and(|value| HeaderValue::from_str(value).is_ok());
    is_value && HeaderName::from_bytes(name.as_bytes()).is_ok()
}

/// Accepts the delivery in `request`, or says by the status why not.
async fn handle<Configurations, Secrets, Queue, Clock>(
    accept: &AcceptCompletion<'_, Configurations, Secrets, Queue, Clock>,
    metrics: &Metrics,
    request: Request,
) -> Result<Response<Body>, Infallible>
where
    Configurations: LoadConfiguration,
    Secrets: LoadWebhookSecrets,
    Queue: QueueCompletion,
    Clock: Now,
{
    let parameters = request.path_parameters();
    let delivery = Delivery {
        tenant: parameters.first("tenant").unwrap_or_default(),
        headers: headers(request.headers()),
        // The bytes that were signed, whether the gateway passed them on as they were or in base64.
        body: request.body(),
    };
    // A panic is answered like a failure of the queue: the sender sends the delivery again.
    let accepted = caught(accept_completion(accept, &delivery)).await;
    let acceptance = accepted.unwrap_or_else(|panicked| Acceptance::NotStored(not_stored(&panicked)));
    log(delivery.tenant, &acceptance);
    metrics.write(accept.clock.now(), &[(measured(&acceptance), 1)]);
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status(&acceptance);
    Ok(response)
}

fn not_stored(failure: &FunctionError) -> ServiceFailure {
    ServiceFailure {
        service: "completion-webhook",
        retryable: true,
        detail: failure.to_string(),
    }
}

fn headers(headers: &HeaderMap) -> Headers<'_> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    Headers {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        authorization: text("authorization"),
    }
}

fn status(acceptance: &Acceptance) -> StatusCode {
    match acceptance {
        Acceptance::Accepted { .. } => StatusCode::ACCEPTED,
        Acceptance::NotForUs => StatusCode::OK,
        Acceptance::Unreadable(_) => StatusCode::BAD_REQUEST,
        Acceptance::NotAuthentic => StatusCode::UNAUTHORIZED,
        Acceptance::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Acceptance::NotStored(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn measured(acceptance: &Acceptance) -> Metric {
    match acceptance {
        Acceptance::Accepted { .. } => Metric::WebhooksAccepted,
        Acceptance::NotForUs => Metric::WebhooksIgnored,
        Acceptance::Unreadable(_) | Acceptance::NotAuthentic | Acceptance::TooLarge => Metric::WebhooksRefused,
        Acceptance::NotStored(_) => Metric::WebhooksNotStored,
    }
}

/// One line per delivery. The log leaves out a tenant that was not verified, since its name is unchecked text from a
/// request's path: it is not logged.
fn log(tenant: &str, acceptance: &Acceptance) {
    match acceptance {
        Acceptance::Accepted { enrolment } => info!(tenant, enrolment.id = enrolment.0, "accepted a completion"),
        Acceptance::NotForUs => info!(tenant, "a delivery that is no completed topic"),
        Acceptance::Unreadable(why) => warn!(tenant, error = %why, "an authentic delivery that cannot be read"),
        Acceptance::NotAuthentic => warn!("a delivery that is not authentic"),
        Acceptance::TooLarge => warn!("a delivery that is too large"),
        Acceptance::NotStored(failure) => error!(error = %failure, "a delivery that could not be stored"),
    }
}

#[cfg(test)]
mod tests {
    use habitsync_domain::configuration::TenantConfiguration;
    use habitsync_domain::identity::EnrolmentId;
    use habitsync_domain::results::completion::CompletionMessage;
    use habitsync_in_memory::{Call, Fault, ManualClock, Queue, Tenants, service_failure};
    use standardwebhooks::Webhook;

    use super::*;

    const CONFIGURATION: &str = include_str!("../../../shared/domain/src/configuration/acme.toml");
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NOW: &str = "2026-03-02T00:00:00Z";

    struct World {
        tenants: Tenants,
        queue: Queue,
        clock: ManualClock,
    }

    impl World {
        fn new() -> Self {
            let tenants = Tenants::default();
            tenants.add(
                CONFIGURATION.parse::<TenantConfiguration>().expect("a configuration"),
                &[SECRET],
            );
            Self {
                tenants,
                queue: Queue::default(),
                clock: ManualClock::at(NOW.parse().expect("a timestamp")),
            }
        }

        async fn status_of(&self, event: &Value) -> u16 {
            let accept = AcceptCompletion {
                configurations: &self.tenants,
                secrets: &self.tenants,
                queue: &self.queue,
                clock: &self.clock,
            };
            let metrics = Metrics::of_function("test", "completion-webhook");
            let Ok(answer) = answer(&accept, &metrics, &raw(event)).await;
            assert_eq!(answer["body"], "");
            let status = answer["statusCode"].as_u64().expect("a status");
            u16::try_from(status).expect("a status")
        }
    }

    /// Returns an event as API Gateway sends it (payload 2.0), with the fields that the function reads.
    fn event(tenant: &str, body: &str, headers: &Value, is_base64_encoded: bool) -> Value {
        json!({
            "version": "2.0",
            "routeKey": "POST /webhooks/tribal-habits/{tenant}",
            "rawPath": format!("/webhooks/tribal-habits/{tenant}"),
            "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "habitsync",
                "http": {
                    "method": "POST",
                    "path": format!("/webhooks/tribal-habits/{tenant}"),
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.1",
                    "userAgent": "test",
                },
                "requestId": "r",
                "routeKey": "POST /webhooks/tribal-habits/{tenant}",
                "stage": "$default",
                "time": "02/Mar/2026:00:00:00 +0000",
                "timeEpoch": 1_772_409_600_000_i64,
            },
            "pathParameters": {"tenant": tenant},
            "body": body,
            "isBase64Encoded": is_base64_encoded,
        })
    }

    fn signed(body: &str) -> Value {
        let now: jiff::Timestamp = NOW.parse().expect("a timestamp");
        let signature = Webhook::new(SECRET)
            .expect("a secret")
            .sign("evt_01", now.as_second(), body.as_bytes());
        json!({
            "webhook-id": "evt_01",
            "webhook-timestamp": now.as_second().to_string(),
            "webhook-signature": signature.expect("signed"),
        })
    }

    fn completed() -> String {
        json!({
            "event": "enrolment.completed",
            "id": "evt_01",
            "enrolment": {
                "id": 9001,
                "type": "topic",
                "knowledge_id": 456,
                "knowledge_code": "TH-9-456",
                "status": "conquered",
                "user": {"user_name": "zoë@acme.com.au"},
                "completed_at": "2026-03-01T20:30:00Z",
            },
        })
        .to_string()
    }

    fn queued(world: &World) -> Vec<CompletionMessage> {
        world.queue.messages()
    }

    #[tokio::test]
    async fn a_signed_completion_is_answered_202_and_is_on_the_queue() {
        let (world, body) = (World::new(), completed());
        assert_eq!(world.status_of(&event("acme", &body, &signed(&body), false)).await, 202);
        let queued = queued(&world);
        assert_eq!(queued.len(), 1);
        assert_eq!(queued[0].completion.enrolment, EnrolmentId(9001));
    }

    #[tokio::test]
    async fn a_body_that_the_gateway_encoded_is_checked_byte_by_byte_as_it_was_sent() {
        use base64::prelude::{BASE64_STANDARD, Engine};
        let (world, body) = (World::new(), completed());
        let encoded = BASE64_STANDARD.encode(&body);
        assert_eq!(
            world.status_of(&event("acme", &encoded, &signed(&body), true)).await,
            202
        );
        assert_eq!(queued(&world).len(), 1);
    }

    #[tokio::test]
    async fn a_header_that_http_does_not_allow_never_hides_the_delivery() {
        for (name, odd) in [
            ("user-agent", json!("Tribal\u{1}Habits")),
            ("x-note", json!("Zo\u{eb} \u{1f600}")),
            ("x-line", json!("one\r\ntwo")),
            ("x-null", json!(null)),
            ("x-number", json!(7)),
            ("bad name\u{7f}", json!("value")),
            ("", json!("")),
        ] {
            let (world, body) = (World::new(), completed());
            let mut headers = signed(&body);
            headers[name] = odd.clone();
            let status = world.status_of(&event("acme", &body, &headers, false)).await;
            assert_eq!(status, 202, "{name:?}: {odd}");
        }
        let (world, body) = (World::new(), completed());
        let mut headers = signed(&body);
        headers["webhook-signature"] = json!("v1,\u{1}");
        assert_eq!(world.status_of(&event("acme", &body, &headers, false)).await, 401);
        assert_eq!(world.status_of(&json!("no event at all")).await, 400);
    }

    #[tokio::test]
    async fn a_forgery_and_a_made_up_customer_get_the_same_answer() {
        let (world, body) = (World::new(), completed());
        let forged = event("acme", &body.replace("9001", "9002"), &signed(&body), false);
        assert_eq!(world.status_of(&forged).await, 401);
        assert_eq!(
            world.status_of(&event("nobody", &body, &signed(&body), false)).await,
            401
        );
        assert_eq!(
            world.status_of(&event("../acme", &body, &signed(&body), false)).await,
            401
        );
        assert_eq!(world.status_of(&event("acme", &body, &json!({}), false)).await, 401);
        assert!(queued(&world).is_empty());
    }

    #[tokio::test]
    async fn what_is_no_completed_topic_is_understood_and_left() {
        let (world, body) = (World::new(), completed().replace("\"topic\"", "\"article\""));
        assert_eq!(world.status_of(&event("acme", &body, &signed(&body), false)).await, 200);
        assert!(queued(&world).is_empty());
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_answered_400_and_what_is_too_large_413() {
        let world = World::new();
        assert_eq!(world.status_of(&event("acme", "{", &signed("{"), false)).await, 400);
        let large = "x".repeat(64 * 1024 + 1);
        assert_eq!(
            world.status_of(&event("acme", &large, &signed(&large), false)).await,
            413
        );
    }

    #[tokio::test]
    async fn the_bound_is_that_of_the_body_as_it_was_sent_and_not_of_its_encoding() {
        use base64::prelude::{BASE64_STANDARD, Engine};
        let world = World::new();
        let mut largest = completed();
        largest.push_str(&" ".repeat(64 * 1024 - largest.len()));
        let encoded = |body: &str| event("acme", &BASE64_STANDARD.encode(body), &signed(body), true);
        assert_eq!(world.status_of(&encoded(&largest)).await, 202);
        largest.push(' ');
        assert_eq!(world.status_of(&encoded(&largest)).await, 413);
    }

    /// A queue whose client panics.
    struct Panicking;

    fn raw(event: &Value) -> Box<RawValue> {
        serde_json::value::to_raw_value(event).expect("is JSON")
    }

    impl QueueCompletion for Panicking {
        async fn queue_completion(&self, _: &CompletionMessage) -> Result<(), ServiceFailure> {
            panic!("the queue's client panics")
        }
    }

    #[tokio::test]
    async fn a_delivery_that_panics_is_asked_for_again() {
        let (world, body) = (World::new(), completed());
        let accept = AcceptCompletion {
            configurations: &world.tenants,
            secrets: &world.tenants,
            queue: &Panicking,
            clock: &world.clock,
        };
        let event = event("acme", &body, &signed(&body), false);
        let metrics = Metrics::of_function("test", "completion-webhook");
        let Ok(answer) = answer(&accept, &metrics, &raw(&event)).await;
        assert_eq!(answer["statusCode"], 503);
    }

    #[tokio::test]
    async fn what_could_not_be_stored_is_asked_for_again() {
        let (world, body) = (World::new(), completed());
        world
            .queue
            .faults
            .arm(Call::QueueCompletion, Fault::Before(service_failure()));
        assert_eq!(world.status_of(&event("acme", &body, &signed(&body), false)).await, 503);
    }

    /// Bodies that a sender, or a forger with the secret, may sign.
    fn odd_bodies() -> Vec<Vec<u8>> {
        let with = |key: &str, value: &str| {
            completed().replacen(&format!("\"{key}\":"), &format!("\"{key}\":{value},\"was\":"), 1)
        };
        let values = [
            "null",
            "{}",
            "[]",
            "\"\"",
            "0",
            "-1",
            "1e400",
            "-1e400",
            "9223372036854775807",
            "9223372036854775808",
            "1.5",
            "true",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"9999-12-31T23:59:59Z\"",
            "\"-009999-01-01T00:00:00Z\"",
            "\"0001-01-01\"",
            "\"2026-03-01T20:30:60Z\"",
            "\"\\u202e\"",
        ];
        let keys = [
            "event",
            "enrolment",
            "id",
            "type",
            "knowledge_id",
            "knowledge_code",
            "status",
            "user",
            "user_name",
            "completed_at",
        ];
        let changed = keys
            .iter()
            .flat_map(|key| values.iter().map(|value| with(key, value).into_bytes()));
        let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000)).into_bytes();
        let long = format!("\"{}\"", "x".repeat(60_000));
        let others = [
            Vec::new(),
            vec![0xff, 0xfe, 0x00],
            b"\xef\xbb\xbf".to_vec(),
            deep("[", "]"),
            deep("{\"a\":", "}"),
            with("enrolment", &String::from_utf8_lossy(&deep("[", "]"))).into_bytes(),
            with("user_name", &long).into_bytes(),
            with("knowledge_code", &long).into_bytes(),
            vec![b' '; 64 * 1024],
        ];
        changed.chain(others).collect()
    }

    /// A signature; an empty one of a body that is no UTF-8, which the scheme does not sign.
    fn signed_bytes(body: &[u8], at: jiff::Timestamp) -> Value {
        let signature = Webhook::new(SECRET)
            .expect("a secret")
            .sign("evt_01", at.as_second(), body);
        json!({
            "webhook-id": "evt_01",
            "webhook-timestamp": at.as_second().to_string(),
            "webhook-signature": signature.unwrap_or_default(),
        })
    }

    fn encoded(tenant: &str, body: &[u8], headers: &Value) -> Value {
        use base64::prelude::{BASE64_STANDARD, Engine};
        event(tenant, &BASE64_STANDARD.encode(body), headers, true)
    }

    #[tokio::test]
    async fn whatever_is_signed_is_answered_by_what_it_is_and_an_unsigned_delivery_never_gets_in() {
        let now: jiff::Timestamp = NOW.parse().expect("a timestamp");
        for body in odd_bodies() {
            let world = World::new();
            let status = world
                .status_of(&encoded("acme", &body, &signed_bytes(&body, now)))
                .await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
            let is_answered = [200, 202, 400].contains(&status);
            assert!(is_answered || str::from_utf8(&body).is_err(), "{status}: {shown}");
            assert_eq!(queued(&world).len(), usize::from(status == 202), "{shown}");
            let unsigned = world.status_of(&encoded("acme", &body, &json!({}))).await;
            assert_eq!(unsigned, 401, "{shown}");
        }
    }

    #[tokio::test]
    async fn no_path_method_or_header_gets_an_unsigned_delivery_in_or_a_signed_one_to_another_customer() {
        let (world, body) = (World::new(), completed());
        let good = signed(&body);
        let paths = [
            "",
            "ACME",
            "acme ",
            " acme",
            "acme/",
            "acme%00",
            "%61cme",
            "../acme",
            "acme\u{0}",
            "ａcme",
            "acme\n",
            "b",
            "xn--acme",
            "acme?x=y",
            "[::1]",
            "a b",
            "\u{202e}acme",
        ];
        for path in paths.map(str::to_owned).into_iter().chain(["a".repeat(10_000)]) {
            assert_eq!(
                world.status_of(&event(&path, &body, &good, false)).await,
                401,
                "{path:?}"
            );
        }
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"] {
            let mut event = event("acme", "", &json!({}), false);
            event["requestContext"]["http"]["method"] = json!(method);
            event["body"] = Value::Null;
            assert_eq!(world.status_of(&event).await, 401, "{method}");
        }
        let now: jiff::Timestamp = NOW.parse().expect("a timestamp");
        let twice = |name: &str| {
            let mut headers = good.clone();
            headers[name] = json!(format!("{0},{0}", good[name].as_str().expect("a text")));
            headers
        };
        let mut odd = vec![
            twice("webhook-id"),
            twice("webhook-timestamp"),
            twice("webhook-signature"),
        ];
        for (name, value) in [
            ("webhook-timestamp", "9223372036854775807"),
            ("webhook-timestamp", "-1"),
            ("webhook-timestamp", "1e9"),
            ("webhook-timestamp", ""),
            ("webhook-signature", "v1,"),
            ("webhook-signature", "v1, "),
            ("webhook-signature", "v2,AAAA"),
            ("webhook-id", ""),
        ] {
            let mut headers = good.clone();
            headers[name] = json!(value);
            odd.push(headers);
        }
        odd.extend(["Bearer ", "Bearer", "bearer é", "Basic x"].map(|token| json!({"authorization": token})));
        for headers in odd {
            assert_eq!(
                world.status_of(&event("acme", &body, &headers, false)).await,
                401,
                "{headers}"
            );
        }
        for (seconds, status) in [(-301, 401), (-300, 202), (300, 202), (301, 401)] {
            let at = now + jiff::SignedDuration::from_secs(seconds);
            let sent = world
                .status_of(&event("acme", &body, &signed_bytes(body.as_bytes(), at), false))
                .await;
            assert_eq!(sent, status, "{seconds} s");
        }
        let mut without_type = event("acme", &body, &good, false);
        without_type["headers"]["content-type"] = json!("text/plain; charset=utf-16");
        assert_eq!(world.status_of(&without_type).await, 202);
        assert_eq!(queued(&world).len(), 3);
    }
}
