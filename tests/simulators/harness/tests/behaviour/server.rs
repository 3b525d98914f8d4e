//! The server's life, its clock, and the admin interface.

use std::time::Duration;

use crate::vendor::Vendor;
use habitsync_simulator_harness::{Method, RateLimit, Server};
use jiff::SignedDuration;
use serde_json::{Value, json};

#[tokio::test]
async fn a_stopped_server_frees_its_port() {
    let vendor = Vendor::start(RateLimit::OFF).await;
    let port = vendor.server.address().port();
    vendor.raise("a").await.expect("an answer");
    let client = vendor.client.clone();
    vendor.server.stop().await;
    assert!(
        client
            .get(format!("http://127.0.0.1:{port}/shop/numbers"))
            .send()
            .await
            .is_err()
    );
    let again = Server::start(port, axum::Router::new())
        .await
        .expect("the port is free again");
    assert_eq!(again.address().port(), port);
}

#[tokio::test]
async fn a_dropped_server_stops_answering() {
    let vendor = Vendor::start(RateLimit::OFF).await;
    let (url, client) = (vendor.url("/shop/numbers"), vendor.client.clone());
    drop(vendor);
    let silent = async {
        while client.get(&url).send().await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), silent)
        .await
        .expect("the server stops");
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let vendor = Vendor::start(RateLimit::OFF).await;
    let taken = Server::start(vendor.server.address().port(), axum::Router::new()).await;
    assert!(taken.is_err());
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_refused_in_the_vendors_own_words() {
    let vendor = Vendor::start(RateLimit::OFF).await;
    for (method, path, status) in [
        (Method::GET, "/shop/nothing", 404),
        (Method::DELETE, "/shop/numbers", 405),
    ] {
        let response = vendor
            .client
            .request(method, vendor.url(path))
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), status);
        assert!(response.json::<Value>().await.expect("JSON")["error"].is_string());
    }
}

#[tokio::test]
async fn a_skewed_clock_shows_in_the_date_header() {
    let vendor = Vendor::start(RateLimit::OFF).await;
    vendor.control.clock().set_skew(SignedDuration::from_mins(-20));
    let response = vendor.get("/shop/numbers").await.expect("an answer");
    let date = response.headers()["date"].to_str().expect("text").to_owned();
    let date = jiff::fmt::rfc2822::parse(&date).expect("a date").timestamp();
    let machine = vendor.journal().entries()[0].at;
    let behind = machine.duration_since(date).as_secs();
    assert!((20 * 60 - 5..=20 * 60 + 30).contains(&behind), "{behind} s behind");
}

#[tokio::test]
async fn somebody_waiting_for_a_request_is_told_when_it_comes() {
    let vendor = Vendor::start(RateLimit::OFF).await;
    let journal = vendor.journal().clone();
    let waiting = tokio::spawn(async move { journal.wait_for(Duration::from_secs(10), |seen| seen.len() >= 2).await });
    vendor.raise("a").await.expect("an answer");
    vendor.raise("a").await.expect("an answer");
    assert!(waiting.await.expect("no panic"));
    assert!(
        !vendor
            .journal()
            .wait_for(Duration::from_millis(20), |seen| seen.len() >= 3)
            .await
    );
}

#[tokio::test]
async fn a_person_with_curl_can_arm_a_fault_and_read_the_journal() {
    let vendor = Vendor::start(RateLimit::OFF).await;
    let rule = json!({"fault": "server_error", "status": 504, "moment": "after_effect", "method": "post",
                      "route": "/counter/{name}", "about": "b"});
    let armed = vendor
        .client
        .post(vendor.url("/_simulator/faults"))
        .json(&rule)
        .send()
        .await
        .expect("an answer");
    assert_eq!(armed.status(), 201);
    assert_eq!(vendor.raise("a").await.expect("an answer").status(), 200);
    assert_eq!(vendor.raise("b").await.expect("an answer").status(), 504);
    let journal: Value = vendor
        .get("/_simulator/journal?last=1")
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(
        (&journal[0]["status"], &journal[0]["effect"]["id"]),
        (&json!(504), &json!("b"))
    );
    assert_eq!(vendor.journal().len(), 2, "looking is not journalled");

    let url = vendor.url("/_simulator/clock");
    vendor
        .client
        .put(url)
        .json(&json!({"ahead_seconds": 90}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(vendor.control.clock().skew(), SignedDuration::from_secs(90));
}
