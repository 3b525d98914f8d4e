//! What a customer reads: the mails' content, when they come, what stops them, and what they look like.

mod breakdowns;
mod cadence;
mod company;
mod content;
mod customer;
mod feedback;
mod refused;
mod results;
mod samples;
