//! A tenant that differs from the contract, as a person with curl makes it.

use serde_json::json;

use crate::tenant::Caller;

#[tokio::test]
async fn a_person_with_curl_makes_a_tenant_differ_and_puts_it_right() {
    let caller = Caller::seeded().await;
    let switch = format!("{}/_simulator/deviations", caller.tenant.address());
    let set = async |deviations| {
        let answer = caller
            .client
            .put(&switch)
            .json(&deviations)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 204);
    };
    set(json!(["no_total", "australian_dates", {"small_pages": 3}, {"active_is": "Current"}])).await;
    let page = caller.get("/employees?pageSize=100").await.body;
    assert_eq!(page["meta"]["pageSize"], 3);
    assert!(page["meta"].get("total").is_none());
    let start = page["data"][0]["startDate"].as_str().expect("a date");
    assert_eq!(start.matches('/').count(), 2, "{start}");
    set(json!([])).await;
    let page = caller.get("/employees?pageSize=100").await.body;
    assert!(page["meta"]["total"].is_u64());
    assert_ne!(page["data"][0]["status"], "Current");
}
