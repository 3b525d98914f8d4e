//! habitsync-result-pusher.
fn main() {}
