//! The budget that several processes share: here, several budgets on one item.

use std::sync::Arc;
use std::time::Duration;

use habitsync_aws_adapters::dynamodb::TableBudget;
use habitsync_aws_adapters::{SystemClock, Table};
use habitsync_vendor_http::{LeaseSlots, PaceError, RequestBudget};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::Vendor;
use tokio::time::Instant;

use crate::fixture::{table, tenant};

fn budget(table: &Table, requests_per_minute: u32) -> Arc<TableBudget> {
    table.budget(&tenant(), Vendor::TribalHabits, requests_per_minute)
}

fn in_seconds(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

/// Draws `requests` slots one after the other and returns when each was had.
async fn draw(budget: Arc<TableBudget>, requests: usize) -> Vec<Instant> {
    let mut drawn = Vec::new();
    for _ in 0..requests {
        budget.draw(in_seconds(60)).await.expect("a slot");
        drawn.push(Instant::now());
    }
    drawn
}

#[tokio::test(flavor = "multi_thread")]
async fn four_jobs_side_by_side_never_exceed_the_customer_s_rate() {
    let table = table().await;
    let began = Instant::now();
    // Ten a second, for four jobs of ten requests each.
    let jobs: Vec<_> = (0..4).map(|_| tokio::spawn(draw(budget(&table, 600), 10))).collect();
    let mut drawn = Vec::new();
    for job in jobs {
        drawn.extend(job.await.expect("not cancelled"));
    }
    drawn.sort();
    assert_eq!(drawn.len(), 40);
    // Any ten intervals take a second, less the lateness that a slot may have.
    for ten in drawn.windows(11) {
        let span = ten[10] - ten[0];
        assert!(span >= Duration::from_millis(700), "eleven requests within {span:?}");
    }
    assert!(
        began.elapsed() >= Duration::from_millis(3_600),
        "40 requests took {:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_does_not_wait_long_behind_a_sync() {
    let table = table().await;
    let (drawn, mut progress) = tokio::sync::mpsc::unbounded_channel();
    let sync = budget(&table, 240);
    let sync = tokio::spawn(async move { while sync.draw(in_seconds(60)).await.is_ok() && drawn.send(()).is_ok() {} });
    // By then the sync takes as many slots at a time as it may.
    for _ in 0..12 {
        progress.recv().await.expect("the sync goes on");
    }
    let began = Instant::now();
    budget(&table, 240).draw(in_seconds(60)).await.expect("a slot");
    assert!(began.elapsed() < Duration::from_secs(3), "waited {:?}", began.elapsed());
    sync.abort();
}

#[tokio::test]
async fn a_slot_beyond_the_deadline_is_refused_at_once() {
    let table = table().await;
    let slow = budget(&table, 1);
    slow.draw(in_seconds(5)).await.expect("the first slot");
    let began = Instant::now();
    let refused = slow
        .draw(in_seconds(5))
        .await
        .expect_err("the next slot is a minute away");
    assert!(
        matches!(refused, PaceError::NotInTime { retry_after } if retry_after > Duration::from_secs(50)),
        "{refused}"
    );
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_429_stops_every_job_of_the_customer_with_that_vendor_and_no_other() {
    let table = table().await;
    let (one, other) = (budget(&table, 6_000), budget(&table, 6_000));
    one.draw(in_seconds(5)).await.expect("a slot");
    one.blocked(Duration::from_mins(1)).await.expect("stored");
    for budget in [&one, &other] {
        let refused = budget.draw(in_seconds(5)).await.expect_err("blocked");
        assert!(
            matches!(refused, PaceError::NotInTime { retry_after } if retry_after > Duration::from_secs(50)),
            "{refused}"
        );
    }
    let hris = table.budget(&tenant(), Vendor::EmployeeConnect, 6_000);
    hris.draw(in_seconds(5)).await.expect("the other vendor answers");
}

#[tokio::test]
async fn a_block_is_over_when_it_is_over_and_is_never_shortened() {
    let table = table().await;
    let budget = budget(&table, 6_000);
    let began = Instant::now();
    budget.blocked(Duration::from_secs(3)).await.expect("stored");
    budget.blocked(Duration::from_millis(10)).await.expect("stored");
    budget.draw(in_seconds(10)).await.expect("a slot after the block");
    assert!(
        began.elapsed() >= Duration::from_millis(2_900),
        "after {:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_high_rate_is_not_held_back_by_the_table() {
    let table = table().await;
    let budget = budget(&table, 60_000);
    let began = Instant::now();
    draw(budget, 2_000).await;
    // Two seconds' worth of slots; a write for each would take several times as long.
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "2 000 requests took {:?}",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_waits_for_a_slot_is_held_back_by_a_429_that_another_meets() {
    let table = table().await;
    let budget = budget(&table, 60);
    budget.draw(in_seconds(5)).await.expect("the first slot");
    let waiting = {
        let budget = budget.clone();
        tokio::spawn(async move { budget.draw(in_seconds(10)).await.map(|()| Instant::now()) })
    };
    // Time for the other to take its slot, which is a second away; should it be slower, it finds the block in the table.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let blocked_at = Instant::now();
    budget.blocked(Duration::from_secs(3)).await.expect("stored");
    let had = waiting.await.expect("not cancelled").expect("a slot after the block");
    assert!(
        had - blocked_at >= Duration::from_millis(2_900),
        "sent {:?} after the 429",
        had - blocked_at
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_and_blocks_that_a_clock_ten_minutes_ahead_noted_are_taken_back_and_others_are_kept() {
    let table = table().await;
    let slots = table.slots(&tenant(), Vendor::TribalHabits);
    let now = SystemClock.now().as_microsecond();
    let ahead = now + 600_000_000;
    slots.restart(ahead, now).await.expect("stored");
    budget(&table, 240).draw(in_seconds(3)).await.expect("a slot");
    // A block of a minute is kept, and one that no vendor asks for is not.
    for (seconds, is_kept) in [(60, true), (1_200, false)] {
        slots.block(now + seconds * 1_000_000).await.expect("stored");
        let drawn = budget(&table, 240).draw(in_seconds(3)).await;
        assert_eq!(drawn.is_err(), is_kept, "{seconds} s: {drawn:?}");
    }
}
