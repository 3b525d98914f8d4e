//! Results: completions are accepted, recorded on their courses, swept, replayed and backfilled.

pub mod accept;
pub mod backfill;
pub(crate) mod destination;
pub mod event;
pub mod push;
pub(crate) mod recording;
pub mod reopen;
pub mod replay;
pub mod sweep;
pub(crate) mod unsettled;
pub mod webhook_verification;
