//! A process whose clock is minutes off: the others wait for it no longer than for one whose clock is right.

use std::time::Duration;

use habitsync_vendor_http::RequestBudget;
use jiff::SignedDuration;
use tokio::time::{Instant, sleep};

use crate::rig::Rig;

/// What a call of the others waits for a slot at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// Clocks that are ahead by minutes, and by a day.
const AHEAD: [i64; 4] = [10, 60, 600, 86_400];

#[tokio::test(start_paused = true)]
async fn slots_that_a_fast_clock_took_of_the_future_keep_no_other_process_waiting() {
    for seconds in AHEAD {
        for per_minute in [10, 240, 3_000] {
            let mut rig = Rig::new(per_minute, 10_000);
            let fast = rig.process_ahead_by(SignedDuration::from_secs(seconds));
            fast.draw(Instant::now() + PATIENCE).await.expect("a slot");
            let patience = PATIENCE + Duration::from_mins(1) / per_minute;
            let right = rig.process();
            for _ in 0..5 {
                let drawn = right.draw(Instant::now() + patience).await;
                assert!(drawn.is_ok(), "{seconds} s ahead, {per_minute} a minute: {drawn:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_is_kept_and_one_that_a_fast_clock_noted_is_over_after_ten_minutes_at_most() {
    for seconds in [0, 60, 900, 86_400] {
        let mut rig = Rig::new(240, 10_000);
        let fast = rig.process_ahead_by(SignedDuration::from_secs(seconds));
        fast.blocked(Duration::from_mins(1)).await.expect("stored");
        let right = rig.process();
        let drawn = right.draw(Instant::now() + PATIENCE).await;
        assert_eq!(drawn.is_err(), seconds < 600, "{seconds} s ahead: {drawn:?}");
        sleep(Duration::from_mins(2)).await;
        let drawn = right.draw(Instant::now() + PATIENCE).await;
        assert!(drawn.is_ok(), "{seconds} s ahead: {drawn:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_of_ten_minutes_is_kept_by_a_process_that_finds_it_in_the_store() {
    let mut rig = Rig::new(240, 10_000);
    rig.process().blocked(Duration::from_mins(10)).await.expect("stored");
    let other = rig.process();
    for _ in 0..3 {
        let drawn = other.draw(Instant::now() + PATIENCE).await;
        assert!(drawn.is_err(), "{drawn:?}");
    }
    let calls = rig.store.calls();
    drop(other.draw(Instant::now() + PATIENCE).await);
    assert_eq!(
        rig.store.calls(),
        calls,
        "a block that was found is not asked for again"
    );
}
