//! Faults in pages: records that are missing, repeated, or miscounted.

use serde_json::Value;

use crate::dialect::Dialect;
use crate::{Call, Fault};

/// Asks for the page before the one asked for, so that its records come twice.
pub(crate) fn ask_for_previous(call: &mut Call) {
    if let Ok(Some(page)) = call.number("page") {
        call.query.insert("page".to_owned(), page.saturating_sub(1).to_string());
    }
}

/// Puts `fault` into a page. A value that is no page stays as it is.
pub(crate) fn falsify(fault: &Fault, dialect: &Dialect, asked: &Call, body: &mut Value) {
    match fault {
        Fault::TruncatedPage { missing } => {
            if let Some(records) = body.pointer_mut(dialect.records).and_then(Value::as_array_mut) {
                records.truncate(records.len().saturating_sub(*missing));
            }
        }
        Fault::RepeatedPage => {
            if let (Ok(Some(number)), Some(page)) = (asked.number("page"), body.pointer_mut(dialect.page)) {
                *page = number.into();
            }
        }
        Fault::WrongTotal { difference } => {
            if let Some(total) = body.pointer_mut(dialect.total) {
                *total = (total.as_i64().unwrap_or(0) + difference).into();
            }
        }
        _ => {}
    }
}
