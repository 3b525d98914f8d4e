//! The breaker of one customer's EmployeeConnect.

use habitsync_domain::results::breaker::Breaker;

use crate::faults::Call;
use crate::table::Table;
use habitsync_workflows::ports::breaker::{KeepBreaker, StoredBreaker};
use habitsync_workflows::ports::failure::ServiceFailure;

impl KeepBreaker for Table {
    async fn load_breaker(&self) -> Result<StoredBreaker, ServiceFailure> {
        let load = || Ok(self.state().breaker.0);
        self.faults.call(Call::LoadBreaker, load).await
    }

    async fn change_breaker(&self, seen: &StoredBreaker, next: Breaker) -> Result<bool, ServiceFailure> {
        let change = || {
            let mut state = self.state();
            if state.breaker.0.version != seen.version {
                return Ok(false);
            }
            let stored = StoredBreaker {
                breaker: next,
                version: seen.version + 1,
            };
            state.breaker = (stored, next.due_at());
            Ok(true)
        };
        self.faults.call(Call::ChangeBreaker, change).await
    }
}
