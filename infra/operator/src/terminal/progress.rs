//! How far long work has come: a bar with rate and time left on a terminal, a line now and then where standard error
//! goes elsewhere, and nothing for programs.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::Output;
use super::out;

/// How often a line is written where there is no terminal.
const A_LINE_EVERY: Duration = Duration::from_secs(5);

/// What the bar looks like.
const BAR: &str = "{msg} {wide_bar} {pos} of {len}, {per_sec}, {eta} left";

/// One piece of long work.
pub(crate) struct Progress {
    what: &'static str,
    shown: Shown,
}

enum Shown {
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere; and when the last line was written.
    Lines(Cell<Instant>),
    /// Not at all.
    Nothing,
}

impl Progress {
    /// For work that is called so: `added`, `looked up`.
    pub(crate) fn new(what: &'static str, output: Output) -> Self {
        Self::shown(what, output, || bar(what))
    }

    /// Returns the progress of work of unknown size.
    pub(crate) fn without_end(output: Output) -> Self {
        Self::shown("", output, spinner)
    }

    fn shown(what: &'static str, output: Output, bar: impl FnOnce() -> ProgressBar) -> Self {
        let shown = if std::io::stderr().is_terminal() {
            Shown::Bar(bar())
        } else if output == Output::Json {
            Shown::Nothing
        } else {
            Shown::Lines(Cell::new(Instant::now()))
        };
        Self { what, shown }
    }

    /// So many are done.
    pub(crate) fn reach(&self, done: usize, of: usize) {
        match &self.shown {
            Shown::Bar(bar) => {
                bar.set_length(u64::try_from(of).unwrap_or(u64::MAX));
                bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
            }
            Shown::Lines(last) => {
                if let Some(line) = self.line(last, done, of, Instant::now()) {
                    out::print_error(line);
                }
            }
            Shown::Nothing => {}
        }
    }

    /// How it stands, in words.
    pub(crate) fn show_message(&self, text: &str) {
        match &self.shown {
            Shown::Bar(bar) => bar.set_message(text.to_owned()),
            Shown::Lines(last) if is_due(last, Instant::now()) => out::print_error(text),
            Shown::Lines(_) | Shown::Nothing => {}
        }
    }

    fn line(&self, last: &Cell<Instant>, done: usize, of: usize, now: Instant) -> Option<String> {
        is_due(last, now).then(|| format!("{} {done} of {of}", self.what))
    }
}

/// Whether a line is to be written now, which is then the last.
fn is_due(last: &Cell<Instant>, now: Instant) -> bool {
    let is_due = now.duration_since(last.get()) >= A_LINE_EVERY;
    if is_due {
        last.set(now);
    }
    is_due
}

/// The bar goes away: the caller reports the outcome.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template(BAR) {
        bar.set_style(style);
    }
    bar.with_message(what)
}

fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_no_terminal_a_line_comes_every_few_seconds_and_no_sooner() {
        let began = Instant::now();
        let last = Cell::new(began);
        let progress = Progress {
            what: "added",
            shown: Shown::Nothing,
        };
        let line = |seconds| progress.line(&last, 7, 9, began + Duration::from_secs(seconds));
        let lines = [line(1), line(5), line(9), line(10)];
        let said = Some("added 7 of 9".to_owned());
        assert_eq!(lines, [None, said.clone(), None, said]);
    }

    #[test]
    fn the_bar_is_one_that_can_be_drawn() {
        ProgressStyle::with_template(BAR).expect("a template");
    }
}
