//! What every Lambda function of this project needs around its handler: log lines, settings from the environment, the
//! time that is left, what a job is asked and answers, and errors with stable names.
//!
//! A function's `main.rs` calls [`telemetry::init`] first, reads its settings through an [`Environment`], builds its
//! adapters once and hands the handler to the runtime.

mod caught;
pub mod deadline;
pub mod environment;
pub mod failure;
pub mod job;
mod job_metrics;
mod mail;
pub mod metrics;
pub mod telemetry;

pub use caught::caught;
pub use deadline::Deadline;
pub use environment::{Environment, EnvironmentError};
pub use failure::FunctionError;
pub use job::{JobAnswer, JobEvent};
pub use job_metrics::Measured;
pub use metrics::{Metric, Metrics};
