//! Due times against an oracle that tests, for every minute of weeks, whether its local time fits the text.

use habitsync_domain::schedule::Schedule;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

/// Zones with much to get wrong: an hour and half an hour of daylight saving, in either hemisphere, at midnight, a day that
/// never was, none at all.
const ZONES: [&str; 7] = [
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
];

/// Moments around which clocks do something, in some of the zones.
const MOMENTS: [&str; 7] = [
    "2026-04-04T12:00:00Z",
    "2026-10-03T12:00:00Z",
    "2026-10-24T12:00:00Z",
    "2026-03-07T12:00:00Z",
    "2018-11-03T12:00:00Z",
    "2011-12-29T12:00:00Z",
    "2028-02-20T12:00:00Z",
];

const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 33);

fn item(range: std::ops::RangeInclusive<u8>) -> impl Strategy<Value = String> {
    let last = *range.end();
    prop_oneof![
        3 => range.clone().prop_map(|value| value.to_string()),
        2 => (range.clone(), range.clone()).prop_map(|(from, to)| format!("{from}-{to}")),
        1 => (range.clone(), 1..=last.min(15)).prop_map(|(from, step)| format!("{from}/{step}")),
        1 => (1..=last.min(15)).prop_map(|step| format!("*/{step}")),
        1 => (range.clone(), range, 1..=5_u8).prop_map(|(from, to, step)| format!("{from}-{to}/{step}")),
    ]
}

fn field(range: std::ops::RangeInclusive<u8>) -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("*".to_owned()),
        3 => prop::collection::vec(item(range), 1..3).prop_map(|items| items.join(",")),
    ]
}

fn days() -> impl Strategy<Value = (String, String)> {
    let sign_of_month = prop_oneof![
        Just("L".to_owned()),
        Just("LW".to_owned()),
        (1..=10_u8).prop_map(|before| format!("L-{before}")),
        (1..=31_u8).prop_map(|day| format!("{day}W")),
    ];
    let sign_of_week = prop_oneof![
        Just("L".to_owned()),
        (1..=7_u8).prop_map(|day| format!("{day}L")),
        (1..=7_u8, 1..=5_u8).prop_map(|(day, nth)| format!("{day}#{nth}")),
        Just("MON-FRI".to_owned()),
        Just("FRI-MON".to_owned()),
    ];
    prop_oneof![
        field(1..=31).prop_map(|days| (days, "?".to_owned())),
        sign_of_month.prop_map(|day| (day, "?".to_owned())),
        field(1..=7).prop_map(|days| ("?".to_owned(), days)),
        sign_of_week.prop_map(|day| ("?".to_owned(), day)),
    ]
}

prop_compose! {
    fn cron()(minute in field(0..=59), hour in field(0..=23), (of_month, of_week) in days(), month in field(1..=12)) -> String {
        format!("{minute} {hour} {of_month} {month} {of_week} *")
    }
}

const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn number(text: &str) -> i32 {
    let named = NAMES.iter().position(|name| *name == text);
    named.map_or_else(
        || text.parse().expect("a number"),
        |place| i32::try_from(place).expect("small") + 1,
    )
}

/// Whether a value fits a list of plain items: by counting from where an item begins, around the end of the range.
fn fits(text: &str, value: i32, (first, last): (i32, i32)) -> bool {
    text.split(',').any(|item| {
        let (base, step) = item
            .split_once('/')
            .map_or((item, None), |(base, step)| (base, Some(number(step))));
        let (from, to) = match base.split_once('-') {
            _ if base == "*" => (first, last),
            Some((from, to)) => (number(from), number(to)),
            None => (number(base), if step.is_some() { last } else { number(base) }),
        };
        let size = last - first + 1;
        let (distance, length) = ((value - from).rem_euclid(size), (to - from).rem_euclid(size));
        distance <= length && distance % step.unwrap_or(1) == 0
    })
}

