//! A `cron(…)` of EventBridge Scheduler: its dates by its days, months and years, its times by its minutes and hours, and the
//! instants that these are in a time zone.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::days::Days;
use super::field::{HOURS, MINUTES, MONTH, YEAR};

/// When a `cron(…)` is due, by the local calendar. Each list in ascending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Vec<i16>,
    hours: Vec<i16>,
    days: Days,
    months: Vec<i16>,
    years: Vec<i16>,
}

impl Cron {
    /// Parses the six fields between the brackets.
    ///
    /// # Errors
    /// What EventBridge Scheduler would refuse: the field, what it holds, what it takes.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.to_uppercase();
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minutes, hours, day_of_month, month, day_of_week, year] = fields[..] else {
            let count = fields.len();
            return Err(format!(
                "cron has six fields (minutes, hours, day of month, month, day of week, year), not {count}"
            ));
        };
        Ok(Self {
            minutes: MINUTES.values(minutes)?,
            hours: HOURS.values(hours)?,
            days: Days::parse(day_of_month, day_of_week)?,
            months: MONTH.values(month)?,
            years: YEAR.values(year)?,
        })
    }

    /// The first due time after `after`.
    pub(super) fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        // A day earlier: where clocks go back over midnight, a date comes twice.
        let from = zone.to_datetime(after).date().yesterday().unwrap_or(Date::MIN);
        let years = self.years.iter().filter(|year| **year >= from.year());
        let dates = years.flat_map(|year| self.months.iter().flat_map(|month| self.days.of(*year, *month)));
        let mut due = dates.filter(|date| *date >= from).flat_map(|date| self.times_of(date));
        due.find_map(|due| instant(due, zone).filter(|due| *due > after))
    }

    /// The last due time that is not after `until`.
    pub(super) fn last_until(&self, until: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let to = zone.to_datetime(until).date().tomorrow().unwrap_or(Date::MAX);
        let years = self.years.iter().rev().filter(|year| **year <= to.year());
        let months = |year| self.months.iter().rev().map(move |month| (year, *month));
        let dates = years
            .flat_map(|year| months(*year))
            .flat_map(|(year, month)| self.days.of(year, month).into_iter().rev());
        let mut due = dates
            .filter(|date| *date <= to)
            .flat_map(|date| self.times_of(date).rev());
        due.find_map(|due| instant(due, zone).filter(|due| *due <= until))
    }

    fn times_of(&self, date: Date) -> impl DoubleEndedIterator<Item = DateTime> {
        self.hours.iter().flat_map(move |hour| {
            self.minutes.iter().filter_map(move |minute| {
                let time = Time::new(i8::try_from(*hour).ok()?, i8::try_from(*minute).ok()?, 0, 0).ok()?;
                Some(date.to_datetime(time))
            })
        })
    }
}

/// The instant of a local time: none where clocks pass it over, the first where they show it twice.
fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return None;
    }
    ambiguous.earlier().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why_not(text: &str) -> Option<String> {
        Cron::parse(text).err()
    }

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
            assert_eq!(why_not(good), None, "{good}");
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
            let message = why_not(bad).unwrap_or_else(|| panic!("{bad} was taken"));
            assert!(message.contains(&format!("does not fit {field}:")), "{bad}: {message}");
        }
    }

    #[test]
    fn exactly_one_of_the_two_days_is_left_open() {
        for bad in ["0 7 * * * *", "0 7 1 * MON *", "0 7 ? * ? *"] {
            let message = why_not(bad).expect("is none");
            assert!(message.contains("exactly one"), "{bad}: {message}");
        }
    }

    #[test]
    fn a_crontab_of_five_fields_is_told_what_the_six_are() {
        assert!(why_not("0 7 * * 1-5").is_some_and(|message| message.contains("six fields")));
    }
}
