//! Processes that crash or freeze while they hold slots.

use std::time::Duration;

use futures_util::future::join_all;
use habitsync_vendor_http::RequestBudget;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::rig::{Rig, ended};

#[tokio::test(start_paused = true)]
async fn processes_that_crash_with_slots_in_hand_waste_those_and_no_more() {
    let mut rig = Rig::new(240, 240);
    let (mut crashes, lasting) = (0, Duration::from_mins(10));
    let steady = rig.jobs("steady", 4, lasting);
    while rig.began.elapsed() + Duration::from_secs(20) < lasting {
        let doomed = rig.jobs("doomed", 4, lasting);
        sleep(Duration::from_secs(10)).await;
        doomed.iter().for_each(JoinHandle::abort);
        crashes += 1;
    }
    ended(steady).await;
    assert_eq!(rig.vendor.refused(), 0);
    // A second's worth in hand and as much just being leased, of the ten seconds between two crashes.
    let (used, wasted) = (rig.share_used(), f64::from(crashes) * 2.0 / lasting.as_secs_f64());
    assert!(used >= 0.96 - wasted, "{used} used although {crashes} crashed");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_was_frozen_sends_nothing_on_slots_of_long_ago() {
    let mut rig = Rig::new(240, 240);
    let process = rig.process();
    let deadline = Instant::now() + Duration::from_mins(5);
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let mut draw = process.draw(deadline);
        // Only long enough to have been given a slot, whose time has not come.
        if timeout(Duration::from_millis(40), &mut draw).await.is_err() {
            waiting.push(draw);
        }
    }
    // The process freezes: nothing of it runs.
    sleep(Duration::from_secs(30)).await;
    let drawn = join_all(waiting.into_iter().map(async |draw| {
        draw.await.expect("a slot");
        Instant::now()
    }));
    let mut drawn = drawn.await;
    drawn.sort();
    let two_apart = drawn
        .windows(3)
        .all(|three| three[2] - three[0] >= Duration::from_millis(250));
    assert!(drawn.len() >= 6 && two_apart, "several requests at once: {drawn:?}");
}
