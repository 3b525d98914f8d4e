//! The text of an answer or a delivery before it is decoded: this module repairs errors of the vendors' serializers where
//! the intended text is certain.

use std::borrow::Cow;

/// The byte order mark of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What stands for a character that cannot be read.
const REPLACEMENT: &[u8] = b"\\ufffd";

/// Returns the bytes as UTF-8 without byte order marks; a byte that is no UTF-8 becomes U+FFFD.
#[must_use]
pub fn readable(body: Vec<u8>) -> Vec<u8> {
    let mut unmarked = body.as_slice();
    while let Some(rest) = unmarked.strip_prefix(BYTE_ORDER_MARK) {
        unmarked = rest;
    }
    match String::from_utf8_lossy(unmarked) {
        Cow::Borrowed(text) if text.len() == body.len() => body,
        text => text.into_owned().into_bytes(),
    }
}

/// Returns the JSON with each control character in a text escaped, and half of a surrogate pair replaced by U+FFFD.
#[must_use]
pub fn mended(json: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(json.len());
    let mut rest = json;
    let mut is_in_text = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => {
                is_in_text = !is_in_text;
                mended.push(byte);
            }
            b'\\' if is_in_text => rest = escape(after, &mut mended),
            0..=0x1f if is_in_text => mended.extend(format!("\\u{byte:04x}").bytes()),
            _ => mended.push(byte),
        }
    }
    mended
}

/// Copies the escape that follows a backslash, and returns the rest of the text.
fn escape<'j>(after: &'j [u8], mended: &mut Vec<u8>) -> &'j [u8] {
    match code_unit(after) {
        Some(0xd800..=0xdbff) if is_low_surrogate(after.get(5..)) => copy(after, 11, mended),
        Some(0xd800..=0xdfff) => {
            mended.extend(REPLACEMENT);
            after.get(5..).unwrap_or_default()
        }
        Some(_) => copy(after, 5, mended),
        None => copy(after, 1, mended),
    }
}

fn copy<'j>(after: &'j [u8], bytes: usize, mended: &mut Vec<u8>) -> &'j [u8] {
    let (escape, rest) = after.split_at(bytes.min(after.len()));
    mended.push(b'\\');
    mended.extend(escape);
    rest
}

fn is_low_surrogate(after: Option<&[u8]>) -> bool {
    let escape = after.and_then(|after| after.strip_prefix(b"\\"));
    matches!(escape.and_then(code_unit), Some(0xdc00..=0xdfff))
}

/// The number of `uXXXX`.
fn code_unit(escape: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(escape.strip_prefix(b"u")?.get(..4)?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn text_of(json: &[u8]) -> Option<String> {
        let value: Value = serde_json::from_slice(&mended(json)).ok()?;
        value.as_str().map(str::to_owned)
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_answer() {
        assert_eq!(readable(b"\xef\xbb\xbf{}".to_vec()), b"{}");
        assert_eq!(readable(b"\xef\xbb\xbf\xef\xbb\xbf{}".to_vec()), b"{}");
        assert_eq!(readable(b"{}".to_vec()), b"{}");
        assert_eq!(readable(b"\"Zo\xeb\"".to_vec()), "\"Zo\u{fffd}\"".as_bytes());
    }

    #[test]
    fn half_an_emoji_and_a_raw_line_break_keep_the_text_readable() {
        assert_eq!(text_of(br#""Jo \ud83d!""#).as_deref(), Some("Jo \u{fffd}!"));
        assert_eq!(text_of(br#""Jo \ude00!""#).as_deref(), Some("Jo \u{fffd}!"));
        assert_eq!(text_of(br#""Jo \ud83d\ude00!""#).as_deref(), Some("Jo \u{1f600}!"));
        assert_eq!(text_of(b"\"Jo\nCitizen\"").as_deref(), Some("Jo\nCitizen"));
    }

    proptest! {
        #[test]
        fn what_is_right_stays_as_it_is(text in any::<String>()) {
            let json = serde_json::to_vec(&Value::from(text)).expect("JSON");
            prop_assert_eq!(mended(&json), json);
        }

        #[test]
        fn no_bytes_are_too_odd_to_be_mended(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let bytes = readable(bytes);
            prop_assert!(std::str::from_utf8(&mended(&bytes)).is_ok());
        }
    }
}
