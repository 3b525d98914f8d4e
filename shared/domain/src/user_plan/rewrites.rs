//! Values that the portal stores differently from the written ones: trimmed, cut, escaped, in another letter case. A
//! value that it rewrote twice in the same way is not written again until the desired value changes.
//!
//! Only values read right after a write of ours count, and only those that can derive from the written value: a change
//! made in the portal by hand is overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::compare;
use super::digest::of_value;
use super::field_notice::RewriteForm;
use crate::configuration::UsersConfiguration;
use crate::people::link::{Person, Rewrite};
use crate::people::user::{FieldName, UserFields};

/// So often the portal has to have done it.
const KNOWN: u8 = 2;

/// Returns the known rewrites of an account that was last written as `stored`, and that the portal now shows with these
/// fields.
pub(super) fn after_sight(
    users: &UsersConfiguration,
    stored: &Person,
    seen: &UserFields,
) -> BTreeMap<FieldName, Rewrite> {
    let mut rewrites = stored.rewrites.clone();
    for (field, mapping) in &users.fields {
        let value = |fields: &UserFields| fields.0.get(field).cloned().unwrap_or_default();
        let (written, shown) = (value(&stored.fields), value(seen));
        if !compare::is_same(field, mapping.kind, &written, &shown) && may_come_of(&written, &shown) {
            let (written, stored) = (of_value(&written), of_value(&shown));
            let before = rewrites
                .get(field)
                .filter(|known| known.written == written && known.stored == stored);
            let times = before.map_or(1, |known| KNOWN.min(known.times + 1));
            rewrites.insert(field.clone(), Rewrite { written, stored, times });
        }
    }
    rewrites
}

impl Person {
    /// Whether the portal is known to store the desired value `wanted` as the value that the account has.
    pub(super) fn is_rewritten(&self, field: &FieldName, wanted: &str) -> bool {
        let shown = self.fields.0.get(field).map(String::as_str).unwrap_or_default();
        let known = self.rewrites.get(field).filter(|known| known.times >= KNOWN);
        known.is_some_and(|known| known.written == of_value(wanted) && known.stored == of_value(shown))
    }
}

/// An HTML entity, escaped any number of times.
static ENTITY: LazyLock<Regex> = LazyLock::new(|| Regex::new("&(amp;)*#?[a-zA-Z0-9]{1,30};").expect("a valid pattern"));

/// The beginning of one, where the text was cut.
static CUT_ENTITY: LazyLock<Regex> = LazyLock::new(|| Regex::new("&[a-zA-Z0-9#;]{0,30}$").expect("a valid pattern"));

/// Whether a program may have made one of the other: by blanks, punctuation, letter case, escapes, composition, another alphabet
/// or encoding, a limit of length, the form of a number or date, or by dropping it. A value typed by a person differs in other
/// ways.
fn may_come_of(written: &str, shown: &str) -> bool {
    shown.trim().is_empty()
        || has_same_digits(written, shown)
        || is_decoded_wrongly(written, shown)
        || is_beginning(written, shown)
}

/// Whether both are the same number, telephone number or date in digits, written in another form.
fn has_same_digits(written: &str, shown: &str) -> bool {
    let is_in_digits = |text: &str| text.contains(|c: char| c.is_ascii_digit()) && !text.contains(char::is_alphabetic);
    let groups = |text: &str| {
        let groups = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|group| !group.is_empty());
        let mut groups: Vec<_> = groups.map(|group| group.trim_start_matches('0').to_owned()).collect();
        groups.sort();
        groups
    };
    let digits = |text: &str| {
        text.replace(|c: char| !c.is_ascii_digit(), "")
            .trim_start_matches('0')
            .to_owned()
    };
    let (long, short) = (digits(shown), digits(written));
    let is_with_country = short.len() >= 8 && long.ends_with(&short);
    is_in_digits(written)
        && is_in_digits(shown)
        && (long == short || is_with_country || groups(written) == groups(shown))
}

/// Whether the bytes of the written text were read as Latin-1.
fn is_decoded_wrongly(written: &str, shown: &str) -> bool {
    let bytes: Option<Vec<_>> = shown.chars().map(|character| u8::try_from(character).ok()).collect();
    bytes.is_some_and(|bytes| bytes == written.as_bytes())
}

/// Stands in a shown text for a character that the portal escaped or could not store.
const ANY: char = '\u{fffd}';

/// Whether the letters and digits that are shown are the first ones of the written text. Letters may lose their marks; a letter
/// of another alphabet may be respelt in ASCII, or left out, where most of the text is ASCII.
fn is_beginning(written: &str, shown: &str) -> bool {
    let mut shown = ENTITY.replace_all(shown.trim_end(), "\u{fffd}").into_owned();
    if !written.is_ascii() {
        shown = shown.replace('?', "\u{fffd}");
    }
    let without_cut_entity = CUT_ENTITY.replace(&shown, "").into_owned();
    let decoded = ENTITY.replace_all(written, "");
    let shown = [shown.as_str(), &without_cut_entity].map(letters);
    let begins = |written: &str| shown.iter().any(|shown| begins_with(&letters(written), shown));
    begins(written) || begins(&decoded)
}

fn letters(text: &str) -> Vec<char> {
    let kept = text
        .nfkc()
        .filter(|character| character.is_alphanumeric() || *character == ANY);
    kept.flat_map(char::to_lowercase).collect()
}

