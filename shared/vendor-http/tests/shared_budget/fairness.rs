//! Who wants one slot gets it soon, although others want thousands.

use std::time::Duration;

use habitsync_vendor_http::{HORIZON, RequestBudget};
use tokio::time::{Instant, sleep};

use crate::rig::Rig;

/// Room for a slot comes up once an interval, and by then another may be quicker.
const A_FEW_SLOTS: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn one_slot_is_had_within_the_horizon_or_little_more_though_four_jobs_want_thousands() {
    let mut rig = Rig::new(240, 300);
    let jobs: Vec<_> = ["user sync", "course sync", "sweep", "check"]
        .into_iter()
        .flat_map(|name| rig.jobs(name, 50, Duration::from_mins(10)))
        .collect();
    sleep(Duration::from_secs(30)).await;
    for _ in 0..60 {
        let read_back = rig.process();
        let asked = Instant::now();
        read_back.draw(asked + Duration::from_mins(1)).await.expect("a slot");
        assert!(asked.elapsed() <= HORIZON + A_FEW_SLOTS, "waited {:?}", asked.elapsed());
        sleep(Duration::from_secs(5)).await;
    }
    jobs.iter().for_each(tokio::task::JoinHandle::abort);
}
