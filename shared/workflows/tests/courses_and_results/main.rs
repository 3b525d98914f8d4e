//! Courses and results, rule by rule: the use cases over ports in memory.

mod accepting;
mod courses;
mod exactly_once;
mod parking;
mod pushing;
mod retrying;
mod sweeping;
mod watching;
mod world;
