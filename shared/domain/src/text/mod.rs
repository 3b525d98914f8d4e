//! Texts from outside: made printable, cut to excerpts, compared, and freed of characters that no reader sees.

pub mod excerpt;
pub mod invisible;
pub(crate) mod nearest;
pub mod printable;
