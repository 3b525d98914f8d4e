//! A client of one vendor's API, whose calls a caller can limit.

use std::sync::Arc;

use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::lease::LeaseTerm;
use tokio::time::Instant;

use crate::client::VendorHttp;

/// A client of one vendor's API, whose calls a caller can limit.
pub trait VendorClient: Sized {
    /// Returns the same client, its HTTP calls changed.
    #[must_use]
    fn with_http(self, change: impl FnOnce(VendorHttp) -> VendorHttp) -> Self;

    /// Returns the same client, limited to calls within the lease of `term`.
    #[must_use]
    fn under(self, term: LeaseTerm, clock: Arc<dyn Now + Send + Sync>) -> Self {
        self.with_http(|http| http.under(term, clock))
    }

    /// Returns the same client, called no later than this.
    #[must_use]
    fn until(self, deadline: Instant) -> Self {
        self.with_http(|http| http.until(deadline))
    }

    /// Returns the same client, where each request is sent once, save for one more after a token that was refused: for a caller
    /// that has its own way of trying again.
    #[must_use]
    fn once(self) -> Self {
        self.with_http(VendorHttp::once)
    }
}
