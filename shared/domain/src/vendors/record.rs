//! One record of a vendor's answer, each value read for itself: an odd value is absent, and takes no other with it.
//!
//! An id may travel as a text or as a number. Whether a value may be absent is decided by the record's reader.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::{Map, Number, Value};

/// The largest whole number that is exact in every JSON library.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// A record, as far as it is a JSON object. Personal data: it has no `Debug`.
#[derive(Clone, Copy)]
pub struct JsonRecord<'a>(&'a Map<String, Value>);

impl<'a> JsonRecord<'a> {
    /// The record that this value is; none where it is no object.
    #[must_use]
    pub fn from_value(value: &'a Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// A value, null where the record lacks it.
    #[must_use]
    pub fn value(&self, name: &str) -> &'a Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    /// A text, or a number as text; none where it is anything else.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        text(self.value(name))
    }

    /// An id or a code: see [`id_text`].
    #[must_use]
    pub fn id(&self, name: &str) -> Option<String> {
        id_text(self.value(name))
    }

    /// A numeric id or a count: see [`whole`].
    #[must_use]
    pub fn whole(&self, name: &str) -> Option<i64> {
        whole(self.value(name))
    }

    /// Returns one of a vendor's few words, such as a kind or a status, in lower case.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<String> {
        Some(self.id(name)?.to_ascii_lowercase())
    }

    /// True or false, also as text, as 1 or 0, or as yes or no.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.value(name) {
            Value::Bool(flag) => Some(*flag),
            _ => match self.word(name)?.as_str() {
                "true" | "t" | "1" | "yes" | "y" | "on" => Some(true),
                "false" | "f" | "0" | "no" | "n" | "off" => Some(false),
                _ => None,
            },
        }
    }

    /// An instant: see [`instant`].
    #[must_use]
    pub fn instant(&self, name: &str) -> Option<Timestamp> {
        instant(self.value(name).as_str()?)
    }

    /// A record within this one.
    #[must_use]
    pub fn record(&self, name: &str) -> Option<Self> {
        Self::from_value(self.value(name))
    }

    /// Whether the record has a value for it: not null, and no blank text.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        match self.value(name) {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        }
    }
}

impl<'a> From<&'a Map<String, Value>> for JsonRecord<'a> {
    fn from(fields: &'a Map<String, Value>) -> Self {
        Self(fields)
    }
}

/// A text, or a number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// An id as a text without outer blanks, whether it travels as a text or as a whole number; none where it is empty, or neither.
/// `12.0` is the id `12`, since JSON has one kind of number; `12.5`, and a number too large to be exact, are no ids.
#[must_use]
pub fn id_text(id: &Value) -> Option<String> {
    let text = match id {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => exact(number)?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A whole number, also as text.
#[must_use]
pub fn whole(value: &Value) -> Option<i64> {
    id_text(value)?.parse().ok()
}

fn exact(number: &Number) -> Option<String> {
    if number.is_i64() || number.is_u64() {
        return Some(number.to_string());
    }
    let float = number.as_f64()?;
    (float.fract() == 0.0 && float.abs() <= LARGEST_EXACT).then(|| format!("{:.0}", float + 0.0))
}

/// An instant in RFC 3339, with a blank or a `T`, with a blank before its offset, with `UTC` or `GMT` for `Z`, or as e-mails write
/// it. A time without an offset is none: it may be anywhere in the world.
#[must_use]
pub fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let universal = text.strip_suffix("UTC").or_else(|| text.strip_suffix("GMT"));
    let in_utc = universal.and_then(|time| format!("{}Z", time.trim_end()).parse().ok());
    let with_offset = || {
        let (time, offset) = text.rsplit_once(' ')?;
        let is_offset = offset.starts_with(['+', '-']);
        is_offset.then(|| format!("{}{offset}", time.trim_end()).parse().ok())?
    };
    in_utc
        .or_else(|| text.parse().ok())
        .or_else(with_offset)
        .or_else(|| rfc2822::parse(text).ok().map(|date| date.timestamp()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_the_same_as_a_text_and_as_a_number() {
        let ids = [json!(12), json!("12"), json!(" 12 "), json!(12.0)].map(|id| id_text(&id));
        assert!(ids.iter().all(|id| id.as_deref() == Some("12")), "{ids:?}");
        assert_eq!(id_text(&json!(u64::MAX)), Some(u64::MAX.to_string()));
        assert_eq!(id_text(&json!(-0.0)).as_deref(), Some("0"));
        for none in [
            json!(12.5),
            json!(1e300),
            json!(""),
            json!(" "),
            json!(null),
            json!([1]),
            json!(true),
        ] {
            assert_eq!(id_text(&none), None, "{none}");
        }
    }

    #[test]
    fn an_instant_is_read_in_each_spelling_that_names_its_offset() {
        let spellings = [
            "2026-03-01T20:30:00Z",
            "2026-03-01 20:30:00 UTC",
            "2026-03-01T20:30:00.000+00:00",
            "2026-03-02 07:30:00+11:00",
            "2026-03-02 07:30:00 +1100",
            "2026-03-02T07:30:00 +11:00",
            "2026-03-01 12:30:00 -0800",
            "Sun, 01 Mar 2026 20:30:00 GMT",
            " 2026-03-01 20:30:00Z ",
        ];
        let at: Timestamp = "2026-03-01T20:30:00Z".parse().expect("a time");
        for spelling in spellings {
            assert_eq!(instant(spelling), Some(at), "{spelling}");
        }
        for unclear in [
            "",
            "2026-03-01",
            "2026-03-01 20:30:00",
            "01/03/2026 20:30",
            "yesterday",
            "UTC",
            "2026-03-01 +1100",
            "+1100",
        ] {
            assert_eq!(instant(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn an_odd_value_is_absent_and_takes_no_other_with_it() {
        let value = json!({"id": [], "code": 7, "active": "maybe", "open": "0", "user": "Jo", "minutes": "20",
            "listed": "Yes", "hidden": "N", "kind": " Topic "});
        let record = JsonRecord::from_value(&value).expect("an object");
        assert_eq!((record.id("id"), record.id("code")), (None, Some("7".to_owned())));
        assert_eq!((record.flag("active"), record.flag("open")), (None, Some(false)));
        assert_eq!(
            (record.flag("listed"), record.flag("hidden")),
            (Some(true), Some(false))
        );
        assert_eq!(record.word("kind").as_deref(), Some("topic"));
        assert!(record.record("user").is_none());
        assert_eq!(record.whole("minutes"), Some(20));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_to_be_looked_at(text in "\\PC{0,40}") {
            let value = json!({ "odd": text });
            let record = JsonRecord::from_value(&value).expect("an object");
            let _ = (record.id("odd"), record.whole("odd"), record.flag("odd"), record.instant("odd"));
        }
    }
}
