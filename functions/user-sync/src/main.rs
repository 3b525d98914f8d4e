//! habitsync-user-sync.
fn main() {}
