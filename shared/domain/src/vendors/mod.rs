//! The two vendors, their domains, and the records that their lists hold.

pub mod domain;
pub mod list;
pub mod record;
pub mod vendor;
