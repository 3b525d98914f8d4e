//! Values that the portal stores otherwise than they are written: trimmed, cut, escaped, in another letter case. What it did twice
//! with the same value is not written again until another value is wanted.
//!
//! Only what is seen right after a write of ours counts, and only what can come of the written value: a change that a person makes
//! in the portal by hand is overwritten.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::digest::of_value;
use super::field_notice::{FieldFault, FieldNotice, RewriteForm};
use super::{Planner, compare};
use crate::configuration::UsersConfiguration;
use crate::people::link::{Person, Rewrite};
use crate::people::mapping::DesiredUser;
use crate::people::user::{FieldName, UserFields};

/// So often the portal has to have done it.
const KNOWN: u8 = 2;

/// What is known of the portal's rewriting of an account that was last written as `stored`, and that it now shows with these fields.
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
    /// Whether the portal is known to store `wanted` as the value that the account has.
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

/// Whether a program may have made one of the other: by blanks, letter case, escapes, composition, a limit of length, or by
/// dropping it. The words of a person are others.
fn may_come_of(written: &str, shown: &str) -> bool {
    let (all, begins_with) = (letters(written), letters(shown));
    // A letter that is cut from its mark was left out of the written value.
    let cut_from_mark = &begins_with[..begins_with.len().saturating_sub(usize::from(written.contains(is_mark)))];
    let without_cut_entity = letters(&CUT_ENTITY.replace(shown.trim_end(), ""));
    [begins_with.as_str(), cut_from_mark, &without_cut_entity]
        .iter()
        .any(|beginning| all.starts_with(beginning))
}

const fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// What no program of that kind changes about a text but its length: plain letters, digits and most punctuation. A letter with a
/// mark is left out, whether it is composed or not.
fn letters(text: &str) -> String {
    let text = ENTITY.replace_all(text, "");
    let mut letters = String::with_capacity(text.len());
    let mut is_marked = false;
    for character in text.chars() {
        if is_mark(character) && !is_marked {
            letters.pop();
        }
        is_marked = is_mark(character);
        if character.is_ascii_graphic() && !matches!(character, '&' | '<' | '>' | '"' | '\'') {
            letters.push(character.to_ascii_lowercase());
        }
    }
    letters
}

impl RewriteForm {
    /// How the portal's value differs from the one that was written.
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
