//! Work under a job's lease: the lease is renewed in parallel to the work, and the work ends as soon as the lease is
//! lost.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use habitsync_domain::jobs::lease::RENEWED_AFTER;

use crate::ports::clock::{Now, Pause};
use crate::ports::lease::{HoldLease, SaveFailure};

/// Wait before a failed renewal is tried again.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Does the work and renews the lease of `held` in parallel. Where another process takes the lease over, the work is
/// dropped where it stands.
///
/// # Errors
/// The lease was lost.
pub(crate) async fn keep_renewed<Held, Clock, T>(
    held: &Held,
    clock: &Clock,
    work: impl Future<Output = T>,
) -> Result<T, SaveFailure>
where
    Held: HoldLease,
    Clock: Now + Pause,
{
    match select(pin!(work), pin!(renew_until_lost(held, clock))).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right((lost, _)) => Err(lost),
    }
}

/// Renews the lease for as long as this is polled. A renewal that fails is tried again; until it succeeds, the end of
/// the lease keeps requests from starting.
async fn renew_until_lost<Held: HoldLease, Clock: Now + Pause>(held: &Held, clock: &Clock) -> SaveFailure {
    let mut wait = renewed_after();
    loop {
        clock.pause_beside(wait).await;
        wait = match held.renew_lease(clock.now()).await {
            Ok(()) => renewed_after(),
            Err(SaveFailure::LeaseLost) => return SaveFailure::LeaseLost,
            Err(SaveFailure::ItemRefused(failure) | SaveFailure::Service(failure)) => {
                tracing::warn!(error = %failure, "a lease could not be renewed");
                TRIED_AGAIN_AFTER
            }
        };
    }
}

fn renewed_after() -> Duration {
    RENEWED_AFTER.unsigned_abs()
}

/// Gives the lease back, and tries twice. A lease that stays ends by itself within a minute, so that its failure fails no run.
pub(crate) async fn give_back<Held: HoldLease>(held: &Held) {
    for _ in 0..2 {
        match held.release_lease().await {
            Ok(()) => return,
            Err(failure) => tracing::error!(error = %failure, "the lease could not be given back"),
        }
    }
}
