//! habitsync-operator.
fn main() {}
