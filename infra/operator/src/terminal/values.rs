//! Values of an account, old and new, as a reader sees them.

use habitsync_domain::people::link::FieldChange;

use super::printable;

/// Whether a value that was there before is worth a reader's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Old {
    /// The value is shown.
    Shown,
    /// There was nothing before.
    None,
}

/// `X-Location: Perth → Sydney`.
pub(crate) fn arrow(change: &FieldChange, old: Old) -> String {
    let after = shown(&change.after);
    match (old, change.before.as_deref()) {
        (Old::None, _) => format!("{}: {after}", change.field),
        (Old::Shown, Some(before)) => format!("{}: {} → {after}", change.field, shown(before)),
        (Old::Shown, None) => format!("{}: (not known) → {after}", change.field),
    }
}

/// An empty value can be seen, too.
fn shown(value: &str) -> String {
    if value.is_empty() {
        return "(empty)".to_owned();
    }
    printable(value)
}
