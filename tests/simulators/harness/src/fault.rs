//! Faults that can be armed: each matches some calls, strikes so many times, and is then used up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::Call;

/// Whether a fault strikes before the call had its effect or after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The call changes nothing.
    #[default]
    BeforeEffect,
    /// The call has its effect, and its caller gets no answer.
    AfterEffect,
}

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// 429, with the seconds to wait in `Retry-After` or without that header; nothing is changed.
    TooManyRequests {
        /// Seconds in `Retry-After`.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// A server error.
    ServerError {
        /// The status, usually 500, 502, 503 or 504.
        #[serde(default = "unavailable")]
        status: u16,
        /// Whether the work was done.
        #[serde(default)]
        moment: Moment,
    },
    /// The work is done at once, the answer comes late.
    Slow {
        /// How late, in milliseconds.
        milliseconds: u64,
    },
    /// The connection is closed without an answer.
    DroppedConnection {
        /// Whether the work was done.
        #[serde(default)]
        moment: Moment,
    },
    /// The work is done, and the connection is closed half-way through the answer's body.
    CutBody,
    /// A page lacks its last records, though its numbers say nothing of it.
    TruncatedPage {
        /// How many records are missing.
        #[serde(default = "one")]
        missing: usize,
    },
    /// A page other than the first brings the records of the one before it, under its own number.
    RepeatedPage,
    /// A page's total is off by so many.
    WrongTotal {
        /// Added to the true total.
        difference: i64,
    },
    /// The work is not done, and an error comes with status 200.
    ErrorInBody,
    /// The call's credential has expired: 401, and a token stays invalid.
    ExpiredToken,
    /// The work is not done, and this is answered: what no rule of the contract would say.
    Answer {
        /// HTTP status of the answer.
        status: u16,
        /// Body of the answer.
        body: serde_json::Value,
    },
    /// This text is answered as it is: a page that is no JSON, nothing at all, or text instead of the record.
    Text {
        /// HTTP status of the answer.
        status: u16,
        /// The body; may be empty.
        text: String,
        /// Whether the work was done.
        #[serde(default)]
        moment: Moment,
    },
}

const fn unavailable() -> u16 {
    503
}

const fn one() -> usize {
    1
}

type Predicate = Arc<dyn Fn(&Call) -> bool + Send + Sync>;

/// A fault, the calls it strikes, and how often.
#[derive(Clone, Serialize, Deserialize)]
pub struct Rule {
    /// What goes wrong.
    #[serde(flatten)]
    fault: Fault,
    /// Only calls of this method.
    #[serde(default)]
    method: Option<String>,
    /// Only calls on this path template of the contract.
    #[serde(default)]
    route: Option<String>,
    /// Only calls that mention this text (see [`Call::mentions`]).
    #[serde(default)]
    about: Option<String>,
    /// How many more calls it strikes.
    #[serde(default = "once")]
    times: u32,
    #[serde(skip)]
    predicate: Option<Predicate>,
}

const fn once() -> u32 {
    1
}

impl Rule {
    /// Returns a rule that strikes the next call of any kind.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            method: None,
            route: None,
            about: None,
            times: 1,
            predicate: None,
        }
    }

    /// Only calls of `method` on the contract's path template `route`, such as `/users/{user_name}`.
    #[must_use]
    pub fn on(self, method: &Method, route: &str) -> Self {
        Self {
            method: Some(method.to_string()),
            route: Some(route.to_owned()),
            ..self
        }
    }

    /// Only calls that mention `text`: a person, a course, a page.
    #[must_use]
    pub fn about(self, text: &str) -> Self {
        Self {
            about: Some(text.to_owned()),
            ..self
        }
    }

    /// Only calls that satisfy `predicate`.
    #[must_use]
    pub fn matching(self, predicate: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        Self {
            predicate: Some(Arc::new(predicate)),
            ..self
        }
    }

    /// Strikes so many calls; `u32::MAX` for every one until it is disarmed.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    fn strikes(&self, call: &Call) -> bool {
        let method = self
            .method
            .as_ref()
            .is_none_or(|method| call.method.as_str().eq_ignore_ascii_case(method));
        let route = self.route.as_ref().is_none_or(|route| call.route == *route);
        let about = self.about.as_ref().is_none_or(|text| call.mentions(text));
        let predicate = self.predicate.as_ref().is_none_or(|predicate| predicate(call));
        // The first page has no page before it to repeat.
        let possible = self.fault != Fault::RepeatedPage || call.number("page").is_ok_and(|page| page > Some(1));
        method && route && about && predicate && possible
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:?} on {:?} {:?} about {:?}",
            self.fault, self.method, self.route, self.about
        )
    }
}

