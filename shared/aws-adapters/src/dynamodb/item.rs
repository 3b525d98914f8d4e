//! Items of the table: what every one carries, and how a domain type becomes one and back.

use std::collections::HashMap;
use std::fmt::Display;

use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_workflows::ports::clock::Now;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_attribute_value, to_attribute_value};

use super::keys::{BODY, DUE_AT, DUE_KIND, EXPIRES_AT, Key, SCHEMA, due_at};
use crate::clock::SystemClock;
use crate::failure::AwsErrorKind;

/// The shape of the items this program writes. It reads this one and older ones.
const CURRENT_SCHEMA: u32 = 1;

/// The attributes of one item.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// Time for which an item is kept once it is only history.
#[derive(Debug, Clone, Copy)]
pub(super) enum Retention {
    /// Results, and links of people who left: 13 months.
    ThirteenMonths,
    /// Values of people before and after a change: 90 days.
    NinetyDays,
    /// Runs expire after 400 days.
    Run,
}

/// An item on its way into the table.
pub(super) struct Item {
    pub(super) attributes: Attributes,
}

impl Item {
    /// An item with this key and the current schema.
    pub(super) fn new(key: &Key) -> Self {
        Self {
            attributes: key.attributes(),
        }
        .with(SCHEMA, current_schema())
    }

    /// Adds this attribute.
    pub(super) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }

    /// Adds this text.
    pub(super) fn with_text(self, name: &str, text: impl Into<String>) -> Self {
        self.with(name, AttributeValue::S(text.into()))
    }

    /// Adds the value under `name`, as the domain serializes it.
    pub(super) fn with_value<T: Serialize>(self, name: &str, value: &T) -> Result<Self, AwsErrorKind> {
        Ok(self.with(name, encode(value)?))
    }

    /// Adds the whole value as the item's body, as the domain serializes it.
    pub(super) fn with_body<T: Serialize>(self, body: &T) -> Result<Self, AwsErrorKind> {
        self.with_value(BODY, body)
    }

    /// Listed in the index of what waits.
    pub(super) fn due(self, kind: impl Into<String>, at: Timestamp) -> Self {
        self.with_text(DUE_KIND, kind).with_text(DUE_AT, due_at(at))
    }

    /// Removed some time after its retention has passed.
    pub(super) fn kept(self, retention: Retention) -> Self {
        self.with(EXPIRES_AT, number(retention.end(SystemClock.now()).as_second()))
    }
}

impl Retention {
    /// The end of the retention that begins at `from`.
    pub(super) fn end(self, from: Timestamp) -> Timestamp {
        let days = match self {
            Self::ThirteenMonths => 397,
            Self::NinetyDays => 90,
            Self::Run => 400,
        };
        from.checked_add((days * 24).hours()).unwrap_or(Timestamp::MAX)
    }
}

/// The schema attribute of items written now.
pub(super) fn current_schema() -> AttributeValue {
    number(CURRENT_SCHEMA)
}

/// A number attribute.
pub(super) fn number(number: impl Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// A text attribute.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A domain value as an attribute.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<AttributeValue, AwsErrorKind> {
    to_attribute_value(value).map_err(|error| AwsErrorKind::Unreadable(error.to_string()))
}

/// The attributes if they are of a schema this program understands and have not expired at `now`.
pub(super) fn live(attributes: Attributes, now: Timestamp) -> Result<Option<Attributes>, AwsErrorKind> {
    if read_number::<u32>(&attributes, SCHEMA)? > CURRENT_SCHEMA {
        return Err(AwsErrorKind::Unreadable(
            "written by a newer version of this program".to_owned(),
        ));
    }
    let expired = match attributes.get(EXPIRES_AT) {
        Some(_) => read_number::<i64>(&attributes, EXPIRES_AT)? <= now.as_second(),
        None => false,
    };
    Ok((!expired).then_some(attributes))
}

/// The domain value under `name`. The message names the attribute only: a parser's words may quote personal data.
pub(super) fn read_value<T: DeserializeOwned>(attributes: &mut Attributes, name: &str) -> Result<T, AwsErrorKind> {
    let value = attributes.remove(name).ok_or_else(|| unreadable(name))?;
    from_attribute_value(value).map_err(|_| unreadable(name))
}

/// The number under `name`.
pub(super) fn read_number<T: std::str::FromStr>(attributes: &Attributes, name: &str) -> Result<T, AwsErrorKind> {
    let digits = attributes.get(name).and_then(|value| value.as_n().ok());
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| unreadable(name))
}

/// The text under `name`.
pub(super) fn read_text<'a>(attributes: &'a Attributes, name: &str) -> Result<&'a str, AwsErrorKind> {
    attributes
        .get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or_else(|| unreadable(name))
}

/// The instant under `name`, as the index writes it.
pub(super) fn read_instant(attributes: &Attributes, name: &str) -> Result<Timestamp, AwsErrorKind> {
    read_text(attributes, name)?.parse().map_err(|_| unreadable(name))
}

fn unreadable(name: &str) -> AwsErrorKind {
    AwsErrorKind::Unreadable(format!("the attribute {name} of an item"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        Item::new(&Key::summary(&"acme".parse().expect("a tenant")))
    }

    #[test]
    fn every_item_carries_its_schema() {
        assert_eq!(read_number::<u32>(&item().attributes, SCHEMA), Ok(CURRENT_SCHEMA));
    }

    #[test]
    fn an_item_of_a_newer_schema_is_refused_rather_than_misread() {
        let newer = item().with(SCHEMA, number(CURRENT_SCHEMA + 1)).attributes;
        assert!(live(newer, Timestamp::UNIX_EPOCH).is_err());
    }

    #[test]
    fn an_expired_item_is_gone_although_the_table_has_not_removed_it_yet() {
        let now = Timestamp::from_second(1_000_000).expect("a timestamp");
        let expiring = |at: i64| item().with(EXPIRES_AT, number(at)).attributes;
        assert!(live(expiring(1_000_001), now).expect("readable").is_some());
        assert!(live(expiring(1_000_000), now).expect("readable").is_none());
    }

    #[test]
    fn what_cannot_be_read_names_the_attribute_and_not_its_content() {
        let mut odd = item().with_text(BODY, "jo@acme.example").attributes;
        let error = read_value::<HashMap<String, u8>>(&mut odd, BODY).expect_err("a text is no map");
        assert_eq!(
            error,
            AwsErrorKind::Unreadable("the attribute body of an item".to_owned())
        );
    }

    #[test]
    fn thirteen_months_are_never_less_than_a_year_and_a_month() {
        let from: Timestamp = "2026-01-31T00:00:00Z".parse().expect("a timestamp");
        let end = Retention::ThirteenMonths.end(from);
        assert!(end >= "2027-03-03T00:00:00Z".parse().expect("a timestamp"), "{end}");
    }
}
