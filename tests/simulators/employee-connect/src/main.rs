//! habitsync-simulator-employee-connect.
fn main() {}
