//! Everything that talks to AWS: the ports of `habitsync-workflows` over the AWS SDKs, which no other crate names.
//!
//! A function (or the operator's command) makes one [`Aws`] and takes from it what it needs: the [`Table`], the
//! [`ResultQueue`], the [`Mailer`], the [`FeedbackQueue`], the [`Secrets`], the [`Schedules`] and the [`JobStarter`].
//! [`SystemClock`] is here too: real time is a service like the others.

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
