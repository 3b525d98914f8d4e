//! A 429 that one process meets holds for all of them.

use std::time::Duration;

use habitsync_in_memory::Arrival;
use habitsync_vendor_http::{HORIZON, LATENESS};

use crate::rig::{LONGEST_JOURNEY, Rig, ended};

/// How long the vendor refuses everything.
const BLOCK: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn a_429_that_one_meets_stops_all_until_the_block_is_over() {
    // The vendor answers fewer than it said.
    let mut rig = Rig::new(240, 100);
    let lasting = Duration::from_secs(100);
    let jobs: Vec<_> = ["user sync", "course sync", "sweep"]
        .into_iter()
        .flat_map(|name| rig.jobs(name, 3, lasting))
        .collect();
    ended(jobs).await;
    let arrivals = rig.vendor.arrivals();
    let refused: Vec<&Arrival> = arrivals.iter().filter(|arrival| arrival.refused).collect();
    let first = refused.first().expect("a 429");
    let last = refused.last().expect("a 429");
    // What the others had leased by then is sent in vain; no slot is leased further ahead, or used later.
    assert!(
        last.at - first.at <= HORIZON + LATENESS + 2 * LONGEST_JOURNEY,
        "{:?}",
        last.at - first.at
    );
    let next = arrivals
        .iter()
        .find(|arrival| arrival.at > last.at)
        .expect("work goes on");
    assert!(next.at - first.at >= BLOCK, "{:?}", next.at - first.at);
    assert!(!next.refused);
}
