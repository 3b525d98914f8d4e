//! At every rate: never more than it, and hardly less of it where there is work.

use std::time::Duration;

use crate::rig::{Rig, ended};

const TEN_MINUTES: Duration = Duration::from_mins(10);

/// Runs five processes, each with this many callers, for ten minutes, against a vendor that answers exactly the
/// configured rate.
async fn five_processes(per_minute: u32, callers: usize) -> Rig {
    let answered = usize::try_from(per_minute).expect("a few thousand");
    let mut rig = Rig::new(per_minute, answered);
    let names = ["user sync", "course sync", "sweep", "read-back", "another read-back"];
    let jobs: Vec<_> = names
        .into_iter()
        .flat_map(|name| rig.jobs(name, callers, TEN_MINUTES))
        .collect();
    ended(jobs).await;
    assert_eq!(rig.vendor.refused(), 0, "requests were answered 429");
    assert!(
        rig.vendor.busiest_minute() <= answered,
        "{}",
        rig.vendor.busiest_minute()
    );
    assert!(
        rig.share_used() >= 0.95,
        "only {} of the budget were used",
        rig.share_used()
    );
    rig
}

#[tokio::test(start_paused = true)]
async fn ten_a_minute_are_never_exceeded_and_nearly_all_used() {
    five_processes(10, 1).await;
}

/// An answer takes up to 0.8 s here, three times as long as the slots are apart.
#[tokio::test(start_paused = true)]
async fn jobs_that_wait_for_slow_answers_use_nearly_all_of_the_budget_together() {
    let rig = five_processes(240, 1).await;
    let calls = rig.store.calls();
    assert!(calls <= rig.vendor.arrivals().len(), "{calls} calls of the store");
}

#[tokio::test(start_paused = true)]
async fn a_budget_of_exactly_what_the_vendor_answers_meets_no_429_and_is_nearly_all_used() {
    five_processes(300, 4).await;
}

#[tokio::test(start_paused = true)]
async fn a_hundred_requests_a_second_are_never_exceeded_and_nearly_all_used() {
    let rig = five_processes(6_000, 20).await;
    let calls = rig.store.calls();
    assert!(calls * 10 <= rig.vendor.arrivals().len(), "{calls} calls of the store");
}

#[tokio::test(start_paused = true)]
async fn jobs_of_a_few_requests_take_hardly_more_slots_than_they_use_from_a_sync_beside_them() {
    let mut rig = Rig::new(240, 240);
    let mut jobs = rig.jobs("user sync", 4, TEN_MINUTES);
    for requests in [1, 3, 4, 6] {
        jobs.push(rig.short_jobs("a few", requests, TEN_MINUTES));
    }
    ended(jobs).await;
    assert_eq!(rig.vendor.refused(), 0);
    assert!(
        rig.share_used() >= 0.95,
        "only {} of the budget were used",
        rig.share_used()
    );
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_alone_leases_a_seconds_worth_at_a_time() {
    let mut rig = Rig::new(240, 240);
    ended(rig.jobs("user sync", 4, TEN_MINUTES)).await;
    let (calls, requests) = (rig.store.calls(), rig.vendor.arrivals().len());
    assert!(calls * 100 <= requests * 27, "{calls} calls for {requests} requests");
    assert!(
        rig.share_used() >= 0.95,
        "only {} of the budget were used",
        rig.share_used()
    );
}
