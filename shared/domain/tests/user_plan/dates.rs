//! How the dates of records are read: as days, as instants, as "none", or not at all, and never as a reason to deactivate by
//! mistake.

use habitsync_domain::people::dates::{DateRules, DateValue, NotADate};
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::problem::Cause;
use habitsync_domain::user_plan::Step;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{Case, acme, causes, employee, everybody, written_for};

const NONE_VALUES: [&str; 6] = [
    "0001-01-01",
    "1753-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "9999-12-31",
];

const ZONES: [&str; 9] = [
    "Australia/Sydney",
    "Australia/Perth",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "America/New_York",
    "Europe/London",
    "UTC",
];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn read_in(zone_name: &str, text: &str) -> Result<Option<Date>, NotADate> {
    DateRules::from(&acme(&[("Australia/Sydney", zone_name)]))
        .read(text)
        .map(DateValue::day)
}

fn read(text: &str) -> Result<Option<Date>, NotADate> {
    read_in("Australia/Sydney", text)
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

#[test]
fn a_date_is_ten_characters_or_an_instant_turned_into_the_customers_day() {
    for (text, expected) in [
        ("2026-11-30", "2026-11-30"),
        (" 2026-11-30\t", "2026-11-30"),
        ("2026-11-30T13:00:00+00:00", "2026-12-01"),
        ("2026-11-30T12:59:59.9999999Z", "2026-11-30"),
        ("2026-11-30T13:00:00Z", "2026-12-01"),
        ("2026-11-30 13:00:00Z", "2026-12-01"),
        ("2026-11-30t13:00:00z", "2026-12-01"),
        ("2026-11-30T13:00Z", "2026-12-01"),
        ("2026-12-01T00:00:00+11:00", "2026-12-01"),
        ("2026-11-30T20:00:00-08:00", "2026-12-01"),
        // A time without an offset is local: the day as it is written.
        ("2026-11-30T23:59:59", "2026-11-30"),
        ("2026-11-30T00:00:00.000", "2026-11-30"),
        // The clock goes forward on 4 October (the day begins at +10:00) and back on 5 April (it begins at +11:00).
        ("2026-10-03T13:59:59Z", "2026-10-03"),
        ("2026-10-03T14:00:00Z", "2026-10-04"),
        ("2026-10-04T13:00:00Z", "2026-10-05"),
        ("2026-04-04T13:00:00Z", "2026-04-05"),
        ("2026-04-05T13:30:00Z", "2026-04-05"),
        ("2026-04-05T14:00:00Z", "2026-04-06"),
    ] {
        assert_eq!(read(text), Ok(Some(day(expected))), "{text}");
    }
}

#[test]
fn everything_else_is_no_date_and_nothing_overflows() {
    for text in [
        "soon",
        "null",
        "0000-00-00",
        "0000-00-00T00:00:00",
        "2026-02-30",
        "2026-13-01",
        "2026-11-31T13:00:00Z",
        "31/12/2026",
        "20261130",
        "2026-11-3",
        "2026-W48-1",
        "2026-334",
        "1764460800",
        "1764460800000",
        "1899-12-29",
        "0002-01-01",
        "2201-01-01",
        "9999-12-30",
        "+002026-11-30",
        "-2026-11-30",
        "2026-11-30T25:00:00Z",
        "2026-11-30T13:00:00+99:00",
        "2026-11-30T13:00:00[Europe/Paris]",
        "2026-11-30T13:00:00+01:00[Europe/Paris]",
        "2026-11-30Z",
        "2026-11-30T",
        "2026-11-30 ago",
        "0001-01-01 ago",
        "２０２６-11-30",
        "2026–11–30",
    ] {
        assert_eq!(read(text), Err(NotADate), "{text}");
    }
}

#[test]
fn a_value_that_stands_for_none_does_so_in_every_spelling() {
    for text in [
        "",
        "  ",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+10:00",
        "0000-12-31T14:00:00Z",
        "1752-12-31T13:55:08Z",
        "1753-01-01T00:00:00Z",
        "1899-12-29T14:00:00Z",
        "1899-12-31T13:55:08Z",
        "1899-12-31T14:00:00.000Z",
        "1900-01-01 00:00:00",
        "9999-12-31T23:59:59.9999999",
        "9999-12-31T23:59:59.9999999Z",
        "9999-12-31T13:00:00Z",
        "9999-12-31T00:00:00-12:00",
        "9999-12-30T13:00:00Z",
        "9999-12-30T23:30:00Z",
    ] {
        assert_eq!(read(text), Ok(None), "{text}");
    }
    assert_eq!(read_in("America/New_York", "9999-12-30T23:30:00Z"), Err(NotADate));
    assert_eq!(read_in("Pacific/Pago_Pago", "9999-12-30T23:59:59-11:00"), Err(NotADate));
}

#[test]
fn a_customers_own_list_replaces_the_usual_values_and_takes_any_text() {
    let rules = |list: &str| {
        let usual = r#"["0001-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "9999-12-31"]"#;
        DateRules::from(&acme(&[(usual, list)]))
    };
    let own = rules(r#"["0000-00-00", "N/A", "1970-01-01"]"#);
    for text in [
        "0000-00-00",
        "0000-00-00T00:00:00",
        "n/a",
        "1970-01-01",
        "1970-01-01T00:00:00Z",
        "1969-12-31T14:00:00Z",
    ] {
        assert_eq!(own.read(text), Ok(DateValue::None), "{text}");
    }
    assert_eq!(own.read("9999-12-31"), Err(NotADate));
    assert_eq!(
        rules("[]").read("1900-01-01").map(DateValue::day),
        Ok(Some(day("1900-01-01")))
    );
}

#[test]
fn the_records_of_the_public_reports_keep_their_accounts() {
    // Customers in Sydney; a run on the last working day, at eight in the morning.
    for record in [
        json!({"startDate": "1900-01-01", "terminationDate": "1900-01-01"}),
        json!({"startDate": null, "terminationDate": "0001-01-01"}),
        json!({"startDate": "2024-01-08", "terminationDate": "2026-11-30T13:00:00+00:00"}),
    ] {
        let mut case = Case::in_step(&everybody(&[]), &[employee("E1", &json!({}))]);
        case.now = "2026-11-30T21:00:00Z".parse().expect("a time");
        let plan = case.then(&[employee("E1", &record)]).plan();
        assert_eq!(
            (plan.counts.in_scope, plan.problems.len(), plan.deactivations.len()),
            (1, 0, 0),
            "{record}"
        );
    }
}

#[test]
fn the_day_after_an_instant_the_account_ends() {
    let leaver = employee("E1", &json!({"terminationDate": "2026-11-30T13:00:00+00:00"}));
    let mut case = Case::in_step(&everybody(&[]), &[employee("E1", &json!({}))]).then(&[leaver]);
    for (now, expected) in [("2026-12-01T12:59:59Z", 0), ("2026-12-01T13:00:00Z", 1)] {
        case.now = now.parse().expect("a time");
        assert_eq!(case.plan().actions.len(), expected, "{now}");
    }
}

#[test]
fn a_terminated_status_whose_last_day_stands_for_none_ends_at_once() {
    let case = Case::in_step(&everybody(&[]), &[employee("E1", &json!({}))]);
    let plan = case
        .then(&[employee(
            "E1",
            &json!({"status": "Terminated", "terminationDate": "9999-12-31"}),
        )])
        .plan();
    let [action] = plan.actions.as_slice() else {
        panic!("{:?}", plan.actions)
    };
    assert!(matches!(
        &action.step,
        Step::Deactivate {
            evidence: Evidence::Terminated,
            ..
        }
    ));
}

#[test]
fn a_number_in_the_place_of_a_date_is_that_persons_error() {
    for value in [
        json!(1_764_460_800),
        json!(0),
        json!(true),
        json!(1.5e300),
        json!({"$date": 1}),
        json!(["2026-11-30"]),
    ] {
        let case = Case::in_step(&everybody(&[]), &[employee("E1", &json!({}))]);
        let plan = case
            .then(&[employee(
                "E1",
                &json!({"status": "Terminated", "terminationDate": value}),
            )])
            .plan();
        let field = "terminationDate".to_owned();
        assert_eq!(causes(&plan), [("E1", &Cause::InvalidDate { field })], "{value}");
        assert_eq!(plan.problems[0].seen, Some(value.to_string()));
        assert!(plan.actions.is_empty());
    }
}

#[test]
fn an_unknown_status_is_no_deactivation_whatever_the_last_day() {
    for last_day in [
        json!(null),
        json!("2026-11-01"),
        json!("2020-01-01"),
        json!("2027-01-01"),
    ] {
        let case = Case::in_step(&everybody(&[]), &[employee("E1", &json!({}))]);
        let plan = case
            .then(&[employee(
                "E1",
                &json!({"status": "Seconded", "terminationDate": last_day}),
            )])
            .plan();
        assert_eq!(
            (causes(&plan), plan.actions.len()),
            (vec![("E1", &Cause::UnknownStatus)], 0)
        );
    }
}

#[test]
fn mapped_dates_and_expressions_see_local_days() {
    let started = json!({
        "startDate": "2024-01-07T13:00:00.000Z", "terminationDate": "9999-12-31T00:00:00Z",
        "customFields": {"Licence": "2027-06-30T14:00:00Z", "Renewal": "1900-01-01T00:00:00"}
    });
    let fields = r#""X-Start Date" = { value = "employee.startDate", type = "date" }"#;
    let more = format!(
        "{fields}\n{}\n{}\n{}\n{}",
        r#""X-Licence" = { value = "employee.customFields['Licence']", type = "date" }"#,
        r#""X-Renewal" = { value = "employee.customFields['Renewal']", type = "date", default = "2030-01-01" }"#,
        r#""X-Since" = "employee.startDate""#,
        r#""X-Ends" = "employee.terminationDate == null ? 'no' : 'yes'""#,
    );
    for filter in [
        "",
        "filter = \"employee.startDate < '2024-01-09' && employee.terminationDate == null\"\n",
    ] {
        let more = format!("{more}\n");
        let filter = format!("{filter}out_of_scope = \"ignore\"");
        let configuration = everybody(&[(fields, more.as_str()), ("out_of_scope = \"ignore\"", filter.as_str())]);
        let plan = Case::of(&configuration, &[employee("E1", &started)]).plan();
        let written = written_for(&plan, "E1");
        let value = |name: &str| written.get(name).map(String::as_str);
        assert_eq!(value("X-Start Date"), Some("2024-01-08"));
        assert_eq!(value("X-Licence"), Some("2027-07-01"));
        assert_eq!(value("X-Renewal"), Some("2030-01-01"));
        assert_eq!(value("X-Since"), Some("2024-01-08"));
        assert_eq!(value("X-Ends"), Some("no"));
    }
}

/// An instant, written with an offset of the writer's own.
fn instant() -> impl Strategy<Value = (Timestamp, String)> {
    let seconds = -2_200_000_000_i64..7_250_000_000;
    let offset = prop_oneof![Just(0), (-12 * 4..=14 * 4_i32).prop_map(|quarter| quarter * 900)];
    let fraction = prop_oneof![Just(""), Just(".5"), Just(".123"), Just(".9999999"), Just(".000000001")];
    (seconds, offset, fraction, any::<bool>()).prop_map(|(seconds, offset, fraction, is_zulu)| {
        let instant = Timestamp::from_second(seconds).expect("in range");
        let offset = Offset::from_seconds(if is_zulu { 0 } else { offset }).expect("in range");
        let written = offset.to_datetime(instant);
        let zulu = if is_zulu { "Z".to_owned() } else { signed(offset) };
        (
            instant,
            format!("{}{fraction}{zulu}", written.strftime("%Y-%m-%dT%H:%M:%S")),
        )
    })
}

fn signed(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// A value that stands for none, in a spelling of its day.
fn none_value() -> impl Strategy<Value = String> {
    let time = prop_oneof![
        Just(String::new()),
        (
            0..24_u8,
            0..60_u8,
            prop_oneof![Just(""), Just(".9999999"), Just(".000")]
        )
            .prop_map(|(hour, minute, fraction)| { format!("T{hour:02}:{minute:02}:59{fraction}") }),
    ];
    let offset = prop_oneof![
        Just(""),
        Just("Z"),
        Just("+00:00"),
        Just("+14:00"),
        Just("-12:00"),
        Just("+10:00")
    ];
    (prop::sample::select(&NONE_VALUES[..]), time, offset).prop_map(|(day, time, offset)| {
        let offset = if time.is_empty() { "" } else { offset };
        format!("{day}{time}{offset}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_day_of_an_instant_is_the_time_zones_own((instant, text) in instant(), zone_name in prop::sample::select(&ZONES[..])) {
        let expected = instant.to_zoned(zone(zone_name)).date();
        let is_none = NONE_VALUES.iter().any(|none| *none == &text[..10] || expected.to_string() == *none);
        let expected = match expected {
            _ if is_none => Ok(None),
            day if (1900..=2200).contains(&day.year()) => Ok(Some(day)),
            _ => Err(NotADate),
        };
        prop_assert_eq!(read_in(zone_name, &text), expected, "{} in {}", text, zone_name);
    }

    #[test]
    fn whatever_is_written_is_read_without_a_panic_and_only_as_a_credible_day(
        text in prop_oneof![
            any::<String>(),
            "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?",
        ],
        zone_name in prop::sample::select(&ZONES[..]),
    ) {
        if let Ok(Some(day)) = read_in(zone_name, &text) {
            prop_assert!((1900..=2200).contains(&day.year()));
            let written: Date = text.trim()[..10].parse().expect("a day is written");
            prop_assert!((day - written).get_days().abs() <= 2);
        }
    }

    #[test]
    fn no_spelling_of_none_ever_deactivates(
        start in prop_oneof![Just(Value::Null), Just(json!("2024-01-08")), none_value().prop_map(Value::from)],
        end in none_value(),
        zone_name in prop::sample::select(&ZONES[..]),
        days in 0..4000_i64,
        setting in prop::sample::select(&["recent_date", "hold", "status", "date"][..]),
    ) {
        let setting = format!("on_contradiction = \"{setting}\"");
        let configuration = everybody(&[("Australia/Sydney", zone_name), ("on_contradiction = \"recent_date\"", &setting)]);
        let mut case = Case::in_step(&configuration, &[employee("E1", &json!({}))]);
        case.now = case.now.saturating_add(SignedDuration::from_hours(24 * days)).expect("in range");
        let plan = case.then(&[employee("E1", &json!({"startDate": start, "terminationDate": end}))]).plan();
        prop_assert!(plan.deactivations.is_empty() && plan.held.is_empty(), "{end}");
        prop_assert_eq!((plan.counts.in_scope, plan.problems.len()), (1, 0), "{}", end);
    }
}
