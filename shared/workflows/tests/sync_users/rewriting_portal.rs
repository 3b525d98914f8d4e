//! A portal that stores other values than are written: after the second time it is known, said once, and not written again.

use habitsync_domain::people::user::FieldName;
use habitsync_domain::user_plan::FieldFault;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use crate::customer::Customer;

/// One thing that a portal does to every text that it stores.
#[derive(Debug, Clone)]
enum Habit {
    Trim,
    Collapse,
    Cut(usize),
    Escape,
    Lower,
    Compose,
    Drop,
    /// Writes what ASCII lacks as a question mark.
    Ascii,
    /// Reads the bytes of UTF-8 as Latin-1.
    Latin1,
    Punctuation,
    Capitalise,
    /// Cuts at so many characters and says so.
    Ellipsis(usize),
}

impl Habit {
    fn apply(&self, text: &str) -> String {
        match self {
            Self::Trim => text.trim().to_owned(),
            Self::Collapse => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::Cut(length) => text.chars().take(*length).collect(),
            Self::Escape => text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&#39;"),
            Self::Lower => text.to_lowercase(),
            Self::Compose => text.replace("e\u{308}", "ë").replace("o\u{302}\u{301}", "ố"),
            Self::Drop => String::new(),
            Self::Ascii => text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
            Self::Latin1 => text.bytes().map(char::from).collect(),
            Self::Punctuation => text
                .chars()
                .filter(|c| c.is_alphanumeric() || c.is_whitespace())
                .collect(),
            Self::Capitalise => text
                .split(' ')
                .map(|word| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or(word))
                .collect::<Vec<_>>()
                .join(" "),
            Self::Ellipsis(length) if text.chars().count() > *length => {
                text.chars().take(*length).chain("...".chars()).collect()
            }
            Self::Ellipsis(_) => text.to_owned(),
        }
    }
}

fn title() -> FieldName {
    "X-Job Title".parse().expect("a field")
}

/// What the portal shows as E1's title after it has done this to what was written.
fn rewrite(customer: &Customer, habits: &[Habit]) -> String {
    let mut users = customer.portal.users.lock();
    let shown = users[0].fields.0.entry(title()).or_default();
    *shown = habits.iter().fold(shown.clone(), |text, habit| habit.apply(&text));
    shown.clone()
}

/// A day on which the portal is read and compared, and rewrites what was written to it; how many writes it took.
async fn day(customer: &Customer, habits: &[Habit]) -> usize {
    let before = customer.writes();
    customer.finish().await;
    let writes = customer.writes() - before;
    if writes > 0 {
        rewrite(customer, habits);
    }
    customer.clock.advance(SignedDuration::from_hours(24));
    writes
}

fn customer(value: &str) -> Customer {
    Customer {
        operator: Some("operators@habitsync.example"),
        ..Customer::with_people(&[("E1", json!({"jobTitle": value}))])
    }
}

#[tokio::test]
async fn a_value_that_the_portal_collapses_is_written_twice_and_operators_hear_once() {
    let report = include_str!("../../../../tests/fixtures/public-reports/21-portal-collapses-blanks.txt");
    let written = report.split('"').nth(1).expect("the title that is written");
    assert_eq!(written, "Analyst  (Senior)");
    let customer = customer(written);
    let mut writes = Vec::new();
    for _ in 0..6 {
        writes.push(day(&customer, &[Habit::Collapse]).await);
    }
    assert_eq!(writes, [1, 1, 0, 0, 0, 0]);
    let mails = customer.mail.sent();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(
        mails[0].contains("X-Job Title") && !mails[0].contains("Analyst"),
        "{mails:?}"
    );
    let plan = customer.preview().await;
    let [notice] = plan.field_notices.as_slice() else {
        panic!("{:?}", plan.field_notices)
    };
    assert!(matches!(notice.what, FieldFault::RewrittenByPortal { .. }));
}

