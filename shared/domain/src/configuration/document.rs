//! The file as it was written: where each key and each value stands in it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

/// Where something stands in the file: the keys that lead to it from the top, and the index of an item of a list.
pub(super) type Path = Vec<String>;

/// A TOML file with the place of everything in it.
pub(super) struct Document<'s> {
    source: &'s str,
    pub(super) root: DeTable<'s>,
}

/// The value that a place in the file belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A key, written there.
    Key(Path),
    /// A value, or the head of a table.
    Value(Path),
}

impl Found {
    pub(super) fn into_path(self) -> Path {
        match self {
            Self::Key(path) | Self::Value(path) => path,
        }
    }
}

impl<'s> Document<'s> {
    /// Reads a file. Of several syntax errors this function reports the first: the others mostly follow from it.
    pub(super) fn parse(source: &'s str) -> Result<Self, Error> {
        let root = DeTable::parse(source)?.into_inner();
        Ok(Self { source, root })
    }

    /// The line of the value at a path, or of the nearest thing around it that is written.
    pub(super) fn line(&self, path: &[&str]) -> usize {
        self.span(path).map_or(1, |span| self.line_at(span.start))
    }

    /// The line of a key: for a table of its own, its head.
    pub(super) fn key_line(&self, path: &[&str]) -> usize {
        let Some((last, before)) = path.split_last() else {
            return 1;
        };
        let entry = self.table(before).and_then(|table| table.get_key_value(*last));
        entry.map_or_else(|| self.line(before), |(key, _)| self.line_at(key.span().start))
    }

    /// The line of the file on which line `inner` (from 0) of the text at a path stands.
    pub(super) fn line_inside(&self, path: &[&str], inner: usize) -> usize {
        let Some(span) = self.span(path) else {
            return 1;
        };
        let written = &self.source[span.clone()];
        let first = self.line_at(span.start);
        let spans_lines = ["'''", "\"\"\""].iter().any(|quotes| written.starts_with(quotes));
        // The line break after the opening quotes belongs to the file, not to the text.
        let opens_alone = written[..written.len().min(5)].contains('\n');
        if spans_lines {
            (first + usize::from(opens_alone) + inner).min(self.line_at(span.end))
        } else {
            first
        }
    }

    /// The line of a place in the file, from 1.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        line_at(self.source, offset)
    }

    /// Returns the value that an error's place belongs to; none for the file as a whole.
    pub(super) fn find(&self, span: &Range<usize>) -> Option<Found> {
        if span.is_empty() {
            return None;
        }
        find_in_table(&self.root, span, &mut Vec::new())
    }

    fn table(&self, path: &[&str]) -> Option<&DeTable<'s>> {
        path.iter()
            .try_fold(&self.root, |table, key| table.get(*key)?.get_ref().as_table())
    }

    fn span(&self, path: &[&str]) -> Option<Range<usize>> {
        let (first, rest) = path.split_first()?;
        let mut value = self.root.get(*first)?;
        for key in rest {
            let Some(inner) = child(value, key) else {
                break;
            };
            value = inner;
        }
        Some(value.span())
    }
}

/// The line of a place in a text, from 1.
pub(super) fn line_at(source: &str, offset: usize) -> usize {
    let before = source.get(..offset).unwrap_or(source);
    before.matches('\n').count() + 1
}

fn child<'t, 's>(value: &'t Spanned<DeValue<'s>>, key: &str) -> Option<&'t Spanned<DeValue<'s>>> {
    match value.get_ref() {
        DeValue::Table(table) => table.get(key),
        DeValue::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

fn find_in_table(table: &DeTable<'_>, span: &Range<usize>, path: &mut Path) -> Option<Found> {
    table.iter().find_map(|(key, value)| {
        path.push(key.get_ref().to_string());
        let found = if contains(&key.span(), span) {
            Some(Found::Key(path.clone()))
        } else {
            find_in_value(value, span, path)
        };
        path.pop();
        found
    })
}

/// The innermost value there. A table's span is its head, so this function searches the table's content first.
fn find_in_value(value: &Spanned<DeValue<'_>>, span: &Range<usize>, path: &mut Path) -> Option<Found> {
    let inner = match value.get_ref() {
        DeValue::Table(table) => find_in_table(table, span, path),
        DeValue::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            path.push(index.to_string());
            let found = find_in_value(item, span, path);
            path.pop();
            found
        }),
        _ => None,
    };
    inner.or_else(|| contains(&value.span(), span).then(|| Found::Value(path.clone())))
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "name = 'x'\n\n[users]\nfilter = '''\nfirst\n  && second'''\nlist = [\n  1,\n  2,\n]\n\n\
                        [users.fields]\n'X-A' = { value = 'a' }\n";

    fn document() -> Document<'static> {
        Document::parse(FILE).expect("is TOML")
    }

    #[test]
    fn keys_values_items_and_heads_of_tables_have_their_lines() {
        let document = document();
        assert_eq!(document.line(&["name"]), 1);
        assert_eq!(document.key_line(&["users", "filter"]), 4);
        assert_eq!(document.line(&["users", "list", "1"]), 9);
        assert_eq!(document.line(&["users", "fields"]), 12);
        assert_eq!(document.line(&["users", "fields", "X-A", "value"]), 13);
    }

    #[test]
    fn what_is_not_written_has_the_line_of_what_is_around_it() {
        let document = document();
        assert_eq!(document.key_line(&["users", "fields", "email"]), 12);
        assert_eq!(document.line(&["users", "fields", "X-A", "default"]), 13);
        assert_eq!(document.line(&["limits", "terminated"]), 1);
    }

    #[test]
    fn a_line_inside_a_text_of_several_lines_is_found_in_the_file() {
        let document = document();
        assert_eq!(document.line_inside(&["users", "filter"], 0), 5);
        assert_eq!(document.line_inside(&["users", "filter"], 1), 6);
        assert_eq!(document.line_inside(&["name"], 3), 1);
    }

    #[test]
    fn a_place_belongs_to_the_innermost_key_or_value_there() {
        let place = |text: &str| {
            let start = FILE.find(text).expect("is there");
            document().find(&(start..start + text.len()))
        };
        let path = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<Path>();
        assert_eq!(place("filter"), Some(Found::Key(path(&["users", "filter"]))));
        assert_eq!(place("2"), Some(Found::Value(path(&["users", "list", "1"]))));
        assert_eq!(
            place("{ value = 'a' }"),
            Some(Found::Value(path(&["users", "fields", "X-A"])))
        );
        assert_eq!(document().find(&(0..0)), None);
    }
}
