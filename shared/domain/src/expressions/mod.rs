//! CEL expressions of a customer's configuration: parsing and bounds, the fields that they name, and their evaluation for one
//! employee.

pub mod checks;
pub mod compiling;
mod cost;
pub mod evaluation;
pub mod evaluator;
pub mod expression;
pub mod fields;
mod functions;
mod patterns;
mod record;
mod truth;

#[cfg(test)]
mod tests;
