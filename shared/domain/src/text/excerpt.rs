//! Texts from outside, cut to a length that every table item, log line, mail and terminal can hold.
//!
//! A vendor's answer may carry a key, a reason or a value of any length. The reader of the answer keeps an [`Excerpt`] of it, so
//! that a text which is too long can never keep a failure from being recorded.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// The longest excerpt, in bytes of UTF-8.
pub const EXCERPT_BYTES: usize = 500;

/// Stands in the place of the text that was cut off.
const ELLIPSIS: &str = "…";

/// A text of at most [`EXCERPT_BYTES`] bytes. A longer one is cut between two characters and ends with an ellipsis.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Excerpt(String);

impl Excerpt {
    /// The excerpt as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the text where it has at most `bytes` bytes, and else as much of its beginning as fits together with an ellipsis.
#[must_use]
pub fn clip(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let Some(room) = bytes.checked_sub(ELLIPSIS.len()) else {
        return String::new();
    };
    let end = text.floor_char_boundary(room);
    format!("{}{ELLIPSIS}", text.get(..end).unwrap_or_default())
}

impl From<&str> for Excerpt {
    fn from(text: &str) -> Self {
        Self(clip(text, EXCERPT_BYTES))
    }
}

impl From<String> for Excerpt {
    fn from(text: String) -> Self {
        if text.len() <= EXCERPT_BYTES {
            Self(text)
        } else {
            Self::from(text.as_str())
        }
    }
}

impl From<Excerpt> for String {
    fn from(excerpt: Excerpt) -> Self {
        excerpt.0
    }
}

impl Deref for Excerpt {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Excerpt {
    fn eq(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl PartialEq<&str> for Excerpt {
    fn eq(&self, text: &&str) -> bool {
        self.0 == *text
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_stays_as_it_is_and_a_long_one_ends_with_an_ellipsis() {
        assert_eq!(Excerpt::from("jo"), "jo");
        assert_eq!(clip("Zoë Ünal", 6), "Zo…");
        assert_eq!(clip("Zoë", 2), "");
    }

    #[test]
    fn an_excerpt_that_was_stored_without_a_bound_reads_cut() {
        let stored = serde_json::to_string(&"k".repeat(450_000)).expect("JSON");
        let read: Excerpt = serde_json::from_str(&stored).expect("reads");
        assert_eq!(read.len(), EXCERPT_BYTES);
    }

    proptest! {
        #[test]
        fn no_excerpt_exceeds_its_bound_or_changes_a_text_within_it(text in "(\\PC|[\u{0}-\u{1f}]){0,900}", bytes in 0usize..800) {
            let cut = clip(&text, bytes);
            prop_assert!(cut.len() <= bytes);
            let is_whole = cut == text;
            prop_assert_eq!(is_whole, text.len() <= bytes);
            prop_assert!(is_whole || text.starts_with(cut.trim_end_matches(ELLIPSIS)));
        }
    }
}
