//! Which values a portal field takes: the same for a value that is mapped and for one that a configuration writes out.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::configuration::FieldType;
use crate::identity::EmailAddress;
use crate::people::user::FieldName;

/// The greatest length of a name, in characters: the portal documents none (assumed).
const LONGEST_NAME: usize = 255;

/// The greatest length of a value, in characters: a record with 20 of them, and their changes, fit into an item of the
/// table.
const LONGEST_VALUE: usize = 1_000;

/// The value as its field holds it, or what it should have been. The value is not blank.
pub(crate) fn parse_value<'a>(
    field: &FieldName,
    kind: FieldType,
    value: Cow<'a, str>,
) -> Result<Cow<'a, str>, &'static str> {
    if value.chars().any(char::is_control) {
        return Err("a text without control characters");
    }
    match field.as_str() {
        FieldName::EMAIL | FieldName::MANAGER_EMAIL => match value.parse::<EmailAddress>() {
            Ok(_) => Ok(value),
            Err(error) => Err(error.expected),
        },
        FieldName::FIRST_NAME | FieldName::LAST_NAME if value.chars().count() > LONGEST_NAME => {
            Err("at most 255 characters")
        }
        _ => parse_typed(kind, value),
    }
}

/// The value in the form that the portal's type of field takes.
fn parse_typed(kind: FieldType, value: Cow<'_, str>) -> Result<Cow<'_, str>, &'static str> {
    match kind {
        FieldType::String | FieldType::List if value.chars().count() > LONGEST_VALUE => Err("at most 1,000 characters"),
        FieldType::String | FieldType::List => Ok(value),
        FieldType::Date if is_date(&value) => Ok(value),
        FieldType::Date => Err(crate::people::dates::EXPECTED),
        FieldType::Number if is_number(&value) => Ok(value),
        FieldType::Number => Err("a number with at most two decimals"),
    }
}

/// Whether the value is a date in the form that is sent, `yyyy-mm-dd`.
fn is_date(value: &str) -> bool {
    value.parse::<Date>().is_ok_and(|date| date.to_string() == value)
}

/// The portal takes `nn` or `nn.mm`.
fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(decimals) && decimals.len() <= 2
}

impl FieldType {
    /// Returns the expected form of a value in a configuration; none where the field accepts it. An empty text is an
    /// empty field.
    pub(crate) fn why_unusable(self, field: &FieldName, value: &str) -> Option<&'static str> {
        if value.is_empty() && !field.is_required() {
            None
        } else if value.trim().is_empty() {
            Some("not empty")
        } else {
            parse_value(field, self, Cow::Borrowed(value)).err()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_to_its_fields_type() {
        let usable = |kind: FieldType, field: &str, value: &str| {
            kind.why_unusable(&field.parse().expect("a field"), value).is_none()
        };
        for (kind, good, bad) in [
            (FieldType::Date, "2026-02-28", "2026-02-30"),
            (FieldType::Date, "2026-02-28", "20260228"),
            (FieldType::Number, "-7.25", "7.255"),
            (FieldType::Number, "7", "seven"),
            (FieldType::Number, "7.5", "7."),
            (FieldType::Number, "0", "1e3"),
            (FieldType::String, "any text", "a\ttab"),
            (FieldType::List, "One;Two", " "),
        ] {
            assert!(usable(kind, "X-Field", good), "{good}");
            assert!(!usable(kind, "X-Field", bad), "{bad}");
        }
        assert!(usable(FieldType::String, "manager_email", "jo@acme.com.au"));
        assert!(!usable(FieldType::String, "email", "jo@acme"));
        assert!(usable(FieldType::Date, "X-Field", "") && !usable(FieldType::String, "email", ""));
        assert!(!usable(FieldType::String, "first_name", &"x".repeat(256)));
        assert!(usable(FieldType::String, "X-Job Title", &"é".repeat(1_000)));
        assert!(!usable(FieldType::String, "X-Job Title", &"x".repeat(1_001)));
        assert!(!usable(FieldType::List, "X-Job Title", &"x;".repeat(210_000)));
    }
}
