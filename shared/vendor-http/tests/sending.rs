//! Requests over real sockets: which requests reach a server, which are not sent, and which answers are not believed.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request as Received;
use axum::http::StatusCode;
use habitsync_domain::jobs::lease;
use habitsync_in_memory::one_try;
use habitsync_simulator_harness::AnyServer;
use habitsync_vendor_http::{
    CallSettings, Drawing, HttpError, InProcessBudget, PaceError, PrivateVendors, Request, RequestBudget, Transport,
    VendorHosts, VendorHttp,
};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::lease::LeaseTerm;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::time::Instant;

/// What a request looked like, as the answer's body.
async fn echo(request: Received) -> (StatusCode, Body) {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let seen = json!({
        "method": request.method().as_str(), "target": request.uri().to_string(),
        "authorization": header("authorization"), "user_agent": header("user-agent"), "content_type": header("content-type"),
    });
    (StatusCode::OK, Body::from(seen.to_string()))
}

fn vendor(
    base: &str,
    private: PrivateVendors,
    budget: impl RequestBudget + 'static,
    settings: CallSettings,
) -> VendorHttp {
    let hosts = VendorHosts::new("127.0.0.1,localhost", private).expect("hosts");
    let transport = Transport::new(private).expect("a client is built");
    let base = hosts.base_url(base).expect("an allowed address");
    VendorHttp::new("Test", transport, base, Arc::new(budget), settings)
}

fn calling(server: &AnyServer, settings: CallSettings) -> VendorHttp {
    let base = format!("http://127.0.0.1:{}/api", server.port());
    vendor(
        &base,
        PrivateVendors::Allow,
        InProcessBudget::per_minute(60_000),
        settings,
    )
}

/// A budget that answers always the same.
struct Fixed(fn() -> Result<(), PaceError>);

impl RequestBudget for Fixed {
    fn draw(&self, _deadline: Instant) -> Drawing<'_> {
        Box::pin(std::future::ready((self.0)()))
    }

    fn blocked(&self, _lasting: Duration) -> Drawing<'_> {
        Box::pin(std::future::ready(Err(PaceError::Unavailable(
            "the table is away".into(),
        ))))
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_described() {
    let server = AnyServer::start(echo).await;
    let request = Request::put(&["users", "jo/o'neil@acme.com.au"]).query("since", "2026-03-01T00:00:00+10:00");
    let request = request
        .json(&json!({"active": false}))
        .and_then(|request| request.bearer(&SecretString::from("t")));
    let seen: Value = calling(&server, one_try())
        .json(&request.expect("built"))
        .await
        .expect("an answer");
    assert_eq!(seen["method"], "PUT");
    assert_eq!(
        seen["target"],
        "/api/users/jo%2Fo%27neil%40acme.com.au?since=2026-03-01T00%3A00%3A00%2B10%3A00"
    );
    assert_eq!(
        (&seen["authorization"], &seen["content_type"]),
        (&json!("Bearer t"), &json!("application/json"))
    );
    assert!(
        seen["user_agent"]
            .as_str()
            .is_some_and(|agent| agent.starts_with("HabitSync/"))
    );
}