fn is_workday(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn fits_day_of_month(text: &str, date: Date) -> bool {
    let (day, last) = (i32::from(date.day()), i32::from(date.days_in_month()));
    let in_month = |day: i32| Date::new(date.year(), date.month(), i8::try_from(day).ok()?).ok();
    let nearest = |wanted: i32| {
        let wanted = in_month(wanted)?;
        (0..3)
            .flat_map(|away: i32| {
                [
                    wanted.checked_sub(away.days()).ok(),
                    wanted.checked_add(away.days()).ok(),
                ]
            })
            .flatten()
            .find(|near| near.month() == date.month() && is_workday(*near))
    };
    if text == "L" {
        day == last
    } else if text == "LW" {
        is_workday(date) && (day + 1..=last).all(|later| !in_month(later).is_some_and(is_workday))
    } else if let Some(before) = text.strip_prefix("L-") {
        day == last - number(before)
    } else if let Some(wanted) = text.strip_suffix('W') {
        nearest(number(wanted)) == Some(date)
    } else {
        fits(text, day, (1, 31))
    }
}

fn fits_day_of_week(text: &str, date: Date) -> bool {
    let weekday = i32::from(date.weekday().to_sunday_one_offset());
    let (day, last) = (i32::from(date.day()), i32::from(date.days_in_month()));
    if text == "L" {
        weekday == 7
    } else if let Some(wanted) = text.strip_suffix('L') {
        weekday == number(wanted) && day + 7 > last
    } else if let Some((wanted, nth)) = text.split_once('#') {
        weekday == number(wanted) && (day + 6) / 7 == number(nth)
    } else {
        fits(text, weekday, (1, 7))
    }
}

fn is_due(cron: &str, local: DateTime) -> bool {
    let fields: Vec<_> = cron.split(' ').collect();
    let by_day = if fields[2] == "?" {
        fits_day_of_week(fields[4], local.date())
    } else {
        fits_day_of_month(fields[2], local.date())
    };
    by_day
        && fits(fields[0], i32::from(local.minute()), (0, 59))
        && fits(fields[1], i32::from(local.hour()), (0, 23))
        && fits(fields[3], i32::from(local.month()), (1, 12))
}

/// Every due time in the horizon: a minute whose local time fits, and that no clock has shown before.
fn due_times(cron: &str, zone: &TimeZone, from: Timestamp) -> Vec<Timestamp> {
    let (mut at, mut latest, mut due) = (from, DateTime::MIN, Vec::new());
    while at <= from + HORIZON {
        let local = zone.to_datetime(at);
        if local > latest {
            latest = local;
            if is_due(cron, local) {
                due.push(at);
            }
        }
        at += SignedDuration::from_mins(1);
    }
    due
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_last_and_the_next_due_time_are_those_that_a_clock_would_find(
        cron in cron(),
        zone in prop::sample::select(&ZONES[..]),
        moment in prop::sample::select(&MOMENTS[..]),
        minutes in 0..60 * 24 * 3_i64,
    ) {
        let expression: Schedule = format!("cron({cron})").parse().expect("a schedule");
        let (schedule, zone) = (expression, TimeZone::get(zone).expect("a zone"));
        let moment: Timestamp = moment.parse().expect("a timestamp");
        let from = moment - SignedDuration::from_hours(24 * 12);
        let due = due_times(&cron, &zone, from);
        let now = moment + SignedDuration::from_mins(minutes);
        let (past, future): (Vec<Timestamp>, Vec<Timestamp>) = due.iter().partition(|due| **due <= now);
        match past.last() {
            Some(last) => prop_assert_eq!(schedule.due_since(&zone, now), Some(*last)),
            None => prop_assert!(schedule.due_since(&zone, now).is_none_or(|last| last < from)),
        }
        match future.first() {
            Some(next) => prop_assert_eq!(schedule.next_due(&zone, now, None), Some(*next)),
            None => prop_assert!(schedule.next_due(&zone, now, None).is_none_or(|next| next > from + HORIZON)),
        }
    }
}

#[test]
fn the_thirtieth_of_february_is_never_due_and_asking_ends() {
    let never = "cron(0 7 30 2 ? *)".parse::<Schedule>().expect("a schedule");
    let now: Timestamp = "2026-03-02T00:00:00Z".parse().expect("a timestamp");
    assert_eq!(never.next_due(&TimeZone::UTC, now, None), None);
    assert_eq!(never.due_since(&TimeZone::UTC, now), None);
}
