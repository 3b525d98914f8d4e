//! `docs/OPERATING.md`, typed in as it stands: each command runs in order against a stack and a customer of its own, and says what
//! the page says it does. `UPDATE_EXPECT=1 cargo test -p habitsync-e2e -- tutorial` writes what the commands say into the page.

mod page;
mod shell;
mod words;
mod world;

use std::time::{Duration, Instant};

use habitsync_local::workspace;
use libtest_mimic::Failed;
use serde_json::json;

use crate::World;
use page::{Console, Step};
use shell::{Shell, WIDTH};
use words::Words;
use world::Outside;

/// How long a command is repeated for what the page waits for: far longer than it takes.
const LIMIT: Duration = Duration::from_mins(3);

/// The one thing that is arranged: the customer's schedules, as this run has them, do not fire between two commands.
const AT_REST: &str = "the schedules rest while this page is typed in";

pub(crate) async fn every_command_of_the_tutorial_says_what_the_page_says(world: World) -> Result<(), Failed> {
    let world = world.apart("tutorial").await?;
    let file = workspace::root().join("docs/OPERATING.md");
    let page = std::fs::read_to_string(&file)?;
    let mut reader = Reader::of(world).await?;
    let mut outcome = Ok(());
    for step in page::steps(&page)? {
        outcome = reader.follow(step).await;
        if outcome.is_err() {
            break;
        }
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "how every test here is told to write what it found"
    )]
    let is_written = std::env::var_os("UPDATE_EXPECT").is_some();
    if is_written {
        std::fs::write(&file, page::with(&page, &reader.seen))?;
    } else {
        reader.faults.append(&mut reader.differences);
    }
    if outcome.is_ok() && !reader.faults.is_empty() {
        outcome = Err(reader.faults.join("\n").into());
    }
    outcome
}

/// The test of the page is one that can fail: it must fail on a command that is not run, and on any changed word.
pub(crate) async fn a_page_that_is_not_run_whole_is_refused_and_every_word_counts(_: World) -> Result<(), Failed> {
    for (page, what) in [
        ("```console\noutput without a command\n```\n", "begins with one"),
        ("```sh\nhabitsync runs acme\n```\n", "is not run"),
        ("    $ habitsync runs acme\n", "indented"),
        (
            "- point\n\n  ```console\n  $ habitsync runs acme\n  ```\n",
            "inside a list",
        ),
        ("<!-- wait: 5 s -->\n", "not understood"),
        ("<!-- until: well -->\n", "no block follows"),
        (
            "<!-- until: well -->\n\n```console\n$ one\n$ two\n```\n",
            "stands alone",
        ),
        ("text <!-- world: it rains --> text\n", "within a paragraph"),
    ] {
        let refused = page::steps(page)
            .err()
            .and_then(|failed| failed.message().map(str::to_owned));
        assert!(
            refused.as_ref().is_some_and(|refused| refused.contains(what)),
            "{page}: {refused:?}"
        );
    }
    let words = Words::new(vec![("stage prod".to_owned(), "stage local".to_owned())]);
    let here = words.on_the_page("2 runs on stage local\n 2030-01-01 10:00:00  well  812 ms\n");
    assert!(
        words.agree("2 runs on stage prod\n\n2026-11-26 11:39:30 well 7s\n", &here),
        "{here}"
    );
    assert!(!words.agree("2 runs on stage prod\n2026-11-26 11:39:30 failed 7s\n", &here));
    assert!(!words.agree("3 runs on stage prod\n2026-11-26 11:39:30 well 7s\n", &here));
    Ok(())
}

/// A reader who follows the page.
struct Reader {
    world: World,
    outside: Outside,
    shell: Shell,
    words: Words,
    /// The page's blocks, as the commands filled them.
    seen: Vec<Console>,
    /// What the page says otherwise, which an update mends.
    differences: Vec<String>,
    /// What no page may show.
    faults: Vec<String>,
}

