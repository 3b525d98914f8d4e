//! The record of every request a simulator received, in order, and what each write did.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::watch;

use crate::Call;

/// What a write did to the vendor's state. It happened, even when the answer said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// Created, changed, or left as it was.
    pub kind: EffectKind,
    /// What kind of thing: `user`, `course`, `result`.
    pub subject: &'static str,
    /// Identifier of the changed record.
    pub id: String,
    /// The fields that now have another value; on a creation, the fields sent.
    pub fields: Vec<String>,
}

/// Whether a write created, changed or changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Something new exists.
    Created,
    /// Something has other values than before.
    Changed,
    /// The write was accepted and made no difference.
    Unchanged,
}

impl Effect {
    /// Notes this effect on the response of the write that had it, for the journal.
    #[must_use]
    pub fn attach(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }
}

/// One request and its outcome. It reads like its [`Call`].
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// 1 for the first request of the journal.
    pub sequence: usize,
    /// When it was answered, by the machine's clock.
    pub at: Timestamp,
    /// The recorded request.
    #[serde(flatten)]
    pub call: Call,
    /// The status sent; `None` when the connection was dropped instead.
    pub status: Option<u16>,
    /// What the write did; `None` for reads and for refused writes.
    pub effect: Option<Effect>,
    /// The armed fault that shaped this answer.
    pub fault: Option<crate::Fault>,
    /// Whether the request limit refused it.
    pub rate_limited: bool,
}

impl Deref for Entry {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.call
    }
}

/// The requests so far. Clones share one record.
#[derive(Debug, Clone)]
pub struct Journal {
    entries: Arc<Mutex<Vec<Entry>>>,
    grown: watch::Sender<()>,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            entries: Arc::default(),
            grown: watch::Sender::new(()),
        }
    }
}

impl Journal {
    /// Every request so far, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().clone()
    }

    /// The requests that satisfy `wanted`, oldest first.
    #[must_use]
    pub fn matching(&self, wanted: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        self.entries
            .lock()
            .iter()
            .filter(|entry| wanted(entry))
            .cloned()
            .collect()
    }

    /// Returns the number of calls of `method` on the path template `route`, with any outcome.
    #[must_use]
    pub fn count(&self, method: &Method, route: &str) -> usize {
        self.entries
            .lock()
            .iter()
            .filter(|entry| entry.is(method, route))
            .count()
    }

    /// How many requests of any kind there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.lock().len()
    }

    /// Whether there was no request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What all writes did, oldest first.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.entries
            .lock()
            .iter()
            .filter_map(|entry| entry.effect.clone())
            .collect()
    }

    /// The most requests that fell into any 60 seconds.
    #[must_use]
    pub fn busiest_minute(&self) -> usize {
        let entries = self.entries.lock();
        let mut first = 0;
        let mut most = 0;
        for (last, entry) in entries.iter().enumerate() {
            while entry.at.duration_since(entries[first].at) >= SignedDuration::from_mins(1) {
                first += 1;
            }
            most = most.max(last + 1 - first);
        }
        most
    }

    /// Forgets everything so far.
    pub fn clear(&self) {
        self.entries.lock().clear();
    }

    /// Waits until the journal satisfies `condition`, at most `limit`; says whether it did.
    pub async fn wait_for(&self, limit: Duration, condition: impl Fn(&[Entry]) -> bool) -> bool {
        let mut grown = self.grown.subscribe();
        let satisfied = async {
            while !condition(&self.entries.lock()) {
                if grown.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(limit, satisfied).await.is_ok()
    }

    pub(crate) fn record(&self, mut entry: Entry) {
        let mut entries = self.entries.lock();
        entry.sequence = entries.len() + 1;
        entries.push(entry);
        drop(entries);
        self.grown.send_replace(());
    }
}
