//! Mails that SES does not take, and mails that stay within the size that it takes.

use std::time::{Duration, Instant};

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::notifications::mail_feedback::Feedback;
use habitsync_domain::people::problem::Cause;
use habitsync_in_memory::{Call, Fault, mail_refused};
use habitsync_workflows::notifications::{Notified, Subject};

use crate::customer::{Customer, Received, nameless, people, problem, settings};
use crate::feedback::{FIRST, report, two_readers};

/// SES takes no mail that is larger.
const LARGEST_MAIL: usize = 10_000_000;

#[tokio::test]
async fn one_address_that_ses_refuses_keeps_the_mail_from_no_other() {
    let customer = two_readers();
    customer.mail.refuse(FIRST.parse().expect("an address"));
    assert_eq!(customer.tell(&nameless(1, 2)).await, Notified::Worklist);
    let delivered = customer.mail.delivered();
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0][0].as_str(), "payroll@acme.com.au");
    assert_eq!(customer.tell(&nameless(1, 2)).await, Notified::Nothing, "it was told");
}

#[tokio::test]
async fn a_mail_that_reaches_no_recipient_is_sent_by_the_next_run() {
    let customer = two_readers();
    for _ in 0..3 {
        customer.mail.faults.arm(Call::SendMail, Fault::Before(mail_refused()));
    }
    let told = customer.try_to_tell(Subject::Users, &nameless(1, 2), true).await;
    assert_eq!(told, Err(mail_refused()));
    assert_eq!(customer.tell(&nameless(1, 2)).await, Notified::Worklist);
}

#[tokio::test]
async fn a_notice_that_ses_refuses_does_not_keep_an_address_from_stopping() {
    let customer = two_readers();
    let operator = settings().operator.expect("an operator");
    customer.mail.refuse(operator);
    crate::feedback::hear(&customer, [report("a", Feedback::HardBounce, FIRST)]).await;
    let heard = crate::feedback::hear(&customer, [report("b", Feedback::HardBounce, FIRST)]).await;
    assert_eq!((heard.stopped, heard.failures), (1, vec![mail_refused()]));
    customer.tell(&nameless(1, 1)).await;
    assert_eq!(customer.mail.delivered()[0].len(), 1, "the address has stopped");
}

fn size(mail: &Received) -> usize {
    mail.raw.len()
}

#[tokio::test]
async fn a_worklist_of_20_000_lines_is_a_mail_that_ses_takes_within_seconds() {
    let customer = Customer::new();
    let worklist = nameless(1, 20_000);
    let began = Instant::now();
    assert_eq!(customer.tell(&worklist).await, Notified::Worklist);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let mail = customer.newest();
    assert!(size(&mail) < LARGEST_MAIL, "{} bytes", size(&mail));
    mail.assert_says(&[
        "20000 THINGS NEED YOUR ATTENTION",
        "The first 5000 lines are attached as a spreadsheet; 15000 more do not fit into it.",
    ]);
    let spreadsheet = mail.spreadsheet.expect("attached");
    assert_eq!(spreadsheet.lines().count(), 1 + 5_000 + 1);
    assert!(spreadsheet.trim_end().ends_with(",,,,,,,,"), "the rest is counted");
    assert!(spreadsheet.contains("and 15000 more lines"));
}

#[tokio::test]
async fn long_values_of_many_people_do_not_make_a_mail_too_large() {
    let customer = Customer::new();
    let seen = "=😀".repeat(100_000);
    let problems: Vec<_> = (0..6_000)
        .map(|number| {
            let reason = format!("is too long: {seen}").chars().take(2_000).collect();
            let field = "X-Location".to_owned();
            let cause = Cause::RefusedField { field, reason };
            problem(&format!("E{number}"), &seen[..4_000], cause, Some(&seen[..4_000]))
        })
        .collect();
    assert_eq!(customer.tell(&people(&problems)).await, Notified::Worklist);
    assert!(size(&customer.newest()) < LARGEST_MAIL);
}

#[tokio::test]
async fn two_thousand_people_with_one_address_do_not_name_each_other_all() {
    let customer = Customer::new();
    let ids: Vec<EmployeeId> = (0..2_000).map(|n| format!("E{n}").parse().expect("an id")).collect();
    let problems: Vec<_> = ids
        .iter()
        .map(|id| {
            let group: Vec<_> = ids.iter().collect();
            problem(id.as_str(), "Jo", Cause::disputed("e-mail", &group, id), None)
        })
        .collect();
    assert_eq!(customer.tell(&people(&problems)).await, Notified::Worklist);
    let mail = customer.newest();
    assert!(size(&mail) < 2_000_000, "{} bytes", size(&mail));
    mail.assert_says(&["and 1989 more"]);
}

/// What an item of the table holds at most, less its other attributes.
const LARGEST_PIECE: usize = 390_000;

#[tokio::test]
async fn a_worklist_of_thousands_of_different_causes_is_remembered_in_few_pieces_that_each_fit_an_item() {
    let long = "😀".repeat(1_000);
    let problems: Vec<_> = (0..1_500)
        .map(|number| {
            let reason = format!("{number} is too long: {long}");
            let field = "X-Location".to_owned();
            let cause = Cause::RefusedField { field, reason };
            let id = format!("{number}{}", "é".repeat(90));
            problem(&id, &long, cause, Some(&long))
        })
        .collect();
    let pieces = people(&problems).pieces(100);
    let largest = pieces
        .iter()
        .map(|piece| serde_json::to_string(piece).expect("is JSON").len())
        .max();
    assert!(
        largest.is_some_and(|largest| largest < LARGEST_PIECE),
        "{largest:?} bytes"
    );
    assert!(pieces.len() < 50, "{} pieces", pieces.len());
}
