//! Courses and results, rule by rule: the use cases over ports in memory.

mod academy;
mod accepting;
mod authenticating;
mod backfilling;
mod breaker;
mod course_runs;
mod course_upkeep;
mod courses;
mod door;
mod every_completion;
mod exactly_once;
mod lost_answers;
mod never_given_up;
mod parking;
mod probing;
mod pushing;
mod released;
mod reopening;
mod replaying;
mod retrying;
mod sharing;
mod silence;
mod sweeping;
mod watching;
mod watermark;
mod world;
