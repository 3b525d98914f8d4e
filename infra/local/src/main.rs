//! habitsync-local.
fn main() {}
