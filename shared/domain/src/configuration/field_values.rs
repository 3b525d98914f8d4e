//! Which values a portal field takes, as far as the configuration can tell.

use jiff::civil::Date;

use super::FieldType;
use crate::identity::EmailAddress;
use crate::user::FieldName;

impl FieldType {
    /// What a written value should have been; nothing where the field takes it. An empty text is an empty field.
    pub(super) fn why_unusable(self, field: &FieldName, value: &str) -> Option<&'static str> {
        if value.chars().any(char::is_control) {
            return Some("a text without control characters");
        }
        if value.is_empty() && !field.is_required() {
            return None;
        }
        if [FieldName::EMAIL, FieldName::MANAGER_EMAIL].contains(&field.as_str()) {
            return value.parse::<EmailAddress>().err().map(|error| error.expected);
        }
        let (is_usable, expected) = match self {
            Self::String | Self::List => (!value.trim().is_empty(), "not empty"),
            Self::Date => (is_date(value), "a date (yyyy-mm-dd)"),
            Self::Number => (is_number(value), "a number with at most two decimals"),
        };
        (!is_usable).then_some(expected)
    }
}

/// Written the one way in which it is sent.
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
            (FieldType::String, "any text", "a\ttab"),
            (FieldType::List, "One;Two", " "),
        ] {
            assert!(usable(kind, "X-Field", good), "{good}");
            assert!(!usable(kind, "X-Field", bad), "{bad}");
        }
        assert!(usable(FieldType::String, "manager_email", "jo@acme.com.au"));
        assert!(!usable(FieldType::String, "email", "jo@acme"));
        assert!(usable(FieldType::Date, "X-Field", "") && !usable(FieldType::String, "email", ""));
    }
}
