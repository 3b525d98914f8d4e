//! A field that a vendor refused, in the vendor's words.

use std::fmt;

use serde_json::Value;

/// A field that a vendor refused. The vendor's words may quote the value: `Debug` shows the field alone.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldRefusal {
    /// The field's name.
    pub field: String,
    /// The vendor's words.
    pub reason: String,
}

impl FieldRefusal {
    /// A refusal for one reason, or for a list of them.
    #[must_use]
    pub fn new(field: String, reasons: &Value) -> Self {
        Self {
            field,
            reason: words(reasons),
        }
    }
}

impl fmt::Debug for FieldRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldRefusal")
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// A reason, or a list of them, as one text.
fn words(reason: &Value) -> String {
    match reason {
        Value::String(reason) => reason.clone(),
        Value::Array(reasons) => reasons.iter().map(words).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}
