#![doc = include_str!("../README.md")]

mod function;
mod settings;

pub use function::{JobFunction, Opened};
pub use settings::JobSettings;
