//! habitsync-completion-webhook.
fn main() {}
