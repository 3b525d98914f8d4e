//! Leaves the stack up and says how to use it.

use std::process::ExitCode;

use habitsync_local::{LocalError, LocalStack};

/// Prints every address and commands to try, then waits to be stopped.
pub(crate) async fn up(stack: LocalStack) -> Result<ExitCode, LocalError> {
    let webhook = stack.webhook_address("acme")?;
    println!("AWS      {}", stack.aws_address());
    println!("Webhook  {webhook}");
    println!("Logs     {}", stack.log_folder().display());
    println!("\nPress Ctrl-C to end it.");
    std::future::pending().await
}
