//! Continues reading after a mistake: it drops an unreadable value, or replaces it by the documented example, so that
//! one pass over a file finds all its errors. The mended document is only checked further, never used.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Error, ValueDeserializer};

use super::TenantConfiguration;
use super::document::{Document, Found, Path};
use super::finding::ConfigurationFinding;

/// A file with more mistakes than this is another kind of file.
const MOST_MISTAKES: usize = 50;

/// The example of the documentation.
const EXAMPLE: &str = include_str!("acme.toml");

/// Returns the configuration, mended where needed, and the errors that were mended; none where the file stays
/// unreadable.
pub(super) fn read(document: &Document<'_>) -> (Option<TenantConfiguration>, Vec<ConfigurationFinding>) {
    let mut findings = Vec::new();
    let mut root = Spanned::new(0..0, DeValue::Table(document.root.clone()));
    while findings.len() < MOST_MISTAKES {
        let error = match TenantConfiguration::deserialize(ValueDeserializer::from(root.clone())) {
            Ok(configuration) => return (Some(configuration), findings),
            Err(error) => error,
        };
        findings.push(ConfigurationFinding {
            line: Some(error.span().map_or(1, |span| document.line_at(span.start))),
            message: error.message().to_owned(),
        });
        if mend(document, root.get_mut(), &error).is_none() {
            break;
        }
    }
    (None, findings)
}

/// Changes the value that the error is about, so that the error does not occur again; none where the error does not
/// identify a value.
fn mend(document: &Document<'_>, root: &mut DeValue<'_>, error: &Error) -> Option<()> {
    let span = error.span()?;
    let found = document.find(&span);
    if let Some(missing) = missing_field(error) {
        let table = found.map_or_else(Path::new, Found::into_path);
        return match example(&[table.as_slice(), &[missing.to_owned()]].concat()) {
            Some(value) => put(root, &table, missing, value),
            None => remove(root, &table, &span),
        };
    }
    match found? {
        Found::Key(path) => remove(root, &path, &span),
        Found::Value(path) => {
            let (last, before) = path.split_last()?;
            match example(&path) {
                Some(value) => put(root, before, last, value),
                None => remove(root, &path, &span),
            }
        }
    }
}

fn missing_field(error: &Error) -> Option<&str> {
    error.message().strip_prefix("missing field `")?.strip_suffix('`')
}

fn example(path: &[String]) -> Option<Spanned<DeValue<'static>>> {
    let mut value = Spanned::new(0..0, DeValue::Table(DeTable::parse(EXAMPLE).ok()?.into_inner()));
    for key in path {
        value = value.get_ref().as_table()?.get(key.as_str())?.clone();
    }
    Some(value)
}

fn put<'s>(root: &mut DeValue<'s>, table: &[String], key: &str, value: Spanned<DeValue<'s>>) -> Option<()> {
    let DeValue::Table(table) = at(root, table)? else {
        return None;
    };
    table.insert(Spanned::new(0..0, key.to_owned().into()), value);
    Some(())
}

/// Leaves out what a path leads to: an entry of a table, or the item of a list that stands at `span`.
fn remove(root: &mut DeValue<'_>, path: &[String], span: &Range<usize>) -> Option<()> {
    let (last, before) = path.split_last()?;
    match at(root, before)? {
        DeValue::Table(table) => table.remove(last.as_str()).map(drop),
        DeValue::Array(items) => {
            let mut rest = DeArray::new();
            let stays = |item: &&Spanned<DeValue<'_>>| !item.span().contains(&span.start);
            items.iter().filter(stays).for_each(|item| rest.push(item.clone()));
            *items = rest;
            Some(())
        }
        _ => None,
    }
}

fn at<'t, 's>(root: &'t mut DeValue<'s>, path: &[String]) -> Option<&'t mut DeValue<'s>> {
    path.iter().try_fold(root, |value, key| match value {
        DeValue::Table(table) => table.get_mut(key.as_str()).map(Spanned::get_mut),
        _ => None,
    })
}