#[tokio::test]
async fn another_wanted_value_is_written_and_a_change_by_hand_is_overwritten() {
    let customer = customer("Analyst  (Senior)");
    for _ in 0..4 {
        day(&customer, &[Habit::Collapse]).await;
    }
    customer.portal.users.lock()[0]
        .fields
        .0
        .insert(title(), "Clown".to_owned());
    assert_eq!(day(&customer, &[Habit::Collapse]).await, 1, "the change by hand");
    assert_eq!(day(&customer, &[Habit::Collapse]).await, 0, "the portal's own is known");
    customer.employ("E1", &json!({"jobTitle": "Lead  (Senior)"}));
    let writes = [
        day(&customer, &[Habit::Collapse]).await,
        day(&customer, &[Habit::Collapse]).await,
    ];
    assert_eq!((writes, day(&customer, &[Habit::Collapse]).await), ([1, 1], 0));
    customer.employ("E1", &json!({"jobTitle": "Lead (Senior)"}));
    assert_eq!(day(&customer, &[]).await, 0, "the account has it");
}

#[tokio::test]
async fn the_same_change_by_hand_is_overwritten_every_day() {
    let customer = customer("Analyst");
    for by_hand in ["Clown", "Clown", "Clown", "Clown", "Clown"] {
        assert_eq!(day(&customer, &[]).await, 1);
        customer.portal.users.lock()[0]
            .fields
            .0
            .insert(title(), by_hand.to_owned());
    }
}

fn habit() -> impl Strategy<Value = Habit> {
    prop_oneof![
        Just(Habit::Trim),
        Just(Habit::Collapse),
        (0usize..30).prop_map(Habit::Cut),
        Just(Habit::Escape),
        Just(Habit::Lower),
        Just(Habit::Compose),
        Just(Habit::Drop),
        Just(Habit::Ascii),
        Just(Habit::Capitalise),
    ]
}

/// One of those that leave too little for another to be told apart, or several of the others.
fn habits() -> impl Strategy<Value = Vec<Habit>> {
    let alone = prop_oneof![
        Just(Habit::Latin1),
        Just(Habit::Punctuation),
        (1usize..30).prop_map(Habit::Ellipsis),
    ];
    prop_oneof![
        3 => prop::collection::vec(habit(), 1..4),
        1 => alone.prop_map(|habit| vec![habit]),
    ]
}

fn value() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[A-Za-z0-9 .,()/-]{1,8}".boxed(),
        prop::sample::select(vec![
            "&",
            "<b>",
            "'",
            "  ",
            "e\u{308}",
            "o\u{302}\u{301}",
            "Zoë",
            "山田",
            "AT&T",
            "&amp;",
            "R&D;"
        ])
        .prop_map(str::to_owned)
        .boxed(),
    ];
    prop::collection::vec(part, 1..6).prop_map(|parts| format!("T{}", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_the_portal_makes_of_a_value_it_is_written_at_most_twice(
        first in value(),
        second in value(),
        habits in habits(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (one, other, shown, wanted) = runtime.block_on(async {
            let customer = customer(&first);
            let mut one = 0;
            for _ in 0..5 {
                one += day(&customer, &habits).await;
            }
            let shown = customer.portal.users.lock()[0].fields.0.get(&title()).cloned().unwrap_or_default();
            customer.employ("E1", &json!({"jobTitle": second}));
            let mut other = 0;
            for _ in 0..5 {
                other += day(&customer, &habits).await;
            }
            let wanted = habitsync_domain::text::invisible::trimmed(&second).to_owned();
            (one, other, shown, wanted)
        });
        prop_assert!((1..=2).contains(&one), "{one} writes");
        prop_assert!(other <= 2, "{other} writes");
        // Without a write, the account has what is wanted, or the very value was known to be stored so.
        prop_assert!(other > 0 || shown == wanted || habitsync_domain::text::invisible::trimmed(&first) == wanted, "a change was not written");
    }
}
