//! Leases of one customer's jobs: the same conditions as in the real table.

use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease::{self, FencingNumber};
use jiff::Timestamp;

use crate::faults::Call;
use crate::table::{StoredLease, Table};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::{FindLease, HoldLease, Lease, SaveFailure};

impl HoldLease for Table {
    async fn acquire_lease(&self, job: Job, holder: &str, now: Timestamp) -> Result<Lease<Self>, ServiceFailure> {
        let acquire = || {
            let mut state = self.state();
            let stored = state.leases.entry(job).or_default();
            Ok(match stored.acquire(holder, now) {
                Ok(number) => {
                    stored.process = self.process;
                    self.term.ends_at(lease::end(now));
                    Lease::Acquired(self.holding(job, number))
                }
                Err(until) => Lease::HeldUntil(until),
            })
        };
        self.faults.call(Call::AcquireLease, acquire).await
    }

    async fn renew_lease(&self, now: Timestamp) -> Result<(), SaveFailure> {
        let renew = || {
            let Some((job, _)) = self.held else { return Ok(()) };
            let mut state = self.under_lease(job)?;
            if let Some((_, until)) = state.leases.entry(job).or_default().held.as_mut() {
                *until = lease::end(now);
                self.term.ends_at(*until);
            }
            Ok(())
        };
        self.faults.call(Call::RenewLease, renew).await
    }

    async fn release_lease(&self) -> Result<(), ServiceFailure> {
        let release = || {
            if let Some((job, _)) = self.held
                && let Ok(mut state) = self.under_lease(job)
            {
                state.leases.entry(job).or_default().held = None;
                self.term.given_back();
            }
            Ok(())
        };
        self.faults.call(Call::ReleaseLease, release).await
    }
}

impl StoredLease {
    /// The number of the acquisition, or until when another has the lease. An acquisition whose answer was lost recognises itself.
    fn acquire(&mut self, holder: &str, now: Timestamp) -> Result<FencingNumber, Timestamp> {
        match &self.held {
            Some((by, until)) if *until > now && by == holder => return Ok(self.number),
            Some((_, until)) if *until > now => return Err(*until),
            _ => {}
        }
        self.number.0 += 1;
        self.held = Some((holder.to_owned(), lease::end(now)));
        Ok(self.number)
    }
}

impl FindLease for Table {
    async fn find_lease(&self, job: Job) -> Result<Option<Timestamp>, ServiceFailure> {
        let find = || {
            let state = self.state();
            let held = state.leases.get(&job).and_then(|lease| lease.held.as_ref());
            Ok(held.map(|(_, until)| *until))
        };
        self.faults.call(Call::FindLease, find).await
    }
}
