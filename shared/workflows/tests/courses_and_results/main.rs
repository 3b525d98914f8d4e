//! Courses and results, rule by rule: the use cases over ports in memory.

mod academy;
mod accepting;
mod authenticating;
mod breaker;
mod course_runs;
mod courses;
mod door;
mod exactly_once;
mod parking;
mod probing;
mod pushing;
mod released;
mod retrying;
mod silence;
mod sweeping;
mod watching;
mod watermark;
mod world;
