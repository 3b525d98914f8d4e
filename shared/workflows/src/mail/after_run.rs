//! Mail after a run: it comes after the fact, and fails no run. A worklist that could not be sent is not remembered as sent, so
//! that the next run sends it.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tracing::error;

use super::tell::Told;
use crate::ports::failure::ServiceFailure;

/// Tells the customer after a run, and turns a failure, or a panic, into [`Told::NotSent`], which is logged and counted for the
/// operators.
pub async fn tell_after_run(telling: impl Future<Output = Result<Told, ServiceFailure>>) -> Told {
    // Boxed: writing a mail is many calls deep.
    match AssertUnwindSafe(Box::pin(telling)).catch_unwind().await {
        Ok(Ok(told)) => return told,
        Ok(Err(failure)) => error!(error = %failure, "a mail could not be sent; the next run sends it"),
        Err(_) => error!("the program panicked while it wrote a mail; the next run sends it"),
    }
    Told::NotSent
}
