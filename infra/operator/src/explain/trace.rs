//! Each step of syncing one person as it is reached: its input, its result, its duration and its requests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use habitsync_aws_adapters::SystemClock;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::onboarding::explanation::Explanation;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::user::PortalUser;
use habitsync_domain::user_plan::{Action, Step as Planned, UserPlan};
use habitsync_vendor_http::take_traffic;
use habitsync_workflows::one_employee::{PersonObserver, Reached, ReadBack, SeenPerson, explain_person};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use habitsync_workflows::user_sync::{WriteObserver, WriteOutcome};
use jiff::Timestamp;
use serde::Serialize;

use super::next;
use super::words::{clause_verdict, verdict_in_words};
use crate::terminal::out;
use crate::terminal::{Old, Output, arrow, counted, local, padded, printable};

/// One step, as it was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Step {
    #[serde(rename = "step")]
    pub(super) name: &'static str,
    /// The step's input and result: a line each.
    pub(super) told: Vec<String>,
    pub(super) milliseconds: u64,
    pub(super) requests: u64,
}

/// Records steps as they are reached.
pub(super) struct Trace<'a> {
    configuration: &'a TenantConfiguration,
    output: Output,
    began: Instant,
    state: Mutex<State>,
}

struct State {
    since: Instant,
    steps: Vec<Step>,
}

impl<'a> Trace<'a> {
    /// `began`: when the first step did.
    pub(super) fn new(configuration: &'a TenantConfiguration, output: Output, began: Instant) -> Self {
        take_traffic();
        Self {
            configuration,
            output,
            began,
            state: Mutex::new(State {
                since: began,
                steps: Vec::new(),
            }),
        }
    }

    pub(super) fn connected(&self, stage: &str, version: u64) {
        let configuration = self.configuration;
        let told = format!(
            "{} on stage {stage}, version {version} of the configuration",
            configuration.tenant
        );
        self.tell("connect", vec![told]);
    }

    /// The time that the operator took to answer belongs to no step.
    pub(super) fn resume(&self) {
        self.state().since = Instant::now();
    }

    pub(super) fn requests(&self) -> u64 {
        self.state().steps.iter().map(|step| step.requests).sum()
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).steps
    }

    /// The last line: all of it together.
    pub(super) fn sum_up(&self) {
        let seconds = self.began.elapsed().as_secs_f64();
        out::print_line(format!("{} in {seconds:.1} s", counted(self.requests(), "request")));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, step: &'static str, told: Vec<String>) {
        let mut state = self.state();
        let now = Instant::now();
        let milliseconds = u64::try_from(now.duration_since(state.since).as_millis()).unwrap_or(u64::MAX);
        state.since = now;
        let step = Step {
            name: step,
            told,
            milliseconds,
            requests: take_traffic().requests,
        };
        if self.output != Output::Json {
            out::print_line(in_words(&step));
        }
        state.steps.push(step);
    }

    fn local(&self, at: Timestamp) -> String {
        local(at, self.configuration.time_zone.zone())
    }

    fn read(&self, employee: Option<&Employee>, manager: Option<&Employee>) {
        let Some(employee) = employee else {
            self.tell("read", vec!["EmployeeConnect has no such employee (404)".to_owned()]);
            return;
        };
        let manager =
            manager.map(|manager| format!("manager {}, {}", manager.id(), printable(&manager.display_name())));
        let person = format!("employee {}, {}", employee.id(), printable(&employee.display_name()));
        self.tell("read", [person].into_iter().chain(manager).collect());
    }

    fn scope(&self, explanation: &Explanation) {
        let filter = explanation.filter.iter().flat_map(|filter| &filter.clauses);
        let clauses = filter.map(|clause| {
            let words: Vec<_> = clause.source.split_whitespace().collect();
            format!("{:<8}{}", clause_verdict(clause), printable(&words.join(" ")))
        });
        let verdict = format!(
            "{}; {}",
            verdict_in_words(&explanation.verdict),
            explanation.employment.because
        );
        self.tell("scope", [printable(&verdict)].into_iter().chain(clauses).collect());
    }

    fn map(&self, explanation: &Explanation) {
        let values = [&explanation.user_name].into_iter().chain(&explanation.fields);
        let told = values.map(|value| {
            let given = match (&value.value, &value.problem) {
                (Some(value), _) => printable(value),
                (None, Some(problem)) => format!("unusable: {}", printable(&problem.cause.in_words())),
                (None, None) => "(empty)".to_owned(),
            };
            format!("{}: {given}", value.field)
        });
        self.tell("map", told.collect());
    }

    fn planned(&self, seen: &SeenPerson) {
        let explanation = seen
            .employee
            .as_ref()
            .map(|employee| self.explanation(employee, seen.manager.as_ref(), seen.at, &seen.last_days));
        let zone = self.configuration.time_zone.zone();
        let words = printable(&next::in_words(seen, explanation.as_ref(), zone));
        let values = changes(&seen.plan.plan, seen.at);
        let unknown = seen
            .unknown
            .iter()
            .map(|unknown| format!("not seen from here: {}", unknown.as_str()));
        self.tell("plan", [words].into_iter().chain(values).chain(unknown).collect());
    }

    fn explanation(
        &self,
        employee: &Employee,
        manager: Option<&Employee>,
        at: Timestamp,
        last_days: &[LastDaySeen],
    ) -> Explanation {
        explain_person(self.configuration, employee, manager, at, true, last_days)
    }
}

