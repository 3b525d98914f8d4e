//! What the functions of the three scheduled jobs share: their settings, their adapters, and the frame around one run.
//!
//! `user-sync`, `course-sync` and `result-sweep` differ in the use case that they call and in the metrics that they count.

mod function;
mod settings;

pub use function::{JobFunction, Opened};
pub use settings::JobSettings;
