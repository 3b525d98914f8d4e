//! The scheduled jobs: what they remember between runs, when they are due, and what keeps two runs apart.

pub mod back_off;
pub mod baseline_read;
pub mod clock_offset;
pub mod failure_rate;
pub mod followed_run;
pub mod freshness;
pub mod job;
pub mod lease;
pub mod next_run;
pub mod state;
