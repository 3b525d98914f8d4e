//! Results in the operator's hands: listed by state, tried again, and added.

use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::results::choice::ResultStatus;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::fleet::ListDue;
use habitsync_workflows::ports::result_list::{AddResult, ListResults, ReviveResult};
use habitsync_workflows::ports::results::{Claim, ClaimResult, FindResult};

use crate::fixture::{acme, at, completion, table, tenant};
use crate::stored::Stored as _;

const NOW: &str = "2026-03-02T00:00:00Z";
const CLAIM_ENDS: &str = "2026-03-02T00:00:30Z";

fn dead(enrolment: i64) -> ResultRecord {
    ResultRecord {
        completion: completion(enrolment),
        state: ResultState::Dead {
            tried: None,
            cause: "refused".to_owned(),
        },
        attempts: 8,
    }
}

#[tokio::test]
async fn results_are_listed_by_state_in_the_order_of_their_enrolments() {
    let acme = acme().await;
    for enrolment in [10, 9, 100] {
        acme.put_result(&dead(enrolment)).await;
    }
    let parked = ResultRecord {
        state: ResultState::Parked {
            on: ParkedOn::Topic(TopicId(456)),
            since: at(NOW),
        },
        ..dead(50)
    };
    acme.put_result(&parked).await;
    let listed = async |status| {
        let listed = acme.list_results(status).await.expect("listed");
        let ids = listed.records.iter().map(|record| record.completion.enrolment.0);
        ids.collect::<Vec<_>>()
    };
    assert_eq!(listed(Some(ResultStatus::Dead)).await, [9, 10, 100]);
    assert_eq!(listed(Some(ResultStatus::Parked)).await, [50]);
    assert_eq!(listed(Some(ResultStatus::Recorded)).await, [0_i64; 0]);
    assert_eq!(listed(None).await, [9, 10, 50, 100]);
}

#[tokio::test]
async fn a_dead_result_is_revived_once_and_due_and_claimed_like_any_other() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    acme.put_result(&dead(1)).await;
    assert!(acme.revive_result(&dead(1), at(NOW)).await.expect("an answer"));
    assert!(!acme.revive_result(&dead(1), at(NOW)).await.expect("an answer"));
    let due = table
        .list_due_results(at(NOW), 10, &std::collections::BTreeSet::new())
        .await
        .expect("listed");
    assert_eq!(due.items.len(), 1);
    let claim = acme.claim_result(&completion(1), at(NOW), at(CLAIM_ENDS)).await;
    let Ok(Claim::Ours {
        before: Some(before), ..
    }) = claim
    else {
        panic!("{claim:?}")
    };
    assert_eq!((before.state.status(), before.attempts), (ResultStatus::Waiting, 1));
}

#[tokio::test]
async fn what_is_not_dead_is_not_revived() {
    let acme = acme().await;
    assert!(!acme.revive_result(&dead(1), at(NOW)).await.expect("an answer"));
    assert_eq!(acme.find_result(EnrolmentId(1)).await.expect("an answer"), None);
    let claimed = acme.claim_result(&completion(1), at(NOW), at(CLAIM_ENDS)).await;
    claimed.expect("claimed");
    assert!(!acme.revive_result(&dead(1), at(NOW)).await.expect("an answer"));
}

#[tokio::test]
async fn a_completion_is_added_once_and_waits_until_it_is_due() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let due_at = at("2026-03-02T00:00:00.800Z");
    assert!(acme.add_result(&completion(1), 0, due_at).await.expect("an answer"));
    assert!(!acme.add_result(&completion(1), 0, due_at).await.expect("an answer"));
    let early = acme.claim_result(&completion(1), at(NOW), at(CLAIM_ENDS)).await;
    assert_eq!(early, Ok(Claim::HeldUntil(due_at)));
    assert!(
        table
            .list_due_results(at(NOW), 10, &std::collections::BTreeSet::new())
            .await
            .expect("listed")
            .items
            .is_empty()
    );
    assert_eq!(
        table
            .list_due_results(due_at, 10, &std::collections::BTreeSet::new())
            .await
            .expect("listed")
            .items
            .len(),
        1
    );
    let stored = acme
        .find_result(EnrolmentId(1))
        .await
        .expect("an answer")
        .expect("a record");
    assert_eq!((stored.completion, stored.attempts), (completion(1), 0));
    acme.put_result(&dead(2)).await;
    assert!(!acme.add_result(&completion(2), 0, due_at).await.expect("an answer"));
}
