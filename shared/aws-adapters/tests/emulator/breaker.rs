//! The breaker: changed by one at a time, and listed while it is open.

use habitsync_aws_adapters::TenantTable;
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_workflows::ports::breaker::{KeepBreaker, StoredBreaker};
use habitsync_workflows::ports::fleet::{DueProbe, ListDue, PostponeDue};

use crate::fixture::{RACERS, acme, at, completion, table, tenant};
use crate::stored::Stored as _;

const PROBE_AT: &str = "2026-03-02T00:01:00Z";

fn open() -> Breaker {
    Breaker::Open {
        failed_probes: 0,
        probe_at: at(PROBE_AT),
    }
}

async fn stored(acme: &TenantTable) -> StoredBreaker {
    acme.load_breaker().await.expect("an answer")
}

async fn change(acme: &TenantTable, seen: &StoredBreaker, next: Breaker) -> bool {
    acme.change_breaker(seen, next).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_change_the_breaker_that_they_saw_one_does() {
    let acme = acme().await;
    for _ in 0..2 {
        let seen = stored(&acme).await;
        let race = (0..RACERS).map(|_| {
            let acme = acme.clone();
            tokio::spawn(async move { change(&acme, &seen, open()).await })
        });
        let mut changed = 0;
        for racer in race.collect::<Vec<_>>() {
            changed += u32::from(racer.await.expect("not cancelled"));
        }
        assert_eq!(changed, 1);
        assert_eq!(stored(&acme).await.version, seen.version + 1);
    }
}

#[tokio::test]
async fn a_breaker_is_read_back_as_it_was_stored_and_is_closed_before_anybody_has() {
    let acme = acme().await;
    assert_eq!(stored(&acme).await, StoredBreaker::default());
    let releasing = Breaker::Releasing { until: at(PROBE_AT) };
    for (version, next) in (1..).zip([Breaker::Closed { silences: 2 }, open(), releasing, Breaker::default()]) {
        assert!(change(&acme, &stored(&acme).await, next).await);
        let breaker = next;
        assert_eq!(stored(&acme).await, StoredBreaker { breaker, version });
    }
}

#[tokio::test]
async fn an_open_breaker_is_due_when_it_may_be_probed_and_a_closed_one_is_not() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    assert!(change(&acme, &stored(&acme).await, open()).await);
    let due = async |now| table.list_due_probes(at(now), 10).await.expect("listed").items;
    assert_eq!(due("2026-03-02T00:00:59Z").await, []);
    let probe = DueProbe {
        tenant: tenant(),
        due_at: at(PROBE_AT),
    };
    assert_eq!(due(PROBE_AT).await, std::slice::from_ref(&probe));
    let later = at("2026-03-02T00:06:00Z");
    assert!(table.postpone_probe(&probe, later).await.expect("an answer"));
    assert!(!table.postpone_probe(&probe, later).await.expect("an answer"), "once");
    assert_eq!(
        stored(&acme).await.breaker,
        open(),
        "putting the look off changes nothing else"
    );
    assert_eq!(due("2026-03-02T00:06:00Z").await.len(), 1);
    assert!(change(&acme, &stored(&acme).await, Breaker::default()).await);
    assert_eq!(due("2027-01-01T00:00:00Z").await, []);
}

#[tokio::test]
async fn what_has_been_held_back_longest_is_found_among_what_is_parked_on_other_things() {
    let table = table().await;
    let acme = table.tenant(&tenant());
    assert_eq!(table.find_held_back(&tenant()).await.expect("an answer"), None);
    let all = [
        (1, ParkedOn::Customer, "2026-03-01T00:00:00Z"),
        (2, ParkedOn::EmployeeConnect, "2026-03-01T00:00:02Z"),
        (3, ParkedOn::EmployeeConnect, "2026-03-01T00:00:01Z"),
    ];
    for (enrolment, on, since) in all {
        let record = ResultRecord {
            completion: completion(enrolment),
            state: ResultState::Parked { on, since: at(since) },
            attempts: 0,
        };
        acme.put_result(&record).await;
    }
    let found = table.find_held_back(&tenant()).await.expect("an answer");
    assert_eq!(found, Some(completion(3)));
}