#[tokio::test]
async fn an_answer_larger_than_the_bound_is_not_read_to_its_end() {
    let endless = async |_| (StatusCode::OK, Body::from(vec![b' '; 300_000]));
    let server = AnyServer::start(endless).await;
    let bounded = CallSettings {
        largest_body_bytes: 100_000,
        ..one_try()
    };
    let error = calling(&server, bounded)
        .json::<IgnoredAny>(&Request::get(&["users"]))
        .await
        .expect_err("too large");
    assert!(
        matches!(error, HttpError::TooLarge { limit_bytes: 100_000 }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_page_of_more_than_4_mib_or_of_nothing_but_brackets_is_not_read() {
    for body in [vec![b' '; 4 * 1024 * 1024 + 1], b"{\"a\":0},".repeat(500_000)] {
        let server = AnyServer::start(move |_| std::future::ready((StatusCode::OK, Body::from(body.clone())))).await;
        let error = calling(&server, one_try())
            .json::<IgnoredAny>(&Request::list(&["users"]))
            .await
            .expect_err("too large");
        assert!(matches!(error, HttpError::TooLarge { .. }), "{error:?}");
        assert!(!error.is_retryable(), "it would be as large");
    }
}

#[tokio::test]
async fn of_a_refusal_the_beginning_is_read_and_its_status_stands() {
    let server = AnyServer::start(async |_| (StatusCode::FORBIDDEN, Body::from(vec![b'['; 15 * 1024 * 1024]))).await;
    let error = calling(&server, one_try())
        .json::<IgnoredAny>(&Request::get(&["users", "jo"]))
        .await
        .expect_err("refused");
    assert_eq!(error.status(), Some(403));
    assert!(format!("{error:?}").contains("65536 bytes"), "{error:?}");
}

#[tokio::test]
async fn a_page_of_a_list_may_take_longer_than_a_single_record() {
    let slow = async |_| {
        tokio::time::sleep(Duration::from_millis(800)).await;
        (StatusCode::OK, Body::empty())
    };
    let server = AnyServer::start(slow).await;
    let hasty = CallSettings {
        single_timeout: Duration::from_millis(100),
        ..one_try()
    };
    let client = calling(&server, hasty);
    let error = client
        .json::<IgnoredAny>(&Request::get(&["users", "jo"]))
        .await
        .expect_err("too slow");
    assert!(
        matches!(error, HttpError::TimedOut { after } if after.as_millis() == 100),
        "{error:?}"
    );
    client
        .json::<IgnoredAny>(&Request::list(&["users"]))
        .await
        .expect("in time");
}

#[tokio::test]
async fn a_request_is_given_no_longer_than_the_deadline_leaves() {
    let silent = async |_| std::future::pending::<StatusCode>().await;
    let server = AnyServer::start(silent).await;
    let client = calling(&server, one_try()).until(Instant::now() + Duration::from_millis(200));
    let error = client
        .json::<IgnoredAny>(&Request::get(&["users", "jo"]))
        .await
        .expect_err("no time");
    assert!(
        matches!(error, HttpError::TimedOut { after } if after.as_millis() <= 200),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_host_name_that_leads_inwards_is_refused_before_anything_is_sent() {
    let server = AnyServer::start(echo).await;
    let base = format!("https://localhost:{}/", server.port());
    let client = vendor(
        &base,
        PrivateVendors::Deny,
        InProcessBudget::per_minute(60_000),
        one_try(),
    );
    let error = client
        .json::<IgnoredAny>(&Request::get(&["users"]))
        .await
        .expect_err("refused");
    assert!(matches!(error, HttpError::AddressRefused), "{error:?}");
    assert!(!error.is_ambiguous() && !error.is_retryable());
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_sent_nothing() {
    let server = AnyServer::start(echo).await;
    let base = format!("https://127.0.0.1:{}/", server.port());
    let client = vendor(
        &base,
        PrivateVendors::Allow,
        InProcessBudget::per_minute(60_000),
        one_try(),
    );
    let error = client
        .json::<IgnoredAny>(&Request::get(&["users"]))
        .await
        .expect_err("no TLS");
    assert!(matches!(error, HttpError::Connect(_)), "{error:?}");
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn without_a_slot_of_the_budget_nothing_is_sent() {
    let server = AnyServer::start(echo).await;
    let refusals: [fn() -> Result<(), PaceError>; 2] = [
        || {
            Err(PaceError::NotInTime {
                retry_after: Duration::from_secs(9),
            })
        },
        || Err(PaceError::Unavailable("the table is away".into())),
    ];
    for refusal in refusals {
        let base = format!("http://127.0.0.1:{}", server.port());
        let client = vendor(&base, PrivateVendors::Allow, Fixed(refusal), one_try());
        let error = client
            .json::<IgnoredAny>(&Request::post(&["users"]))
            .await
            .expect_err("no slot");
        assert!(
            matches!(error, HttpError::Pace(_)) && !error.is_ambiguous(),
            "{error:?}"
        );
    }
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_block_that_cannot_be_shared_does_not_hide_the_429() {
    let server = AnyServer::start(async |_| (StatusCode::TOO_MANY_REQUESTS, Body::empty())).await;
    let base = format!("http://127.0.0.1:{}", server.port());
    let client = vendor(&base, PrivateVendors::Allow, Fixed(|| Ok(())), one_try());
    let error = client
        .json::<IgnoredAny>(&Request::get(&["users"]))
        .await
        .expect_err("refused");
    assert_eq!(
        (error.status(), error.retry_after()),
        (Some(429), Some(Duration::from_mins(1)))
    );
}

#[tokio::test]
async fn an_answer_is_looked_at_as_it_is_and_nothing_of_it_is_printed() {
    let refuse = async |_| (StatusCode::NOT_FOUND, Body::from(r#"{"user_name": "jo@acme.example"}"#));
    let server = AnyServer::start(refuse).await;
    let sight = calling(&server, one_try())
        .look(&Request::get(&["users"]))
        .await
        .expect("an answer");
    assert_eq!((sight.status, sight.is_success()), (404, false));
    assert_eq!(sight.json().expect("is JSON")["user_name"], "jo@acme.example");
    assert!(sight.date.is_some(), "servers say when it is");
    assert!(!format!("{sight:?}").contains("jo@"), "{sight:?}");
}

#[tokio::test]
async fn a_429_and_a_fault_of_the_vendors_are_no_sight() {
    for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
        let server = AnyServer::start(move |_| async move { (status, Body::from("{}")) }).await;
        let looked = calling(&server, one_try()).look(&Request::get(&["users"])).await;
        assert_eq!(
            looked.expect_err("no answer to what was asked").status(),
            Some(status.as_u16())
        );
    }
}

/// A clock that shows this many seconds after the beginning.
struct Standing(i64);

impl Now for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0).expect("a timestamp")
    }
}

#[tokio::test]
async fn no_request_starts_within_the_reserve_of_a_lease_or_after_it_was_lost() {
    let server = AnyServer::start(echo).await;
    let term = LeaseTerm::default();
    term.ends_at(Timestamp::from_second(60).expect("a timestamp"));
    let at = |second| calling(&server, one_try()).under(term.clone(), Arc::new(Standing(second)));
    let request = Request::get(&["users"]);
    at(49).json::<IgnoredAny>(&request).await.expect("in time");
    for second in [50, 61, 10_000] {
        let refused = at(second).json::<IgnoredAny>(&request).await;
        assert!(matches!(refused, Err(HttpError::OutOfTime)), "{refused:?}");
    }
    term.given_back();
    at(10_000).json::<IgnoredAny>(&request).await.expect("without a lease");
    term.lost();
    let refused = at(0).json::<IgnoredAny>(&request).await;
    assert!(matches!(refused, Err(HttpError::OutOfTime)), "{refused:?}");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_request_waits_moments_for_the_renewal_of_its_lease() {
    let server = AnyServer::start(echo).await;
    let term = LeaseTerm::default();
    term.ends_at(Timestamp::from_second(60).expect("a timestamp"));
    let way = calling(&server, one_try()).under(term.clone(), Arc::new(Standing(70)));
    let renewal = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        term.ends_at(Timestamp::from_second(130).expect("a timestamp"));
    };
    let request = Request::get(&["users"]);
    let (sent, ()) = tokio::join!(way.json::<IgnoredAny>(&request), renewal);
    sent.expect("the lease was renewed");
}

#[test]
fn one_request_ends_before_the_lease_does_under_which_it_starts() {
    let settings = CallSettings::default();
    let under_new_lease = LeaseTerm::default();
    under_new_lease.ends_at(lease::end(Timestamp::UNIX_EPOCH));
    let longest = under_new_lease
        .time_for_request(Timestamp::UNIX_EPOCH)
        .expect("it has just begun");
    assert!(settings.list_timeout < longest && settings.single_timeout < lease::RESERVE.unsigned_abs());
}
