//! Expressions from their source to their value.

mod compiling;
mod functions;
