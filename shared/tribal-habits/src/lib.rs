#![doc = include_str!("../README.md")]

mod client;
mod error;
mod port;
mod probe;
pub mod wire;

pub use client::{Credentials, InvalidCredentials, TribalHabits, VENDOR};
pub use error::TribalHabitsError;
