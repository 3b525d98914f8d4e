//! One field of a `cron(…)`: its range, the names of its values, and what a list in it means.
//!
//! What EventBridge Scheduler documents is held to its documentation. A range that wraps around (`FRI-MON`, `22-4`), which the
//! documentation leaves open, goes over the end and on from the beginning.

use std::ops::RangeInclusive;

/// The permitted values of a field.
pub(super) struct Field {
    name: &'static str,
    range: RangeInclusive<i16>,
    /// Names of the values, from the first.
    names: &'static [&'static str],
    /// The signs that it takes.
    signs: &'static str,
}

pub(super) const MINUTES: Field = field("minutes", 0..=59, &[], "* , - /");
pub(super) const HOURS: Field = field("hours", 0..=23, &[], "* , - /");
pub(super) const DAY_OF_MONTH: Field = field("day of month", 1..=31, &[], "* , - / ? L W");
pub(super) const MONTH: Field = field(
    "month",
    1..=12,
    &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
    "* , - /",
);
/// Days of the week count from 1, which is Sunday.
pub(super) const DAY_OF_WEEK: Field = field(
    "day of week",
    1..=7,
    &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    "* , - / ? L #",
);
pub(super) const YEAR: Field = field("year", 1970..=2199, &[], "* , - /");

const fn field(
    name: &'static str,
    range: RangeInclusive<i16>,
    names: &'static [&'static str],
    signs: &'static str,
) -> Field {
    Field {
        name,
        range,
        names,
        signs,
    }
}

impl Field {
    /// The values of a list such as `5`, `MON-FRI`, `0/15` or `8-18/2,20`, in ascending order.
    ///
    /// # Errors
    /// The first item that does not fit, and what the field takes.
    pub(super) fn values(&self, text: &str) -> Result<Vec<i16>, String> {
        let items = self.parse_items(text, Field::item)?;
        let mut values: Vec<i16> = items.into_iter().flatten().collect();
        values.sort_unstable();
        values.dedup();
        Ok(values)
    }

    /// Each item of a list, parsed.
    ///
    /// # Errors
    /// The first item that does not fit, and what the field takes.
    pub(super) fn parse_items<T>(
        &self,
        text: &str,
        parse: impl Fn(&Self, &str) -> Option<T>,
    ) -> Result<Vec<T>, String> {
        let items = text.split(',');
        items
            .map(|item| parse(self, item).ok_or_else(|| self.refusal(item)))
            .collect()
    }

    /// The values of one item, in the order in which they come round.
    pub(super) fn item(&self, item: &str) -> Option<Vec<i16>> {
        let (base, step) = self.split_step(item)?;
        let (first, last) = (*self.range.start(), *self.range.end());
        let (from, to) = match base.split_once('-') {
            _ if base == "*" => (first, last),
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None => {
                let only = self.value(base)?;
                (only, if step.is_some() { last } else { only })
            }
        };
        let covered: Vec<i16> = if from <= to {
            (from..=to).collect()
        } else {
            (from..=last).chain(first..=to).collect()
        };
        Some(covered.into_iter().step_by(step.unwrap_or(1)).collect())
    }

    /// An item without its step, and the step: `8-18` and 2 of `8-18/2`.
    pub(super) fn split_step<'i>(&self, item: &'i str) -> Option<(&'i str, Option<usize>)> {
        let Some((base, step)) = item.split_once('/') else {
            return Some((item, None));
        };
        let step = number(step).filter(|step| *step > 0 && step <= self.range.end())?;
        Some((base, usize::try_from(step).ok()))
    }

    /// A number, or the name of one: the first name is the range's first number.
    pub(super) fn value(&self, text: &str) -> Option<i16> {
        let place = self.names.iter().position(|name| *name == text);
        let number = match place {
            Some(place) => self.range.start() + i16::try_from(place).ok()?,
            None => number(text)?,
        };
        Some(number).filter(|number| self.range.contains(number))
    }

    fn refusal(&self, item: &str) -> String {
        let Self { name, signs, .. } = self;
        let (first, last) = (self.range.start(), self.range.end());
        let names = match self.names {
            [first, .., last] => format!(" or {first} to {last}"),
            _ => String::new(),
        };
        format!("{item:?} does not fit {name}: it takes {first} to {last}{names} and {signs}")
    }
}

/// A number in digits alone.
pub(super) fn number(text: &str) -> Option<i16> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}
