//! The terminal: output, questions, and progress of long work.

pub(crate) mod answer;
pub(crate) mod ask;
mod by;
pub(crate) mod local;
mod numbers;
pub(crate) mod out;
pub(crate) mod page;
pub(crate) mod progress;
mod reading;
pub(crate) mod stop;
mod values;

pub(crate) use answer::{Answer, Output};
pub(crate) use by::Actor;
pub(crate) use habitsync_domain::text::printable::printable;
pub(crate) use local::{age, counted, local, padded, zone_name};
pub(crate) use numbers::Numbers;
pub(crate) use reading::while_reading;
pub(crate) use values::{Old, arrow};

/// Width in columns where standard output is no terminal.
pub(crate) const PAGE: u16 = 100;
