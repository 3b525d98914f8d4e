//! How a person or a script asks this program to end.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for Ctrl-C, for the terminal's closing or for a request to terminate; gives the exit code that belongs to it.
pub(crate) async fn end_requested() -> u8 {
    let code = tokio::select! {
        () = received(SignalKind::interrupt()) => 130,
        () = received(SignalKind::terminate()) => 143,
        () = received(SignalKind::hangup()) => 129,
    };
    eprintln!("\nStopping ...");
    code
}

async fn received(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(error) => {
            eprintln!("cannot listen for signals: {error}");
            std::future::pending::<()>().await;
        }
    }
}
