//! Cron expressions as EventBridge Scheduler reads them: six fields, each with its range, names and signs.
//!
//! What the scheduler documents is held to its documentation; what it leaves open (a range that wraps around, a step in the
//! days of the week) is left to it.

use std::ops::RangeInclusive;

/// What a field may hold.
struct Field {
    name: &'static str,
    range: RangeInclusive<u16>,
    /// Names of the values, from the first.
    names: &'static [&'static str],
    /// The field's own signs besides `*`, `,`, `-` and `/`.
    signs: Signs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    None,
    /// `?`, `L`, `LW`, `L-3`, `15W`.
    DayOfMonth,
    /// `?`, `L`, `6L`, `2#1`.
    DayOfWeek,
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    field("minutes", 0..=59, &[], Signs::None),
    field("hours", 0..=23, &[], Signs::None),
    field("day of month", 1..=31, &[], Signs::DayOfMonth),
    field("month", 1..=12, &MONTHS, Signs::None),
    field("day of week", 1..=7, &DAYS, Signs::DayOfWeek),
    field("year", 1970..=2199, &[], Signs::None),
];

const fn field(name: &'static str, range: RangeInclusive<u16>, names: &'static [&'static str], signs: Signs) -> Field {
    Field {
        name,
        range,
        names,
        signs,
    }
}

/// Why what stands between the brackets of `cron(…)` is none; nothing where it is one.
pub(super) fn why_not_cron(text: &str) -> Option<String> {
    let written: Vec<String> = text.split_whitespace().map(str::to_uppercase).collect();
    if written.len() != FIELDS.len() {
        let count = written.len();
        return Some(format!(
            "cron has six fields (minutes, hours, day of month, month, day of week, year), not {count}"
        ));
    }
    let wrong = FIELDS
        .iter()
        .zip(&written)
        .find_map(|(field, text)| field.why_not(text));
    wrong.or_else(|| {
        let undefined = [&written[2], &written[4]].into_iter().filter(|day| *day == "?").count();
        (undefined != 1).then(|| {
            "exactly one of day of month and day of week is ?, as in cron(0 7 ? * MON-FRI *) or cron(0 7 1 * ? *)"
                .to_owned()
        })
    })
}

impl Field {
    fn why_not(&self, text: &str) -> Option<String> {
        if text == "?" && self.signs != Signs::None {
            return None;
        }
        let wrong = text.split(',').find(|item| !self.takes(item))?;
        let (first, last) = (self.range.start(), self.range.end());
        let names = match self.names {
            [first, .., last] => format!(" or {first} to {last}"),
            _ => String::new(),
        };
        let signs = match self.signs {
            Signs::None => "* , - /",
            Signs::DayOfMonth => "* , - / ? L W",
            Signs::DayOfWeek => "* , - / ? L #",
        };
        let name = self.name;
        Some(format!(
            "{wrong:?} does not fit {name}: it takes {first} to {last}{names} and {signs}"
        ))
    }

    /// Whether one item of a list can stand in this field.
    fn takes(&self, item: &str) -> bool {
        let (base, step) = item
            .split_once('/')
            .map_or((item, None), |(base, step)| (base, Some(step)));
        let is_step = |step: &str| number(step).is_some_and(|step| step > 0 && step <= *self.range.end());
        step.is_none_or(is_step) && (base == "*" || self.takes_range(base) || self.takes_sign(base))
    }

    fn takes_range(&self, text: &str) -> bool {
        match text.split_once('-') {
            Some((from, to)) => self.has(from) && self.has(to),
            None => self.has(text),
        }
    }

    fn takes_sign(&self, text: &str) -> bool {
        match self.signs {
            Signs::None => false,
            Signs::DayOfMonth => {
                ["L", "LW"].contains(&text)
                    || text.strip_prefix("L-").is_some_and(|before| self.has(before))
                    || text.strip_suffix('W').is_some_and(|day| self.has(day))
            }
            Signs::DayOfWeek => {
                let is_nth =
                    |(day, nth): (&str, &str)| self.has(day) && number(nth).is_some_and(|nth| (1..=5).contains(&nth));
                text == "L"
                    || text.strip_suffix('L').is_some_and(|day| self.has(day))
                    || text.split_once('#').is_some_and(is_nth)
            }
        }
    }

    fn has(&self, value: &str) -> bool {
        self.names.contains(&value) || number(value).is_some_and(|number| self.range.contains(&number))
    }
}

fn number(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_eventbridge_scheduler_documents_is_taken() {
        for good in [
            "0 7-19 ? * MON-FRI *",
            "0 8-18/2 ? * MON-FRI *",
            "15 10 ? * 6L 2022-2023",
            "15 12 * * ? *",
            "0/15 * * * ? *",
            "*/5 8-17 ? * mon-fri *",
            "0 18 ? * MON-FRI *",
            "0 8 1 * ? *",
            "0/10 * ? * MON-FRI *",
            "0,30 0 1,15,L JAN,MAR-JUN ? *",
            "0 0 LW * ? 1970-2199",
            "0 0 3W * ? 2030/2",
            "0 0 L-3 * ? *",
            "0 0 ? * 3#2 *",
            "0 0 ? * MON#1,FRIL *",
            "0 0 ? * L *",
            "0 22-4 ? * FRI-MON *",
        ] {
            assert_eq!(why_not_cron(good), None, "{good}");
        }
    }

    #[test]
    fn an_impossible_value_is_named_with_its_field_and_what_that_takes() {
        for (bad, field) in [
            ("61 7 ? * * *", "minutes"),
            ("0 24 ? * * *", "hours"),
            ("0 7 32 * ? *", "day of month"),
            ("0 7 0 * ? *", "day of month"),
            ("0 7 ? 13 * *", "month"),
            ("0 7 ? * FOO *", "day of week"),
            ("0 7 ? * MON-FOO *", "day of week"),
            ("0 7 ? * 8 *", "day of week"),
            ("0 7 ? * MON#6 *", "day of week"),
            ("0 7 ? * * 1969", "year"),
            ("0 7 ? * * 2200", "year"),
            ("0/0 7 ? * * *", "minutes"),
            ("0,,5 7 ? * * *", "minutes"),
            ("? 7 ? * * *", "minutes"),
            ("+5 7 ? * * *", "minutes"),
            ("0 L ? * * *", "hours"),
            ("0 7 W * ? *", "day of month"),
        ] {
            let message = why_not_cron(bad).unwrap_or_else(|| panic!("{bad} was taken"));
            assert!(message.contains(&format!("does not fit {field}:")), "{bad}: {message}");
        }
    }

    #[test]
    fn exactly_one_of_the_two_days_is_left_open() {
        for bad in ["0 7 * * * *", "0 7 1 * MON *", "0 7 ? * ? *"] {
            let message = why_not_cron(bad).expect("is none");
            assert!(message.contains("exactly one"), "{bad}: {message}");
        }
    }

    #[test]
    fn a_crontab_of_five_fields_is_told_what_the_six_are() {
        assert!(why_not_cron("0 7 * * 1-5").is_some_and(|message| message.contains("six fields")));
    }
}
