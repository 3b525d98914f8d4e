#![doc = include_str!("../README.md")]

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
