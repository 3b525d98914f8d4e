//! One record of a list, not decoded yet: one that cannot be decoded must not take the page with it.

use std::collections::HashMap;

use habitsync_domain::vendors::json_text::mended;
use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};
use habitsync_domain::vendors::record::id_text;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// One record of a list as it came. Personal data: it has no `Debug`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct RawRecord(Box<RawValue>);

impl RawRecord {
    /// The record's fields. `id` names the field that identifies the record: of a record that cannot be decoded, that
    /// field alone is looked for.
    ///
    /// # Errors
    ///
    /// The record is no JSON object that can be decoded; the error names the record by its `id` where that field can be
    /// read.
    pub fn fields(&self, id: &str) -> Result<Map<String, Value>, UnusableRecord> {
        let value = decoded(self.0.get()).ok_or_else(|| self.unusable(id))?;
        match value {
            Value::Object(fields) => Ok(fields),
            _ => Err(UnusableRecord::new(None, WhyUnusable::NotARecord)),
        }
    }

    /// The record within this one under `name`, where there is one.
    #[must_use]
    pub fn within(&self, name: &str) -> Option<Self> {
        let fields: HashMap<String, Box<RawValue>> = serde_json::from_str(self.0.get()).ok()?;
        fields
            .into_iter()
            .find(|(field, _)| field == name)
            .map(|(_, raw)| Self(raw))
    }

    /// Returns the records where this is a list of them, none of them decoded yet; null is an empty list.
    #[must_use]
    pub fn items(&self) -> Option<Vec<Self>> {
        let items: Option<Vec<Self>> = serde_json::from_str(self.0.get()).ok()?;
        Some(items.unwrap_or_default())
    }

    fn unusable(&self, id: &str) -> UnusableRecord {
        let fields: HashMap<String, &RawValue> = serde_json::from_str(self.0.get()).unwrap_or_default();
        let id = fields.get(id).and_then(|raw| decoded(raw.get()));
        UnusableRecord::new(id.as_ref().and_then(id_text).as_deref(), WhyUnusable::NotARecord)
    }
}

fn decoded(json: &str) -> Option<Value> {
    serde_json::from_str(json)
        .or_else(|_| serde_json::from_slice(&mended(json.as_bytes())))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(json: &str) -> RawRecord {
        RawRecord(RawValue::from_string(json.to_owned()).expect("JSON"))
    }

    #[test]
    fn a_record_that_cannot_be_decoded_is_named_by_its_id() {
        for odd in [
            r#"{"employeeId":"E1","hours":1e999}"#.to_owned(),
            format!(r#"{{"employeeId":"E1","deep":{}{}}}"#, "[".repeat(200), "]".repeat(200)),
        ] {
            let unusable = record(&odd).fields("employeeId").expect_err("cannot be decoded");
            assert_eq!(unusable, UnusableRecord::new(Some("E1"), WhyUnusable::NotARecord));
        }
        for odd in ["null", "\"E1\"", "[]", "7", "true"] {
            let unusable = record(odd).fields("employeeId").expect_err("no object");
            assert_eq!(unusable, UnusableRecord::new(None, WhyUnusable::NotARecord), "{odd}");
        }
    }

    #[test]
    fn half_an_emoji_costs_one_character() {
        let fields = record(r#"{"firstName":"Jo \ud83d"}"#)
            .fields("employeeId")
            .expect("decoded");
        assert_eq!(fields["firstName"], "Jo \u{fffd}");
    }
}
