//! From when on a sweep lists completions, and how far it has come.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::jobs::state::{Interrupted, JobState};

/// Every sweep looks back this far beyond its watermark: completions may become visible late.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(48);

/// Once a week a sweep looks back this far.
pub const WEEKLY_OVERLAP: SignedDuration = SignedDuration::from_hours(35 * 24);

/// The time window of a sweep. The next sweep continues one that was cut short, unless it has to look further back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepWindow {
    list_from: Timestamp,
    since: Timestamp,
    began: Timestamp,
}

impl SweepWindow {
    /// Returns the window of a sweep that begins at `now`. It never begins before `from`, where the customer's results
    /// begin: older history is recorded on demand only.
    #[must_use]
    pub fn new(state: &JobState, from: Timestamp, now: Timestamp, zone: &TimeZone) -> Self {
        let watermark = state.watermark.unwrap_or(from);
        // A sweep whose slices took weeks looked back as far as its first week required: completions that appeared late
        // meanwhile are found only by looking far back once more, before the watermark moves on.
        let last = state.last_complete_began_at.or(state.last_success_at);
        let overlap = if is_first_of_week(last, now, zone) {
            WEEKLY_OVERLAP
        } else {
            OVERLAP
        };
        let since = watermark.checked_sub(overlap).unwrap_or(Timestamp::MIN).max(from);
        match state.interrupted {
            Some(before) if before.since <= since && since <= before.at => Self {
                list_from: before.at,
                since: before.since,
                began: before.began,
            },
            _ => Self {
                list_from: since,
                since,
                began: now,
            },
        }
    }

    /// Completions of this moment or later are listed.
    #[must_use]
    pub fn list_from(&self) -> Timestamp {
        self.list_from
    }

    /// Notes that the window was handled to its end.
    pub fn note_finished(&self, state: &mut JobState) {
        state.interrupted = None;
        state.last_complete_began_at = Some(self.began);
    }

    /// Notes that everything in the window up to `handled` was queued. The watermark never goes back, and never beyond
    /// the sweep's own beginning: a completion dated in the future must not hide those that come before it, and one
    /// that becomes visible while further slices continue the sweep must not fall out of the next one's overlap.
    pub fn note_handled(&self, state: &mut JobState, handled: Timestamp) {
        let at = handled.min(self.began);
        state.watermark = Some(state.watermark.map_or(at, |before| before.max(at)));
        state.interrupted = Some(Interrupted {
            since: self.since,
            began: self.began,
            at,
        });
    }
}

/// Whether no sweep that succeeded has begun yet in the customer's calendar week (Monday to Sunday).
fn is_first_of_week(last: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> bool {
    let week = |at: Timestamp| {
        let date = at.to_zoned(zone.clone()).date().iso_week_date();
        (date.year(), date.week())
    };
    last.is_none_or(|last| week(last) != week(now))
}
