//! Values that the portal stores differently from the written ones: trimmed, cut, escaped, in another letter case. A
//! value that it rewrote twice in the same way is not written again until the desired value changes.
//!
//! Only values read right after a write of ours count, and only those that can derive from the written value: a change
//! made in the portal by hand is overwritten.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::digest::of_value;
use super::field_notice::{FieldFault, FieldNotice, RewriteForm};
use super::{Planner, compare};
use crate::configuration::UsersConfiguration;
use crate::people::link::{Person, Rewrite};
use crate::people::mapping::DesiredUser;
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

impl Planner<'_> {
    /// Counts the fields of a linked account that are not written because the portal rewrites them.
    pub(super) fn count_rewrites(&mut self, person: &Person, user: &DesiredUser<'_>) {
        if person.rewrites.is_empty() {
            return;
        }
        for field in &user.fields {
            let wanted = field.value.as_deref().unwrap_or_default();
            if person.is_rewritten(field.name, wanted) {
                let shown = person.fields.0.get(field.name).map(String::as_str).unwrap_or_default();
                self.notice_rewrite(field.name, RewriteForm::between(wanted, shown));
            }
        }
    }

    fn notice_rewrite(&mut self, field: &FieldName, form: RewriteForm) {
        let what = FieldFault::RewrittenByPortal { form };
        let of = self.situation.people.len();
        let notices = &mut self.plan.field_notices;
        let is_known = |notice: &&mut FieldNotice| {
            notice.field == field.as_str() && matches!(notice.what, FieldFault::RewrittenByPortal { .. })
        };
        match notices.iter_mut().find(is_known) {
            Some(known) => known.employees += 1,
            None => notices.push(FieldNotice {
                field: field.to_string(),
                employees: 1,
                of,
                what,
            }),
        }
    }
}

/// An HTML entity, escaped any number of times.
static ENTITY: LazyLock<Regex> = LazyLock::new(|| Regex::new("&(amp;)*#?[a-zA-Z0-9]{1,30};").expect("a valid pattern"));

/// The beginning of one, where the text was cut.
static CUT_ENTITY: LazyLock<Regex> = LazyLock::new(|| Regex::new("&[a-zA-Z0-9#;]{0,30}$").expect("a valid pattern"));

/// Whether a program may have made one of the other: by blanks, letter case, escapes, composition, a limit of length,
/// leading zeros, or by dropping it. A value typed by a person differs in other ways.
fn may_come_of(written: &str, shown: &str) -> bool {
    if is_without_leading_zeros(written, shown) {
        return true;
    }
    // An entity stands for a letter that is not plain.
    let kept = if ENTITY.is_match(shown) {
        Letters::Plain
    } else {
        Letters::All
    };
    let all = kept.of(written);
    let shown_letters = kept.of(shown);
    let without_cut_entity = kept.of(&CUT_ENTITY.replace(shown.trim_end(), ""));
    let is_something = shown.trim().is_empty() || !shown_letters.is_empty();
    // A letter that is cut from its mark was left out of the plain letters.
    let plain = kept == Letters::Plain;
    let cut_from_mark = &shown_letters[..shown_letters.len().saturating_sub(usize::from(plain))];
    let beginnings = [shown_letters.as_str(), &without_cut_entity, cut_from_mark];
    is_something && beginnings.iter().any(|beginning| all.starts_with(beginning))
}

fn is_without_leading_zeros(written: &str, shown: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number(written) && is_number(shown) && written.trim_start_matches('0') == shown.trim_start_matches('0')
}

/// The letters that are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// Those of every script, each without its marks.
    All,
    /// Those of ASCII that have no mark.
    Plain,
}

impl Letters {
    /// Returns the part of a text that such a program changes in length only: letters, digits and most punctuation,
    /// with or without composed marks.
    fn of(self, text: &str) -> String {
        let text = ENTITY.replace_all(text, "");
        let mut letters = String::with_capacity(text.len());
        let mut characters = text.nfd().peekable();
        while let Some(character) = characters.next() {
            let is_marked = characters.peek().is_some_and(|next| is_combining_mark(*next));
            let is_kept = match self {
                Self::All => character.is_alphanumeric() || character.is_ascii_graphic(),
                Self::Plain => character.is_ascii_graphic() && !is_marked,
            };
            if is_kept && !matches!(character, '&' | '<' | '>' | '"' | '\'') {
                letters.extend(character.to_lowercase());
            }
        }
        letters
    }
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
        ] {
            assert!(!may_come_of(written, shown), "{written:?} -> {shown:?}");
        }
    }
}
