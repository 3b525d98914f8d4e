#![doc = include_str!("../README.md")]

mod cache;
mod clock;
mod connection;
pub mod dynamodb;
mod failure;
mod jobs;
mod mail_feedback;
mod mailer;
mod queue;
mod schedules;
mod secrets;
mod targets;

pub use clock::{Correction, SystemClock};
pub use connection::{Aws, ConnectError};
pub use dynamodb::{Table, TenantTable};
pub use failure::{AwsError, AwsErrorKind};
pub use jobs::JobStarter;
pub use mail_feedback::FeedbackQueue;
pub use mailer::Mailer;
pub use queue::ResultQueue;
pub use schedules::{JobTargets, Schedules};
pub use secrets::{Secrets, VendorSecret};
