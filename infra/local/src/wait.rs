//! Waiting for conditions, never for fixed times.

use std::time::{Duration, Instant};

use crate::error::LocalError;

/// How often a condition is looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// Looks until there is something to see, at most for `limit`; `what` names it (`the first account`) should it never come.
///
/// # Errors
/// What `look` fails with, or that it was not seen in time.
pub async fn until<T, E: From<LocalError>>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>, E>,
) -> Result<T, E> {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        if began.elapsed() > limit {
            return Err(LocalError::NotInTime {
                what: what.to_owned(),
                limit,
            }
            .into());
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
