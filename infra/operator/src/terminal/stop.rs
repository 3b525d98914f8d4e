//! Ctrl-C: long work stops between two steps, and says how far it came.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody wants to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on, Ctrl-C asks for an end in place of ending the program at once.
    pub(crate) fn on_ctrl_c() -> Self {
        let stop = Self::default();
        let asked = stop.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                asked.ask();
            }
        });
        stop
    }

    /// Asks for an end.
    fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the next step may be taken.
    pub(crate) fn go_on(&self) -> ControlFlow<()> {
        if self.0.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_asked_to_stop_takes_no_step_more() {
        let stop = Stop::default();
        let work = stop.clone();
        assert!(work.go_on().is_continue());
        stop.ask();
        assert!(work.go_on().is_break());
    }
}
