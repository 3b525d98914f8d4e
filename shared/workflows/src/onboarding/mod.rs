//! Setting a customer up: applying a configuration, probing both vendors, scanning the data, rehearsing.

pub mod apply;
pub mod probe;
pub mod rehearse;
pub mod scan;
