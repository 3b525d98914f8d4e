#![doc = include_str!("../README.md")]

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
