//! `local-stack`.
fn main() {}
