//! Waiting for what must become true: looked at often, given up on only after so long that something is broken.

use std::time::{Duration, Instant};

use libtest_mimic::Failed;

/// Far longer than anything here takes on a busy machine.
const LIMIT: Duration = Duration::from_mins(3);

/// Looks until there is something to see. `what` names the expected event for the error.
pub(crate) async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T, Failed> {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return Ok(seen);
        }
        if started.elapsed() > LIMIT {
            return Err(format!("waited {LIMIT:?} for {what}").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The same for what has to be asked for.
pub(crate) async fn until_answered<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>, Failed>,
) -> Result<T, Failed> {
    let started = Instant::now();
    loop {
        if let Some(seen) = ask().await? {
            return Ok(seen);
        }
        if started.elapsed() > LIMIT {
            return Err(format!("waited {LIMIT:?} for {what}").into());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