impl Reader {
    async fn of(world: World) -> Result<Self, Failed> {
        let shell = Shell::open(world.stack.aws_address())?;
        let outside = Outside::before_the_kick_off(&world).await?;
        let names = [
            ("https://banksia-freight.tribalhabits.com", outside.portal.base_url()),
            (
                "https://banksia-freight.employeeconnect.com/api/v1",
                outside.hris.base_url(),
            ),
            ("stage prod", "stage local".to_owned()),
            ("\"stage\": \"prod\"", "\"stage\": \"local\"".to_owned()),
            ("habitsync-prod", "habitsync-local".to_owned()),
            ("MON-FRI *", "MON-FRI 2099".to_owned()),
            ("2026-11-26 12:00", "2099-01-01 07:00".to_owned()),
            ("2026-11-26 12:00", "2099-01-01 08:00".to_owned()),
            ("/home/kim", shell.folder().display().to_string()),
        ];
        Ok(Self {
            world,
            outside,
            shell,
            words: Words::new(names.map(|(page, here)| (page.to_owned(), here)).into()),
            seen: Vec::new(),
            differences: Vec::new(),
            faults: Vec::new(),
        })
    }

    async fn follow(&mut self, step: Step) -> Result<(), Failed> {
        match step {
            Step::World(event) if event == AT_REST => self.shell.rewrite("banksia.toml", |text| self.words.here(text)),
            Step::World(event) => self.outside.happens(&event, &self.shell).await,
            Step::File { name, text } => self.shell.write(&name, &self.words.here(&text)),
            Step::Edit { name, changes } => self.shell.edit(&name, &self.words.here(&changes)),
            Step::Console(block) => self.type_all(block).await,
        }
    }

    async fn type_all(&mut self, mut block: Console) -> Result<(), Failed> {
        let mut outcome = Ok(());
        for index in 0..block.exchanges.len() {
            let asks_for_the_code = |next: &page::Exchange| next.command == "echo $?";
            let is_code_said = block.exchanges.get(index + 1).is_some_and(asks_for_the_code);
            let exchange = &mut block.exchanges[index];
            let until = block.until.as_deref();
            let said = match self.type_until(&exchange.command, until).await {
                Ok(said) => said,
                Err(failed) => {
                    outcome = Err(failed);
                    break;
                }
            };
            self.words.learn(&exchange.said, &said);
            let said = self.words.on_the_page(&said);
            self.compare(exchange, &said);
            let code = self.shell.code();
            if code != 0 && !is_code_said {
                let command = &exchange.command;
                self.faults
                    .push(format!("$ {command}\nexits with {code}, which the page does not show"));
            }
            exchange.said = self.words.merged(&exchange.said, &said);
        }
        self.seen.push(block);
        outcome
    }

    /// What a command says, as the page would; repeats the command until the expected text appears. The watchdog looks
    /// more often meanwhile than its schedule does.
    async fn type_until(&mut self, command: &str, until: Option<&str>) -> Result<String, Failed> {
        let (here, started) = (self.words.here(command), Instant::now());
        loop {
            let said = self.words.on_the_page(&self.shell.type_in(&here).await?);
            if until.is_none_or(|until| said.contains(until)) {
                return Ok(said);
            }
            if started.elapsed() > LIMIT {
                return Err(format!("$ {command}\nnever says {until:?}, but:\n{said}").into());
            }
            self.world.stack.invoke("watchdog", &json!({})).await?;
        }
    }

    fn compare(&mut self, exchange: &page::Exchange, said: &str) {
        let (command, page) = (&exchange.command, &exchange.said);
        if !self.words.agree(page, said) {
            let difference = self.words.difference(page, said);
            self.differences.push(format!("$ {command}\n{difference}"));
        }
        let is_table = command.starts_with("habitsync") && !command.contains("--output");
        // A terminal breaks a complaint's lines by itself, and a configuration's are its author's.
        let is_ours = |line: &&str| !line.starts_with("habitsync: ") && !line.starts_with(['+', '-']);
        let wide = said.lines().filter(is_ours).find(|line| line.chars().count() > WIDTH);
        if let Some(line) = wide.filter(|_| is_table) {
            self.faults
                .push(format!("$ {command}\nis wider than {WIDTH} columns:\n{line}"));
        }
    }
}
