//! Log lines: JSON, one per unit of work, on standard output, which is where Lambda collects them.
//!
//! The level is Lambda's own setting (`ApplicationLogLevel` of the function's logging configuration), which the service
//! passes as `AWS_LAMBDA_LOG_LEVEL`. It applies to this project's crates; other crates log warnings and errors only, at
//! every level, because HTTP and SDK libraries print bodies and headers at `debug`, and those hold names, e-mail
//! addresses and keys.

use std::io::{self, Write};
use std::panic;

use habitsync_domain::text::printable::printable_json;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Subscriber, error};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, fmt};

/// The variable in which Lambda passes the function's log level.
const LEVEL_VARIABLE: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Log target under which the Lambda runtime repeats a handler's errors and panics. Both are logged already: an error
/// by the handler, which knows the customer, and a panic by the product's hook, which leaves its message out.
const RUNTIME_REPEATS: &str = "lambda_runtime::layers::panic";

/// Starts logging for this process; `crate_name` is the function's own (`env!("CARGO_CRATE_NAME")`).
///
/// Call it once, first thing in `main`. A second call changes nothing.
#[expect(
    clippy::disallowed_methods,
    reason = "Lambda itself sets this variable; without it there is a default"
)]
pub fn init(crate_name: &'static str) {
    let level = std::env::var(LEVEL_VARIABLE).map_or(Level::INFO, |name| level(&name));
    // Only a second call can fail here, and then the first subscriber stays, as documented.
    if tracing::subscriber::set_global_default(subscriber(crate_name, level, io::stdout)).is_ok() {
        panic::set_hook(Box::new(log_panic));
    }
}

/// The level Lambda means; a name it does not use counts as `INFO`.
fn level(name: &str) -> Level {
    match name.to_ascii_uppercase().as_str() {
        "TRACE" => Level::TRACE,
        "DEBUG" => Level::DEBUG,
        "WARN" => Level::WARN,
        "ERROR" | "FATAL" => Level::ERROR,
        _ => Level::INFO,
    }
}

fn subscriber<W>(crate_name: &'static str, level: Level, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_writer(Printable(writer));
    let own = LevelFilter::from_level(level);
    let others = own.min(LevelFilter::WARN);
    let filter = Targets::new()
        .with_default(others)
        .with_target("habitsync", own)
        .with_target(crate_name, own)
        .with_target(RUNTIME_REPEATS, LevelFilter::OFF);
    tracing_subscriber::registry().with(lines.with_filter(filter))
}

/// Writes lines of JSON whose strings hold no character that a terminal obeys or a reader cannot see.
#[derive(Debug, Clone, Copy)]
struct Printable<W>(W);

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Printable<W> {
    type Writer = Printable<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Printable(self.0.make_writer())
    }
}

impl<W: Write> Write for Printable<W> {
    /// The subscriber hands over whole lines.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(printable_json(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A panic as one line with its place; its message is left out, since it may quote customer data.
fn log_panic(panic: &panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    error!(panic.place = place, "the function panicked");
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use habitsync_domain::text::printable::is_hidden;
    use tracing::{debug, info, info_span, warn};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: Level, work: impl FnOnce()) -> Vec<serde_json::Value> {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing::subscriber::with_default(subscriber("user_sync", level, move || writer.clone()), work);
        let bytes = lines.0.lock().expect("not poisoned").clone();
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("one JSON object per line"))
            .collect()
    }

    #[test]
    fn a_line_is_one_json_object_with_its_fields_at_the_top() {
        let lines = logged(Level::INFO, || {
            let _invocation = info_span!("invocation", tenant = "acme").entered();
            info!(people.read = 250, "read the employees");
        });
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["message"], "read the employees");
        assert_eq!(lines[0]["people.read"], 250);
        assert_eq!(lines[0]["level"], "INFO");
        assert_eq!(lines[0]["span"]["tenant"], "acme");
    }

    #[test]
    fn a_text_from_outside_gives_a_log_viewer_no_orders() {
        let outside = "Jo\u{1b}[2J\u{9b}A\u{202e}\u{7f}\nK";
        let written = Lines::default();
        let writer = written.clone();
        let subscriber = subscriber("user_sync", Level::INFO, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            let _invocation = info_span!("invocation", tenant = outside).entered();
            info!(run.cause = outside, "{outside}");
        });
        let bytes = written.0.lock().expect("not poisoned").clone();
        let line = String::from_utf8(bytes).expect("UTF-8");
        assert!(!line.trim_end().contains(is_hidden), "{line:?}");
        let read: serde_json::Value = serde_json::from_str(&line).expect("one JSON object");
        assert_eq!(
            [&read["message"], &read["run.cause"], &read["span"]["tenant"]],
            [outside; 3]
        );
    }

    #[test]
    fn libraries_never_log_below_warning_even_when_we_debug() {
        let lines = logged(Level::TRACE, || {
            debug!(target: "aws_smithy_runtime::client", "a body");
            warn!(target: "aws_smithy_runtime::client", "a retry");
            debug!(target: "habitsync_workflows::user_sync", "a plan");
            debug!(target: "user_sync::handler", "an event");
        });
        let messages: Vec<_> = lines
            .iter()
            .map(|line| line["message"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(messages, ["a retry", "a plan", "an event"]);
    }

    #[test]
    fn what_a_handler_has_logged_is_not_logged_again_by_the_runtime() {
        let lines = logged(Level::INFO, || {
            tracing::error!(target: "lambda_runtime::layers::panic", "VendorFailed: it did not answer");
            tracing::error!(target: "lambda_runtime::layers::api_client", "the runtime's own trouble");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0]["message"], "the runtime's own trouble");
    }

    #[test]
    fn a_quieter_level_quietens_everybody() {
        let lines = logged(Level::ERROR, || {
            warn!(target: "aws_smithy_runtime::client", "a retry");
            info!(target: "habitsync_workflows", "a run");
        });
        assert!(lines.is_empty(), "{lines:?}");
    }

    #[test]
    fn lambda_s_names_of_levels_are_understood() {
        let known = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "debug"].map(level);
        let expected = [
            Level::TRACE,
            Level::DEBUG,
            Level::INFO,
            Level::WARN,
            Level::ERROR,
            Level::ERROR,
            Level::DEBUG,
        ];
        assert_eq!(known, expected);
        assert_eq!(level("chatty"), Level::INFO);
    }
}
