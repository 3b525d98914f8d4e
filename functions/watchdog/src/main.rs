//! habitsync-watchdog.
fn main() {}
