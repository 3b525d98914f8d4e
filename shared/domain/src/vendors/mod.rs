//! The two vendors, their domains, the texts that they send, and the records that their lists hold.

pub mod domain;
pub mod json_text;
pub mod list;
pub mod record;
pub mod vendor;
