//! What this process has sent to vendors since it was last asked. A Lambda process serves one invocation at a time, so that it
//! is the invocation's.

use std::sync::atomic::{AtomicU64, Ordering};

static REQUESTS: AtomicU64 = AtomicU64::new(0);
static REFUSALS: AtomicU64 = AtomicU64::new(0);

/// Requests to vendors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Sent, each try counted.
    pub requests: u64,
    /// Number of answers with status 429.
    pub refusals: u64,
}

/// The traffic since the last call of this.
pub fn take_traffic() -> Traffic {
    Traffic {
        requests: REQUESTS.swap(0, Ordering::Relaxed),
        refusals: REFUSALS.swap(0, Ordering::Relaxed),
    }
}

pub(crate) fn note_request() {
    REQUESTS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn note_refusal() {
    REFUSALS.fetch_add(1, Ordering::Relaxed);
}
