//! A portal that differs from the contract, as a person with curl makes it.

use serde_json::json;

use crate::portal::Caller;

#[tokio::test]
async fn a_person_with_curl_makes_a_portal_differ_and_puts_it_right() {
    let (caller, _) = Caller::seeded().await;
    let switch = format!("{}/_simulator/deviations", caller.portal.base_url());
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
    set(json!(["no_links", {"page_size": 2}, {"records_under": "items"}])).await;
    let topics = caller.get("/topics").await.body;
    assert_eq!(topics["max_per_page"], 2);
    assert!(topics.get("records").is_none());
    let topic = topics["items"][0].as_object().expect("a topic");
    assert!(
        topic.contains_key("code") && !topic.contains_key("auto_enrol_links"),
        "{topic:?}"
    );
    set(json!([])).await;
    let topics = caller.get("/topics").await.body;
    assert_eq!(topics["max_per_page"], 25);
    assert!(topics["records"][0]["auto_enrol_links"].is_array());
}
