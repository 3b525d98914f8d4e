//! Tokens, the static key, the module, the limit.

use std::time::Duration;

use habitsync_simulator_employee_connect::TenantSettings;
use habitsync_simulator_harness::{Fault, RateLimit, Rule};
use jiff::SignedDuration;
use serde_json::json;

use crate::tenant::{Answer, Caller, answer, course};

async fn ask(caller: &Caller, form: &[(&str, &str)]) -> Answer {
    answer(
        caller
            .client
            .post(caller.url("/oauth/token"))
            .form(form)
            .send()
            .await
            .expect("an answer"),
    )
    .await
}

async fn token(caller: &Caller) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "ec-client"),
        ("client_secret", "ec-secret"),
    ];
    let given = ask(caller, &form).await;
    assert_eq!(
        (given.status, &given.body["token_type"], &given.body["expires_in"]),
        (200, &json!("Bearer"), &json!(900))
    );
    given.body["access_token"].as_str().expect("a token").to_owned()
}

async fn status_with(caller: &Caller, token: &str) -> u16 {
    let request = caller.client.get(caller.url("/employees")).bearer_auth(token);
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_token_opens_the_api_for_fifteen_minutes() {
    let caller = Caller::start().await;
    let token = token(&caller).await;
    assert_eq!(status_with(&caller, &token).await, 200);
    caller.tenant.clock().set_skew(SignedDuration::from_secs(890));
    assert_eq!(status_with(&caller, &token).await, 200);
    caller.tenant.clock().set_skew(SignedDuration::from_secs(900));
    assert_eq!(status_with(&caller, &token).await, 401);
}

#[tokio::test]
async fn a_token_can_expire_before_its_time_and_stays_so() {
    let caller = Caller::start().await;
    let (first, second) = (token(&caller).await, token(&caller).await);
    caller.tenant.arm(Rule::new(Fault::ExpiredToken));
    assert_eq!(status_with(&caller, &first).await, 401);
    assert_eq!(
        status_with(&caller, &first).await,
        401,
        "the fault is used up, the token remains expired"
    );
    assert_eq!(status_with(&caller, &second).await, 200);
    caller.tenant.expire_tokens();
    assert_eq!(status_with(&caller, &second).await, 401);
}

#[tokio::test]
async fn only_the_right_integration_codes_get_a_token() {
    let caller = Caller::start().await;
    let ask = async |grant, id, secret, tenant| {
        let form = [
            ("grant_type", grant),
            ("client_id", id),
            ("client_secret", secret),
            ("tenant_code", tenant),
        ];
        ask(&caller, &form).await.status
    };
    assert_eq!(ask("client_credentials", "ec-client", "ec-secret", "acme").await, 200);
    assert_eq!(ask("client_credentials", "ec-client", "wrong", "acme").await, 401);
    assert_eq!(ask("client_credentials", "wrong", "ec-secret", "acme").await, 401);
    assert_eq!(ask("client_credentials", "ec-client", "ec-secret", "other").await, 401);
    assert_eq!(ask("password", "ec-client", "ec-secret", "acme").await, 400);
}

#[tokio::test]
async fn without_a_credential_or_with_a_wrong_key_nothing_opens() {
    let caller = Caller::start().await;
    let bare = caller.client.get(caller.url("/employees"));
    let keyed = caller
        .client
        .get(caller.url("/employees"))
        .header("x-api-key", "EC-KEY");
    for request in [bare, keyed] {
        let refused = answer(request.send().await.expect("an answer")).await;
        assert_eq!(
            (refused.status, &refused.body["error"]["code"]),
            (401, &json!("unauthorised"))
        );
        assert!(refused.body["requestId"].is_string());
    }
    assert_eq!(status_with(&caller, "ec-token-999").await, 401);
}

#[tokio::test]
async fn a_wrong_token_is_not_saved_by_a_right_key() {
    let caller = Caller::start().await;
    for wrong in ["Bearer ec-token-999", "Basic ZWM6ZWM=", "ec-key"] {
        let request = caller
            .client
            .get(caller.url("/employees"))
            .header("x-api-key", "ec-key");
        let refused = request.header("authorization", wrong).send().await.expect("an answer");
        assert_eq!(refused.status(), 401, "{wrong}");
    }
}

#[tokio::test]
async fn without_the_development_module_courses_and_results_are_forbidden() {
    let caller = Caller::with(TenantSettings::default().without_development_module()).await;
    for path in ["/courses", "/courses/C-1/results"] {
        let refused = caller.get(path).await;
        assert_eq!(
            (refused.status, &refused.body["error"]["code"]),
            (403, &json!("module_disabled"))
        );
    }
    assert_eq!(caller.post("/courses", &course("TH-9-1")).await.status, 403);
    assert_eq!(caller.get("/employees").await.status, 200);
    caller.tenant.set_development_module(true);
    assert_eq!(caller.get("/courses").await.status, 200);
}

#[tokio::test]
async fn past_the_limit_a_429_says_how_long_to_wait() {
    let limit = RateLimit {
        per_minute: 1,
        block: Duration::from_secs(30),
        retry_after: true,
    };
    let caller = Caller::with(TenantSettings {
        limit,
        ..TenantSettings::default()
    })
    .await;
    assert_eq!(caller.get("/employees").await.status, 200);
    let refused = caller.send(reqwest::Method::GET, "/employees", None).await;
    assert_eq!(refused.headers()["retry-after"], "30");
    let refused = answer(refused).await;
    assert_eq!(
        (refused.status, &refused.body["error"]["code"]),
        (429, &json!("rate_limited"))
    );
}
