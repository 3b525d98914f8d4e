//! Turns a panic into an error, so that one unit of work of an invocation can panic while the others continue.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::failure::FunctionError;

/// Does the work, and returns `Panicked` where it panics. The log has a line with the place of the panic, never its message.
///
/// # Errors
/// The work panicked.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, FunctionError> {
    // Boxed: units of work are many calls deep.
    let caught = AssertUnwindSafe(Box::pin(work)).catch_unwind().await;
    caught.map_err(|_| FunctionError::panicked())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_failure_that_quotes_nothing() {
        let person = "jo@acme.example";
        let failed = caught(async { panic!("{person} has two records") }).await;
        let failed: FunctionError = Result::<(), _>::expect_err(failed, "it panicked");
        assert!(failed.is_ours() && failed.name() == "Panicked");
        assert!(!failed.to_string().contains(person), "{failed}");
        assert_eq!(caught(async { 7 }).await.ok(), Some(7));
    }
}
