//! Results: claimed once, settled, and found when they are due.

use habitsync_domain::identity::{CourseId, EnrolmentId, TopicId};
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::fleet::{DueResult, ListDue, PostponeDue};
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::results::{Claim, ClaimResult, FindResult, SettleResult};
use jiff::Timestamp;

use crate::fixture::{RACERS, acme, at, completion, table, tenant};
use crate::stored::Stored as _;

const NOW: &str = "2026-03-02T00:00:00Z";
const CLAIM_ENDS: &str = "2026-03-02T00:00:30Z";

fn record(enrolment: i64, state: ResultState, attempts: u32) -> ResultRecord {
    ResultRecord {
        completion: completion(enrolment),
        state,
        attempts,
    }
}

fn waiting(due_at: Timestamp) -> ResultState {
    ResultState::Waiting {
        cause: "EmployeeConnect is not available".to_owned(),
        due_at,
    }
}

fn parked(on: ParkedOn) -> ResultState {
    ResultState::Parked {
        on,
        since: at("2026-02-01T00:00:00Z"),
    }
}

fn user(name: &str) -> ParkedOn {
    ParkedOn::User(name.parse().expect("a user name"))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_sixteen_invocations_that_race_claims_a_completion() {
    let acme = acme().await;
    let race = (0..RACERS).map(|_| {
        let acme = acme.clone();
        tokio::spawn(async move { acme.claim_result(&completion(9001), at(NOW), at(CLAIM_ENDS)).await })
    });
    let mut claimed = 0;
    for racer in race.collect::<Vec<_>>() {
        match racer.await.expect("not cancelled").expect("the table answers") {
            Claim::Ours { before: None, .. } => claimed += 1,
            other => assert_eq!(other, Claim::HeldUntil(at(CLAIM_ENDS))),
        }
    }
    assert_eq!(claimed, 1);
}

#[tokio::test]
async fn what_waits_is_not_claimed_before_it_is_due() {
    let acme = acme().await;
    let due = at("2026-03-02T00:05:00Z");
    acme.put_result(&record(1, waiting(due), 1)).await;
    let early = acme.claim_result(&completion(1), at(NOW), at(CLAIM_ENDS)).await;
    assert_eq!(early, Ok(Claim::HeldUntil(due)));
    let in_time = acme.claim_result(&completion(1), due, at("2026-03-02T00:05:30Z")).await;
    assert!(
        matches!(in_time, Ok(Claim::Ours { before: Some(_), .. })),
        "{in_time:?}"
    );
}

#[tokio::test]
async fn whoever_claims_what_waits_or_is_parked_learns_what_it_was() {
    let acme = acme().await;
    let states = [
        waiting(at(NOW)),
        parked(ParkedOn::Topic(TopicId(456))),
        parked(user("jo@acme.example")),
    ];
    for (enrolment, state) in (1..).zip(states) {
        let before = record(enrolment, state, 3);
        acme.put_result(&before).await;
        let claim = acme
            .claim_result(&completion(enrolment), at(NOW), at(CLAIM_ENDS))
            .await
            .expect("an answer");
        let Claim::Ours { before: found, .. } = claim else {
            panic!("it was due")
        };
        assert_eq!(found, Some(before));
        let now = acme
            .find_result(EnrolmentId(enrolment))
            .await
            .expect("an answer")
            .expect("a record");
        assert_eq!(
            (now.state, now.attempts),
            (ResultState::Claimed { until: at(CLAIM_ENDS) }, 4)
        );
    }
}

#[tokio::test]
async fn a_claim_is_taken_over_once_it_has_run_out_and_not_before() {
    let acme = acme().await;
    acme.claim_result(&completion(9001), at(NOW), at(CLAIM_ENDS))
        .await
        .expect("claimed");
    let again = async |now| {
        acme.claim_result(&completion(9001), at(now), at("2026-03-02T01:00:00Z"))
            .await
            .expect("an answer")
    };
    assert_eq!(
        again("2026-03-02T00:00:29.999Z").await,
        Claim::HeldUntil(at(CLAIM_ENDS))
    );
    let Claim::Ours {
        before: Some(before), ..
    } = again(CLAIM_ENDS).await
    else {
        panic!("it had run out")
    };
    assert_eq!(before.state, ResultState::Claimed { until: at(CLAIM_ENDS) });
    assert_eq!(before.attempts, 1, "the claim may have been an attempt");
}

#[tokio::test]
async fn a_claim_that_another_has_taken_over_settles_nothing() {
    let acme = acme().await;
    let claim = async |now, until| match acme.claim_result(&completion(9001), at(now), at(until)).await {
        Ok(Claim::Ours { claim, .. }) => claim,
        other => panic!("it is free: {other:?}"),
    };
    let first = claim(NOW, CLAIM_ENDS).await;
    let second = claim(CLAIM_ENDS, "2026-03-02T00:01:00Z").await;
    assert!(second > first);
    let dead = record(
        9001,
        ResultState::Dead {
            cause: "refused".to_owned(),
            tried: None,
        },
        1,
    );
    assert_eq!(acme.settle_result(&dead, first).await, Err(SaveFailure::LeaseLost));
    let settled = record(9001, waiting(at(NOW)), 2);
    acme.settle_result(&settled, second).await.expect("it holds the claim");
    assert_eq!(acme.settle_result(&dead, first).await, Err(SaveFailure::LeaseLost));
    assert_eq!(acme.find_result(EnrolmentId(9001)).await.expect("read"), Some(settled));
}

#[tokio::test]
async fn what_is_settled_for_good_is_never_claimed_again() {
    let acme = acme().await;
    let states = [
        ResultState::Recorded {
            course: CourseId("C-1".to_owned()),
            employee_id: "E1".parse().expect("an employee"),
            at: at(NOW),
        },
        ResultState::Dead {
            tried: None,
            cause: "refused".to_owned(),
        },
    ];
    for (enrolment, state) in (1..).zip(states) {
        let settled = record(enrolment, state.clone(), 1);
        acme.put_result(&settled).await;
        let claim = acme
            .claim_result(&completion(enrolment), at(NOW), at(CLAIM_ENDS))
            .await
            .expect("an answer");
        assert_eq!(claim, Claim::Settled(state));
        assert_eq!(
            acme.find_result(EnrolmentId(enrolment)).await.expect("an answer"),
            Some(settled)
        );
    }
    assert_eq!(acme.find_result(EnrolmentId(404)).await.expect("an answer"), None);
}

#[tokio::test]
async fn results_are_due_in_the_order_of_their_times_and_no_sooner() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    let times = [
        "2026-03-02T00:00:00.250Z",
        "2026-03-02T00:00:00Z",
        "2026-03-02T00:00:00.251Z",
        "2026-03-01T23:59:59Z",
    ];
    for (enrolment, due_at) in (1..).zip(times) {
        acme.put_result(&record(enrolment, waiting(at(due_at)), 1)).await;
    }
    let due = async |limit| {
        let due = table
            .list_due_results(
                at("2026-03-02T00:00:00.250Z"),
                limit,
                &std::collections::BTreeSet::new(),
            )
            .await
            .expect("listed");
        due.items
            .into_iter()
            .map(|due| due.completion.enrolment.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(due(100).await, [4, 2, 1]);
    assert_eq!(due(2).await, [4, 2]);
}

#[tokio::test]
async fn a_due_result_is_handed_on_by_one_watchdog_and_due_again_should_it_be_lost() {
    let table = table().await;
    table
        .tenant(&tenant())
        .put_result(&record(1, waiting(at(NOW)), 1))
        .await;
    let [due] = table
        .list_due_results(at(NOW), 10, &std::collections::BTreeSet::new())
        .await
        .expect("listed")
        .items
        .try_into()
        .expect("one");
    assert_eq!(
        due,
        DueResult {
            tenant: tenant(),
            completion: completion(1),
            due_at: at(NOW)
        }
    );
    let later = at("2026-03-02T00:05:00Z");
    assert!(table.postpone_result(&due, later).await.expect("an answer"));
    assert!(
        !table.postpone_result(&due, later).await.expect("an answer"),
        "the second watchdog saw it as it was"
    );
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
            .list_due_results(later, 10, &std::collections::BTreeSet::new())
            .await
            .expect("listed")
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn a_result_that_was_settled_meanwhile_is_not_put_off() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    acme.put_result(&record(1, waiting(at(NOW)), 1)).await;
    let [due] = table
        .list_due_results(at(NOW), 10, &std::collections::BTreeSet::new())
        .await
        .expect("listed")
        .items
        .try_into()
        .expect("one");
    acme.put_result(&record(
        1,
        ResultState::Dead {
            tried: None,
            cause: "refused".to_owned(),
        },
        2,
    ))
    .await;
    assert!(
        !table
            .postpone_result(&due, at("2026-03-02T00:05:00Z"))
            .await
            .expect("an answer")
    );
    assert!(
        table
            .list_due_results(at("2026-03-03T00:00:00Z"), 10, &std::collections::BTreeSet::new())
            .await
            .expect("listed")
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn a_claim_whose_claimant_never_came_back_is_due() {
    let table = table().await;
    table
        .tenant(&tenant())
        .claim_result(&completion(1), at(NOW), at(CLAIM_ENDS))
        .await
        .expect("claimed");
    assert!(
        table
            .list_due_results(at(NOW), 10, &std::collections::BTreeSet::new())
            .await
            .expect("listed")
            .items
            .is_empty()
    );
    let due = table
        .list_due_results(at(CLAIM_ENDS), 10, &std::collections::BTreeSet::new())
        .await
        .expect("listed");
    assert_eq!(
        due.items,
        [DueResult {
            tenant: tenant(),
            completion: completion(1),
            due_at: at(CLAIM_ENDS)
        }]
    );
}
