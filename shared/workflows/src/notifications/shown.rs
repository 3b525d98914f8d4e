//! Texts from outside as a reader can see them: hidden characters are written as their numbers, very long texts are cut, and
//! private values are masked.

use habitsync_domain::text::printable::printable;

use super::mask::mask;

/// As much of a value as a line shows.
const LONGEST: usize = 120;

/// As much of a vendor's words, which may quote a value.
const LONGEST_WORDS: usize = 240;

/// A name or a title.
pub(super) fn shown(value: &str) -> String {
    cut(value, LONGEST)
}

/// A value that was found in a field: masked where the field, or the value itself, is sensitive.
pub(super) fn shown_value(field: &str, value: &str) -> String {
    cut(&mask(field, value), LONGEST)
}

/// A vendor's words about a field.
pub(super) fn shown_words(field: &str, words: &str) -> String {
    cut(&mask(field, words), LONGEST_WORDS)
}

fn cut(value: &str, longest: usize) -> String {
    let length = value.chars().count();
    let visible = printable(&value.chars().take(longest).collect::<String>());
    if length > longest {
        format!("{visible}… ({length} characters)")
    } else {
        visible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_value_can_be_seen() {
        assert_eq!(shown("Alex\tTab"), "Alex⟨U+0009⟩Tab");
        assert_eq!(shown("evil\u{202e}gpj.exe"), "evil⟨U+202E⟩gpj.exe");
        assert_eq!(shown("one\u{2028}two"), "one⟨U+2028⟩two");
        assert_eq!(shown("שירה כהן 🦘"), "שירה כהן 🦘");
        assert_eq!(shown("\u{7f}\u{85}"), "⟨U+007F⟩⟨U+0085⟩");
    }

    #[test]
    fn a_value_that_is_far_too_long_is_cut_and_says_how_long_it_is() {
        let long = shown(&"x".repeat(280));
        assert!(
            long.ends_with("x… (280 characters)") && long.chars().count() < 150,
            "{long}"
        );
    }
}