/// The faults armed in one simulator. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    rules: Arc<Mutex<Vec<Counted>>>,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    struck: u32,
}

impl Faults {
    /// Arms a rule; of several that match one call, the one armed first strikes.
    #[expect(
        clippy::must_use_candidate,
        reason = "arming is the effect; the handle is for those who count"
    )]
    pub fn arm(&self, rule: Rule) -> Armed {
        let mut rules = self.rules.lock();
        rules.push(Counted { rule, struck: 0 });
        Armed {
            faults: self.clone(),
            index: rules.len() - 1,
        }
    }

    /// Disarms every fault.
    pub fn disarm_all(&self) {
        self.rules.lock().iter_mut().for_each(|counted| counted.rule.times = 0);
    }

    /// The rules that can still strike.
    #[must_use]
    pub fn armed(&self) -> Vec<Rule> {
        self.rules
            .lock()
            .iter()
            .filter(|counted| counted.rule.times > 0)
            .map(|counted| counted.rule.clone())
            .collect()
    }

    /// The fault that strikes this call, counted.
    pub(crate) fn take(&self, call: &Call) -> Option<Fault> {
        let mut rules = self.rules.lock();
        let counted = rules
            .iter_mut()
            .find(|counted| counted.rule.times > 0 && counted.rule.strikes(call))?;
        if counted.rule.times != u32::MAX {
            counted.rule.times -= 1;
        }
        counted.struck += 1;
        Some(counted.rule.fault.clone())
    }
}

/// A fault that was armed.
#[derive(Debug, Clone)]
pub struct Armed {
    faults: Faults,
    index: usize,
}

impl Armed {
    /// How many calls it has struck.
    #[must_use]
    pub fn struck(&self) -> u32 {
        self.faults.rules.lock()[self.index].struck
    }

    /// How many calls it will still strike.
    #[must_use]
    pub fn remaining(&self) -> u32 {
        self.faults.rules.lock()[self.index].rule.times
    }

    /// Disarms the fault.
    pub fn disarm(&self) {
        self.faults.rules.lock()[self.index].rule.times = 0;
    }
}

impl Fault {
    /// Answers this text under this status; the work is not done.
    #[must_use]
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::Text {
            status,
            text: text.into(),
            moment: Moment::BeforeEffect,
        }
    }

    /// Pages that do not add up: one without its last `missing` records, a repeated one, and a wrong total.
    #[must_use]
    pub fn pages_that_do_not_add_up(missing: usize) -> [Self; 3] {
        let difference = 1;
        [
            Self::TruncatedPage { missing },
            Self::RepeatedPage,
            Self::WrongTotal { difference },
        ]
    }

    /// Faults after which the caller does not know whether its write was done, and whether it was.
    #[must_use]
    pub fn of_unknown_effect() -> [(Self, bool); 6] {
        let (before, after) = (Moment::BeforeEffect, Moment::AfterEffect);
        let failed = |status, moment| Self::ServerError { status, moment };
        [
            (failed(500, before), false),
            (failed(504, after), true),
            (Self::DroppedConnection { moment: before }, false),
            (Self::DroppedConnection { moment: after }, true),
            (Self::CutBody, true),
            (Self::Slow { milliseconds: 60_000 }, true),
        ]
    }

    /// Returns one fault for each way in which any call can fail.
    #[must_use]
    pub fn of_each_kind() -> [Self; 6] {
        let moment = Moment::AfterEffect;
        [
            Self::TooManyRequests { retry_after: Some(1) },
            Self::ServerError { status: 500, moment },
            Self::Slow { milliseconds: 60_000 },
            Self::DroppedConnection { moment },
            Self::CutBody,
            Self::ErrorInBody,
        ]
    }

    /// How long the answer is held back.
    pub(crate) fn delay(&self) -> Option<Duration> {
        match self {
            Self::Slow { milliseconds } => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        }
    }
}
