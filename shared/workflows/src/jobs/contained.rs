//! One customer's part of a duty for the whole fleet: what goes wrong in it is a failure of that part, and of no other.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use crate::ports::failure::ServiceFailure;

/// Time limit of one customer's part. An AWS call gives up before; the watchdog gives a whole duty up after.
const LONGEST: Duration = Duration::from_secs(9);

/// Does one customer's part of a duty.
///
/// # Errors
/// The part failed, panicked, or took too long.
pub(crate) async fn contained<T>(part: impl Future<Output = Result<T, ServiceFailure>>) -> Result<T, ServiceFailure> {
    // Boxed: the parts are many calls deep.
    let caught = AssertUnwindSafe(Box::pin(part)).catch_unwind();
    match timeout(LONGEST, caught).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(failure("it panicked; see the log line of the panic for its place")),
        Err(_) => Err(failure("it took too long")),
    }
}

fn failure(detail: &str) -> ServiceFailure {
    ServiceFailure {
        service: "one customer's part of a duty",
        retryable: true,
        detail: detail.to_owned(),
    }
}
