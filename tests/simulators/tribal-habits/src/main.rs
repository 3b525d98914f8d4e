//! habitsync-simulator-tribal-habits.
fn main() {}
