//! The port through which every request draws on the customer's shared budget with a vendor.
//!
//! A vendor counts all requests of a customer together and refuses everything once its limit is passed, so jobs that run
//! side by side must share one budget. Where that budget is kept is the implementor's affair.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

/// What the methods of [`RequestBudget`] return: boxed, so that a client can hold any budget behind one pointer.
pub type Drawing<'a> = Pin<Box<dyn Future<Output = Result<(), PaceError>> + Send + 'a>>;

/// One customer's budget of requests with one vendor. Cancel-safe: a dropped `draw` at worst wastes a slot.
pub trait RequestBudget: Send + Sync {
    /// Takes the next free slot and returns when its time has come, just before the request is sent.
    ///
    /// A slot that would come after `deadline` is not taken: [`PaceError::NotInTime`], at once.
    fn draw(&self, deadline: Instant) -> Drawing<'_>;

    /// The vendor answered 429: no slot of this customer falls within the next `lasting`, in whichever process.
    fn blocked(&self, lasting: Duration) -> Drawing<'_>;
}

/// Why no slot was had. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum PaceError {
    /// The budget is spent or blocked beyond the caller's deadline.
    #[error("no request may be sent before the deadline; the next is possible in {} s", retry_after.as_secs())]
    NotInTime {
        /// How long until a slot may be had.
        retry_after: Duration,
    },
    /// Where the budget is kept could not be reached.
    #[error("the request budget could not be read or written")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
