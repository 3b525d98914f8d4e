//! habitsync-result-sweep.
fn main() {}
