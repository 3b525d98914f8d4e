//! Prints the story: a line and a time for each step, a hundred columns wide.

use std::io::{IsTerminal, Write, stdout};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Effects, Style};

const WIDTH: usize = 100;
/// How wide a step's text is; its time stands to the right of it.
const TEXT: usize = 84;
const TITLE: Style = Style::new().effects(Effects::BOLD);
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const FAINT: Style = Style::new().effects(Effects::DIMMED);

/// Counts and times the steps.
pub(super) struct Narrator {
    began: Instant,
    step_began: Instant,
    chapters: usize,
    steps: usize,
}

impl Narrator {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            step_began: now,
            chapters: 0,
            steps: 0,
        }
    }

    /// Prints the heading of a chapter and its introduction.
    pub(super) fn chapter(&mut self, title: &str, what: &str) {
        self.chapters += 1;
        let heading = format!("{} · {title} ", self.chapters);
        let clock = clock(self.began.elapsed());
        let rule = "─".repeat(WIDTH - textwrap::core::display_width(&heading) - clock.len() - 1);
        anstream::println!("\n{TITLE}{heading}{TITLE:#}{FAINT}{rule} {clock}{FAINT:#}");
        say(what);
        self.step_began = Instant::now();
    }

    /// Says what a step waits for, on a line that its outcome will replace.
    pub(super) fn waits(&mut self, waiting_for: &str) {
        self.step_began = Instant::now();
        if stdout().is_terminal() {
            anstream::print!("  {FAINT}… {waiting_for}{FAINT:#}");
            // Without this line the wait is only less well explained.
            stdout().flush().ok();
        }
    }

    /// Notes a step that has been done, with the time since the one before.
    pub(super) fn done(&mut self, text: &str) {
        clear();
        let seconds = format!("{:.1} s", self.step_began.elapsed().as_secs_f64());
        for (index, line) in textwrap::wrap(text, TEXT).iter().enumerate() {
            let gap = " ".repeat(TEXT - textwrap::core::display_width(line));
            match index {
                0 => anstream::println!("  {GOOD}✓{GOOD:#} {line}{gap}{FAINT}{seconds:>12}{FAINT:#}"),
                _ => anstream::println!("    {line}"),
            }
        }
        self.steps += 1;
        self.step_began = Instant::now();
    }

    /// Notes a step that did not come to its end.
    pub(super) fn failed(&self, waiting_for: &str) {
        clear();
        let seconds = self.step_began.elapsed().as_secs_f64();
        anstream::println!("  {BAD}✗{BAD:#} {waiting_for}, for {seconds:.1} s");
    }

    /// The last line: how many steps were done, and how long all of it took.
    pub(super) fn end(&self) {
        let (steps, time) = (self.steps, clock(self.began.elapsed()));
        anstream::println!("\n  {GOOD}✓{GOOD:#} {TITLE}{steps} steps in {time} minutes, and every check held{TITLE:#}");
    }
}

/// Plain text between the steps.
pub(super) fn say(text: &str) {
    for line in textwrap::wrap(text, WIDTH - 4) {
        anstream::println!("    {line}");
    }
}

/// Shows a text as it stands, such as a mail.
pub(super) fn show(text: &str) {
    for line in text.trim_end().lines().flat_map(|line| textwrap::wrap(line, WIDTH - 6)) {
        anstream::println!("    {FAINT}│{FAINT:#} {line}");
    }
}

/// Clears the line that shows the current wait.
fn clear() {
    if stdout().is_terminal() {
        anstream::print!("\r\x1b[2K");
    }
}

/// Minutes and seconds.
fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}
