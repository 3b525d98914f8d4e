//! What the log says of records that cannot be used: how many they are, and their ids, which are no personal data.

use habitsync_domain::vendors::list::UnusableRecord;
use tracing::warn;

/// So many of them are named.
const MOST_NAMED: usize = 20;

/// Names records of `list` by their ids. Those of accounts, whose ids may be addresses, are not named so.
pub(crate) fn log_unusable(list: &'static str, records: &[UnusableRecord]) {
    if records.is_empty() {
        return;
    }
    let named = records
        .iter()
        .take(MOST_NAMED)
        .map(|record| (record.id.as_deref().unwrap_or("none"), record.why));
    let named: Vec<_> = named.map(|(id, why)| format!("{id}: {why}")).collect();
    warn!(
        list.name = list,
        records.unusable = records.len(),
        records.named = ?named,
        "records cannot be used, and are passed over"
    );
}