/// Reads the written letters one by one, and keeps the places up to which the shown ones can stand for those read.
fn begins_with(written: &[char], shown: &[char]) -> bool {
    let foreign = written.iter().filter(|letter| !letter.is_ascii()).count();
    let is_respelt = foreign * 2 <= written.len() && shown.iter().all(|letter| letter.is_ascii() || *letter == ANY);
    let mut places = BTreeSet::from([0]);
    for letter in written {
        let behind = |place: &usize| {
            let lengths = lengths_of(*letter, &shown[*place..], is_respelt);
            lengths
                .into_iter()
                .map(move |length| place + length)
                .collect::<Vec<_>>()
        };
        places = places.iter().flat_map(behind).collect();
        // What is unknown may have been punctuation.
        if places
            .iter()
            .any(|place| shown[*place..].iter().all(|left| *left == ANY))
        {
            return !shown.is_empty();
        }
    }
    false
}

/// Returns how many of the shown characters the written letter may have become.
fn lengths_of(letter: char, shown: &[char], is_respelt: bool) -> Vec<usize> {
    let unknown = shown.iter().take_while(|shown| **shown == ANY).count();
    let is_it = |place: &usize| shown.get(*place).is_some_and(|shown| base(*shown) == base(letter));
    let mut lengths: Vec<_> = (0..=unknown).filter(is_it).map(|place| place + 1).collect();
    if unknown > 0 {
        lengths.extend(0..=unknown);
    }
    if is_respelt && !letter.is_ascii() {
        lengths.extend(respelt(letter, shown));
    }
    lengths
}

/// A marked letter may become its base and an `e` or itself again, as `ue` and `aa`; another one, up to four letters.
fn respelt(letter: char, shown: &[char]) -> RangeInclusive<usize> {
    match base(letter) {
        base if base == letter => 0..=4.min(shown.len()),
        base if matches!(shown, [first, second, ..] if *first == base && (*second == 'e' || *second == base)) => 0..=2,
        _ => 0..=0,
    }
}

fn base(letter: char) -> char {
    std::iter::once(letter).nfd().next().unwrap_or(letter)
}

impl RewriteForm {
    /// Returns how the portal's value differs from the written one.
    pub(super) fn between(written: &str, shown: &str) -> Self {
        let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().concat();
        if shown.is_empty() {
            Self::Dropped
        } else if joined(written) == joined(shown) {
            Self::Blanks
        } else if written.to_lowercase() == shown.to_lowercase() {
            Self::LetterCase
        } else if written.starts_with(shown) {
            Self::Cut
        } else if ENTITY.is_match(shown) && !ENTITY.is_match(written) {
            Self::Escaped
        } else {
            Self::Otherwise
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_changes_blanks_case_escapes_composition_length_and_leading_zeros() {
        for (written, shown) in [
            ("  Jo  Citizen ", "Jo Citizen"),
            ("jo citizen", "Jo Citizen"),
            ("Jo & Co", "Jo &amp; Co"),
            ("Zoë", "Zoe\u{308}"),
            ("Zoe\u{308}", "Zoë"),
            ("Zoë", "Zoe"),
            ("Zoë", "Zo&euml;"),
            ("Zoë", "Zo&#235;"),
            ("山田太郎", "山田"),
            ("Łukasz", "łukasz"),
            ("Chief Executive Officer", "Chief Exec"),
            ("0412345678", "412345678"),
            ("Jo", ""),
            ("山田", ""),
            ("Łukasz", "Lukasz"),
            ("Łukasz", "ukasz"),
            ("Straße", "Strasse"),
            ("Müller", "Mueller"),
            ("Jørgensen", "Jorgensen"),
            ("Zoë", "Zo?"),
            ("Zoë", "Zo\u{fffd}"),
            ("山田", "??"),
            ("Zoë", "ZoÃ«"),
            ("Chief Executive Officer", "Chief Exec..."),
            ("Chief Executive Officer", "Chief Exec…"),
            ("Jo & Co", "Jo &amp;amp; Co"),
            ("Jo & Co", "Jo &am"),
            ("O’Brien", "O'Brien"),
            ("Analyst (Acting)", "Analyst Acting"),
            ("Head – Sales", "Head - Sales"),
            ("ﬁnance", "finance"),
            ("0412 345 678", "+61 412 345 678"),
            ("2026-03-01", "01/03/2026"),
            ("1000", "1,000"),
        ] {
            assert!(may_come_of(written, shown), "{written:?} -> {shown:?}");
        }
    }

    #[test]
    fn the_words_of_a_person_are_others_in_every_script() {
        for (written, shown) in [
            ("Jo", "Sam"),
            ("山田", "山本"),
            ("Łukasz", "Lukas2"),
            ("Ольга", "Елена"),
            ("Zoë", "Zora"),
            ("محمد", "أحمد"),
            ("0412345678", "412345679"),
            ("Analyst", "Senior Analyst"),
            ("山田", "!"),
            ("Ольга", "Anna"),
            ("Jo", "?"),
            ("Müller", "Meier"),
            ("2026-03-01", "2026-03-02"),
            ("0412345678", "0412345679"),
            ("Jo Citizen", "Jo Citizen Jr"),
        ] {
            assert!(!may_come_of(written, shown), "{written:?} -> {shown:?}");
        }
    }
}
