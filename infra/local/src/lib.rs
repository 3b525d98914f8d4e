//! The local stack: the real templates and the real functions on a laptop, without Docker or an AWS account.
//!
//! The AWS emulator (`MiniStack`) and the SAM command line live in Python environments that are made on first use. Both
//! stacks are deployed by the command that deploys them to AWS; what differs is the parameters' values.

pub mod attached;
mod crash;
pub mod customer;
pub mod deploy;
pub mod emulator;
pub mod error;
pub mod inspect;
mod logs;
pub mod package;
pub mod python;
mod run_folder;
pub mod stack;
pub mod stored;
pub mod wait;
pub mod workspace;

pub use customer::{Example, ExampleCustomer};
pub use error::LocalError;
pub use inspect::Mail;
pub use stack::{LocalStack, Options};
