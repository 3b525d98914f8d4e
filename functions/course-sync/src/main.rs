//! habitsync-course-sync.
fn main() {}
