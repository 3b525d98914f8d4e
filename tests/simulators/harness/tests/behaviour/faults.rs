//! Every fault, seen from the client's side and in the journal.

use std::time::{Duration, Instant};

use crate::vendor::Vendor;
use habitsync_simulator_harness::{Effect, EffectKind, Fault, Method, Moment, RateLimit, Rule};
use serde_json::json;

async fn vendor() -> Vendor {
    Vendor::start(RateLimit::OFF).await
}

#[tokio::test]
async fn an_armed_fault_strikes_its_route_so_many_times_and_is_used_up() {
    let vendor = vendor().await;
    let rule = Rule::new(Fault::ServerError {
        status: 502,
        moment: Moment::BeforeEffect,
    });
    let armed = vendor.control.arm(rule.on(&Method::GET, "/numbers").times(2));
    assert_eq!(
        vendor.raise("a").await.expect("an answer").status(),
        200,
        "another route is not struck"
    );
    assert_eq!(vendor.get("/shop/numbers").await.expect("an answer").status(), 502);
    assert_eq!((armed.struck(), armed.remaining()), (1, 1));
    assert_eq!(vendor.get("/shop/numbers").await.expect("an answer").status(), 502);
    assert_eq!(vendor.get("/shop/numbers").await.expect("an answer").status(), 200);
    assert_eq!((armed.struck(), armed.remaining()), (2, 0));
}

#[tokio::test]
async fn a_fault_can_be_about_one_person() {
    let vendor = vendor().await;
    vendor
        .control
        .arm(Rule::new(Fault::TooManyRequests { retry_after: None }).about("jane@acme.example"));
    assert_eq!(vendor.raise("jim@acme.example").await.expect("an answer").status(), 200);
    assert_eq!(
        vendor.raise("jane%40acme.example").await.expect("an answer").status(),
        429
    );
}

#[tokio::test]
async fn a_fault_can_wait_for_a_condition_and_be_disarmed() {
    let vendor = vendor().await;
    let rule = Rule::new(Fault::ErrorInBody).matching(|call| call.query.get("page").is_some_and(|page| page == "3"));
    let armed = vendor.control.arm(rule.times(u32::MAX));
    assert_eq!(vendor.page(2).await["page"], 2);
    assert_eq!(vendor.page(3).await, json!({"error": "something went wrong"}));
    assert_eq!(vendor.page(3).await, json!({"error": "something went wrong"}));
    armed.disarm();
    assert_eq!(vendor.page(3).await["page"], 3);
}

#[tokio::test]
async fn a_429_comes_with_and_without_retry_after() {
    let vendor = vendor().await;
    vendor
        .control
        .arm(Rule::new(Fault::TooManyRequests { retry_after: Some(7) }));
    vendor
        .control
        .arm(Rule::new(Fault::TooManyRequests { retry_after: None }));
    let first = vendor.raise("a").await.expect("an answer");
    assert_eq!(
        (first.status().as_u16(), first.headers()["retry-after"].to_str().ok()),
        (429, Some("7"))
    );
    let second = vendor.raise("a").await.expect("an answer");
    assert!(second.status() == 429 && !second.headers().contains_key("retry-after"));
    assert_eq!(vendor.count(), 0, "nothing was done");
}

#[tokio::test]
async fn a_server_error_comes_before_the_effect_or_after_it() {
    let vendor = vendor().await;
    for (moment, count) in [(Moment::BeforeEffect, 0), (Moment::AfterEffect, 1)] {
        vendor
            .control
            .arm(Rule::new(Fault::ServerError { status: 500, moment }));
        assert_eq!(vendor.raise("a").await.expect("an answer").status(), 500);
        assert_eq!(vendor.count(), count);
    }
    let effects: Vec<_> = vendor
        .journal()
        .entries()
        .into_iter()
        .map(|entry| entry.effect.is_some())
        .collect();
    assert_eq!(
        effects,
        [false, true],
        "the journal knows what happened whatever the caller was told"
    );
}

#[tokio::test]
async fn a_dropped_connection_gives_no_answer_before_or_after_the_effect() {
    let vendor = vendor().await;
    for (moment, count) in [(Moment::BeforeEffect, 0), (Moment::AfterEffect, 1)] {
        vendor.control.arm(Rule::new(Fault::DroppedConnection { moment }));
        let error = vendor.raise("a").await.expect_err("no answer");
        assert!(error.is_request() && error.status().is_none(), "{error:?}");
        assert_eq!(vendor.count(), count);
    }
    assert!(vendor.journal().entries().iter().all(|entry| entry.status.is_none()));
    assert_eq!(
        vendor.raise("a").await.expect("an answer").status(),
        200,
        "the server itself lives on"
    );
}

