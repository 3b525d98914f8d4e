//! From when on a sweep lists completions, and how far it has come.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::job::JobState;

/// Every sweep looks back this far beyond its watermark: completions may become visible late.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(48);

/// Once a week a sweep looks back this far.
pub const WEEKLY_OVERLAP: SignedDuration = SignedDuration::from_hours(35 * 24);

/// The moment from which on a sweep that begins at `now` lists completions; none on the first sweep, which only marks where
/// the customer's results begin. Never before that mark: older history is recorded on demand only.
#[must_use]
pub fn sweep_since(state: &JobState, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let from = state.swept_from?;
    let watermark = state.watermark.unwrap_or(from);
    let overlap = if is_first_of_week(state.last_success_at, now, zone) {
        WEEKLY_OVERLAP
    } else {
        OVERLAP
    };
    let since = watermark.checked_sub(overlap).unwrap_or(Timestamp::MIN);
    Some(since.max(from))
}

/// Whether no sweep has succeeded yet in the customer's calendar week (Monday to Sunday).
fn is_first_of_week(last_success: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> bool {
    let week = |at: Timestamp| {
        let date = at.to_zoned(zone.clone()).date().iso_week_date();
        (date.year(), date.week())
    };
    last_success.is_none_or(|last| week(last) != week(now))
}

/// The watermark after everything up to `handled` was handed on by a sweep that began at `began`. It never goes back, and
/// never beyond the sweep's own beginning: a completion dated in the future must not hide those that come before it.
#[must_use]
pub fn advance(watermark: Option<Timestamp>, handled: Timestamp, began: Timestamp) -> Timestamp {
    let reached = handled.min(began);
    watermark.map_or(reached, |before| before.max(reached))
}