impl PersonObserver for Trace<'_> {
    fn reached(&self, step: Reached<'_>) {
        match step {
            Reached::Known { employee } => self.tell("find", vec![format!("employee {employee} is meant")]),
            Reached::Read {
                employee,
                manager,
                last_days,
            } => {
                self.read(employee, manager);
                if let Some(employee) = employee {
                    let explanation = self.explanation(employee, manager, SystemClock.now(), last_days);
                    self.scope(&explanation);
                    self.map(&explanation);
                }
            }
            Reached::Matched { accounts } => self.tell("match", accounts_in_words(accounts)),
            Reached::Planned(seen) => self.planned(seen),
            Reached::Leased { until } => {
                let until = self.local(until);
                self.tell("lease", vec![format!("no run begins before this is done, or {until}")]);
            }
            Reached::PlannedAgain => self.tell("look again", vec!["it is still what was shown".to_owned()]),
            Reached::ReadBack(read) => self.tell("read back", read_back_in_words(read)),
        }
    }
}

impl WriteObserver for Trace<'_> {
    fn tried(&self, step: &Planned, came_of: Result<(), &VendorFailure>) {
        if matches!(step, Planned::Remember { .. }) {
            return;
        }
        let what = step.action_kind().as_str();
        let came_of = match came_of {
            Ok(()) => "Tribal Habits has done it".to_owned(),
            Err(failure) => failed(failure),
        };
        self.tell("act", vec![format!("{what}: {came_of}")]);
    }

    fn ended(&self, _: &Action, done: &WriteOutcome) {
        let told = match done {
            WriteOutcome::Applied => "the link, the mirror and the change are on record".to_owned(),
            WriteOutcome::Failed(cause) => format!("nothing was written: {}", printable(&cause.in_words())),
            WriteOutcome::Rejected => "nothing was written: every field was refused, and rests".to_owned(),
            WriteOutcome::Deferred => "nothing was written: out of time".to_owned(),
        };
        self.tell("record", vec![told]);
    }
}

/// `act          change: …                                        120 ms, 1 request`
fn in_words(step: &Step) -> String {
    let mut lines = step.told.iter();
    let first = lines.next().map(String::as_str).unwrap_or_default();
    let requests = match step.requests {
        0 => String::new(),
        requests => format!(", {}", counted(requests, "request")),
    };
    let took = format!("{} ms{requests}", step.milliseconds);
    let wrapped = wrap(first, WIDTH - took.len() - 2);
    let head = wrapped.iter().enumerate().map(|(place, line)| {
        let (name, took) = if place == 0 {
            (step.name, took.as_str())
        } else {
            ("", "")
        };
        let room = WIDTH - took.chars().count();
        format!("{name:<11}{}{took}", padded(line, room))
    });
    let rest = lines.flat_map(|line| wrap(line, WIDTH - 2));
    let rest = rest.map(|line| format!("{:<11}  {line}", ""));
    let told: Vec<_> = head.chain(rest).map(|line| line.trim_end().to_owned()).collect();
    told.join("\n")
}

/// What stands beside a step's name.
const WIDTH: usize = 87;

fn wrap(text: &str, width: usize) -> Vec<String> {
    let lines = textwrap::wrap(text, width);
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

fn changes(plan: &UserPlan, at: Timestamp) -> Vec<String> {
    let planned = plan.planned(at).into_iter();
    let values = planned.flat_map(|planned| planned.fields);
    values.map(|change| arrow(&change, Old::Shown)).collect()
}

fn accounts_in_words(accounts: &[PortalUser]) -> Vec<String> {
    if accounts.is_empty() {
        return vec!["no account has these user names".to_owned()];
    }
    let accounts = accounts.iter().map(|user| {
        let active = if user.active { "active" } else { "deactivated" };
        format!("{}, {active}", printable(user.user_name.as_str()))
    });
    accounts.collect()
}

fn read_back_in_words(read: &ReadBack) -> Vec<String> {
    let verdict = if read.is_as_expected() {
        "every field is as expected".to_owned()
    } else if read.found {
        "not everything is as expected".to_owned()
    } else {
        "the account is not there".to_owned()
    };
    let fields = read.fields.iter().map(|field| {
        let sign = if field.same { '=' } else { '≠' };
        let seen = field.seen.as_deref().unwrap_or("(no account)");
        let written = if field.written { "  (written)" } else { "" };
        format!(
            "{}: {} {sign} {}{written}",
            field.field,
            shown(&field.expected),
            shown(seen)
        )
    });
    [verdict].into_iter().chain(fields).collect()
}

fn shown(value: &str) -> String {
    if value.is_empty() {
        return "(empty)".to_owned();
    }
    printable(value)
}

fn failed(failure: &VendorFailure) -> String {
    match &failure.kind {
        VendorFailureKind::Refused(fields) if !fields.is_empty() => {
            let fields = fields.iter().map(|field| format!("{} {}", field.field, field.reason));
            let fields: Vec<_> = fields.collect();
            format!("refused: {}", printable(&fields.join("; ")))
        }
        _ => failure.to_string(),
    }
}
