//! Ctrl-C: long work stops between two steps, and says how far it came.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// What a program exits with that was interrupted.
const INTERRUPTED: i32 = 130;

/// The operator's request to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    is_asked: AtomicBool,
    just_now: Notify,
}

impl Stop {
    /// From now on, Ctrl-C asks for an end in place of ending the program at once; a second one does that.
    pub(crate) fn on_ctrl_c() -> Self {
        let stop = Self::default();
        let asked = stop.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                asked.ask();
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(INTERRUPTED);
            }
        });
        stop
    }

    /// Asks for an end.
    fn ask(&self) {
        self.0.is_asked.store(true, Ordering::Relaxed);
        self.0.just_now.notify_one();
    }

    /// Whether the next step may be taken.
    pub(crate) fn go_on(&self) -> ControlFlow<()> {
        if self.0.is_asked.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Returns once the operator asks to stop.
    pub(crate) async fn asked(&self) {
        if self.go_on().is_continue() {
            self.0.just_now.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_was_asked_to_stop_takes_no_step_more_and_waits_for_nothing() {
        let stop = Stop::default();
        let work = stop.clone();
        assert!(work.go_on().is_continue());
        let waiting = tokio::spawn(async move { work.asked().await });
        stop.ask();
        waiting.await.expect("it returned");
        assert!(stop.go_on().is_break());
        stop.asked().await;
    }
}