#[tokio::test]
async fn a_cut_body_breaks_after_the_status() {
    let vendor = vendor().await;
    vendor.control.arm(Rule::new(Fault::CutBody));
    let response = vendor.get("/shop/numbers").await.expect("the head arrives");
    assert_eq!(response.status(), 200);
    let error = response.text().await.expect_err("half of the body");
    assert!(error.is_decode() || error.is_body(), "{error:?}");
}

#[tokio::test]
async fn a_slow_answer_has_its_effect_at_once() {
    let vendor = vendor().await;
    vendor.control.arm(Rule::new(Fault::Slow { milliseconds: 60_000 }));
    let url = vendor.url("/shop/counter/a");
    let error = vendor
        .client
        .post(url)
        .timeout(Duration::from_millis(300))
        .send()
        .await
        .expect_err("too slow");
    assert!(error.is_timeout());
    assert!(
        vendor
            .journal()
            .wait_for(Duration::from_secs(10), |seen| seen.len() == 1)
            .await
    );
    assert_eq!(vendor.count(), 1);
}

#[tokio::test]
async fn pages_can_be_truncated_repeated_and_miscounted() {
    let vendor = vendor().await;
    vendor.control.arm(Rule::new(Fault::TruncatedPage { missing: 3 }));
    assert_eq!(
        vendor.page(1).await,
        json!({"total": 30, "page": 1, "records": [1, 2, 3, 4, 5, 6, 7]})
    );

    vendor.control.arm(Rule::new(Fault::WrongTotal { difference: -2 }));
    assert_eq!(vendor.page(1).await["total"], 28);

    vendor.control.arm(Rule::new(Fault::RepeatedPage));
    assert_eq!(
        vendor.page(1).await["records"][0],
        1,
        "the first page has none before it"
    );
    let repeated = vendor.page(2).await;
    assert_eq!((&repeated["page"], &repeated["records"][0]), (&json!(2), &json!(1)));
    assert_eq!(vendor.page(2).await["records"][0], 11);
}

#[tokio::test]
async fn an_expired_token_is_a_401() {
    let vendor = vendor().await;
    vendor.control.arm(Rule::new(Fault::ExpiredToken));
    assert_eq!(vendor.raise("a").await.expect("an answer").status(), 401);
    assert_eq!(vendor.raise("a").await.expect("an answer").status(), 200);
    assert_eq!(vendor.count(), 1);
}

#[tokio::test]
async fn past_the_limit_everything_is_refused_until_the_block_ends() {
    let block = Duration::from_millis(400);
    let vendor = Vendor::start(RateLimit {
        per_minute: 3,
        block,
        retry_after: true,
    })
    .await;
    for _ in 0..3 {
        assert_eq!(vendor.raise("a").await.expect("an answer").status(), 200);
    }
    let refused = vendor.raise("a").await.expect("an answer");
    assert_eq!(
        (
            refused.status().as_u16(),
            refused.headers()["retry-after"].to_str().ok()
        ),
        (429, Some("1"))
    );
    let started = Instant::now();
    while vendor.get("/shop/numbers").await.expect("an answer").status() == 429 {
        assert!(started.elapsed() < Duration::from_secs(10), "the block never ended");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(vendor.journal().entries().iter().any(|entry| entry.rate_limited));
    assert_eq!(vendor.count(), 3);
}

#[tokio::test]
async fn the_journal_says_what_came_and_what_it_did() {
    let vendor = vendor().await;
    vendor.raise("a%20b").await.expect("an answer");
    vendor.page(2).await;
    let entries = vendor.journal().entries();
    assert_eq!(entries[0].parameter("name"), "a b");
    assert_eq!(entries[0].body, Some(json!({"by": "one"})));
    let fields = vec!["count".to_owned()];
    let effect = Effect {
        kind: EffectKind::Changed,
        subject: "counter",
        id: "a b".to_owned(),
        fields,
    };
    assert_eq!(
        (entries[0].status, entries[0].effect.as_ref()),
        (Some(200), Some(&effect))
    );
    assert_eq!((entries[1].sequence, entries[1].query["page"].as_str()), (2, "2"));
    assert_eq!(vendor.journal().count(&Method::GET, "/numbers"), 1);
    assert_eq!(vendor.journal().busiest_minute(), 2);
}

#[tokio::test]
async fn an_answer_that_no_contract_has_is_given_in_place_of_the_work() {
    let vendor = vendor().await;
    let body = json!({"error": "Jo <jo@acme.example> cannot be raised"});
    let fault = Fault::Answer {
        status: 422,
        body: body.clone(),
    };
    vendor.control.arm(Rule::new(fault));
    let answer = vendor.raise("a").await.expect("an answer");
    assert_eq!(answer.status(), 422);
    assert_eq!(answer.json::<serde_json::Value>().await.expect("a body"), body);
    assert_eq!(vendor.count(), 0, "nothing was done");
    assert_eq!(vendor.raise("a").await.expect("an answer").status(), 200);
}
