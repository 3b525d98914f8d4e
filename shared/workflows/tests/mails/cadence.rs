//! When mails come: once for what is news, reminders ever more rarely while it stays, an all-clear at the end, and never two
//! for one thing.

use habitsync_domain::people::problem::Cause;
use habitsync_in_memory::{Call, Fault, service_failure};
use habitsync_workflows::notifications::remind_customers::ReminderReport;
use habitsync_workflows::notifications::{Notified, Subject, Worklist};
use jiff::SignedDuration;

use crate::customer::{Customer, nameless, nearly, people, problem};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Lets days pass with a watchdog every hour; the local times at which mails were sent.
async fn mails_of(customer: &Customer, days: i64) -> Vec<String> {
    let mut sent = Vec::new();
    for _ in 0..days * 24 {
        customer.clock.advance(HOUR);
        if customer.remind().await.sent > 0 {
            let now = habitsync_workflows::ports::clock::Now::now(&customer.clock);
            let local = now.to_zoned(customer.configuration.time_zone.zone().clone());
            sent.push(local.strftime("%a %-d %b %H:%M").to_string());
        }
    }
    sent
}

#[tokio::test]
async fn the_same_is_told_once_whatever_the_order_and_however_often_it_is_found() {
    let customer = Customer::new();
    assert_eq!(customer.tell(&nameless(1, 2)).await, Notified::Worklist);
    for _ in 0..3 {
        assert_eq!(customer.tell(&nameless(1, 2)).await, Notified::Nothing);
    }
    assert_eq!(customer.tell(&nameless(2, 2)).await, Notified::Worklist);
    assert_eq!(customer.tell(&Worklist::default()).await, Notified::AllClear);
    assert_eq!(customer.tell(&Worklist::default()).await, Notified::Nothing);
    assert_eq!(customer.mails().len(), 3);
}

#[tokio::test]
async fn reminders_come_daily_then_every_third_day_then_weekly_on_working_days_between_eight_and_six() {
    let customer = Customer::new();
    customer.tell(&nameless(1, 2)).await;
    // An hourly watchdog meets what is due at 9:05 at 10:05.
    assert_eq!(
        mails_of(&customer, 36).await,
        [
            "Tue 3 Nov 09:05",
            "Wed 4 Nov 09:05",
            "Thu 5 Nov 09:05",
            "Mon 9 Nov 08:05",
            "Thu 12 Nov 08:05",
            "Mon 16 Nov 08:05",
            "Mon 23 Nov 08:05",
            "Mon 30 Nov 08:05",
            "Mon 7 Dec 08:05",
        ]
    );
    let reminder = customer.newest();
    reminder.assert_says(&[
        "2 THINGS STILL NEED YOUR ATTENTION",
        "Nothing has changed since our e-mail of Monday 2 November.",
        "Person 1, employee E1",
    ]);
}

#[tokio::test]
async fn news_begin_the_reminders_anew_and_an_all_clear_ends_them() {
    let customer = Customer::new();
    customer.tell(&nameless(1, 1)).await;
    assert_eq!(mails_of(&customer, 8).await.len(), 4);
    customer.tell(&nameless(1, 2)).await;
    assert_eq!(mails_of(&customer, 2).await.len(), 2, "daily again");
    customer.tell(&Worklist::default()).await;
    assert_eq!(mails_of(&customer, 30).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_thread_goes_from_the_first_mail_to_the_all_clear_which_counts_what_was_fixed() {
    let customer = Customer::new();
    customer.tell(&nameless(1, 3)).await;
    customer.at("2026-11-03T09:05");
    customer.remind().await;
    customer.tell(&nameless(2, 3)).await;
    customer.tell(&Worklist::default()).await;
    let mails = customer.mails();
    let [first, later @ ..] = mails.as_slice() else {
        panic!("nothing was sent")
    };
    assert_eq!((first.header("In-Reply-To"), later.len()), (None, 3));
    for mail in later {
        assert_eq!(mail.subject, first.subject);
        for header in ["In-Reply-To", "References"] {
            assert_eq!(mail.header(header), Some("<1@memory.example>"), "{}", mail.raw);
        }
    }
    mails[3].assert_says(&[
        "ALL CLEAR: 4 THINGS WERE FIXED",
        "Fixed since the last e-mail: 3 of the 4 (Person 2,",
    ]);
    customer.tell(&nameless(1, 1)).await;
    assert_eq!(customer.newest().header("In-Reply-To"), None, "a new thread");
}

#[tokio::test]
async fn of_two_watchdogs_one_reminds_and_a_reminder_that_was_not_sent_is_due_again_within_the_hour() {
    let customer = Customer::new();
    customer.tell(&nameless(1, 1)).await;
    customer.at("2026-11-03T09:05");
    customer
        .mail
        .faults
        .arm(Call::SendMail, Fault::Before(service_failure()));
    let failed = customer.remind().await;
    assert_eq!((failed.sent, failed.failures.len()), (0, 1));
    assert_eq!(
        customer.remind().await,
        ReminderReport::default(),
        "claimed for an hour"
    );
    customer.clock.advance(HOUR);
    let (one, other) = tokio::join!(customer.remind(), customer.remind());
    assert_eq!(one.sent + other.sent, 1, "{one:?} {other:?}");
    assert_eq!(customer.mails().len(), 2);
}

#[tokio::test]
async fn a_reminder_that_is_overtaken_by_news_is_not_remembered_in_their_place() {
    let customer = Customer::new();
    customer.tell(&nameless(1, 1)).await;
    customer.at("2026-11-03T09:05");
    let news = nameless(1, 2);
    let (_, told) = tokio::join!(customer.remind(), customer.tell(&news));
    assert_eq!(told, Notified::Worklist);
    let state = customer.table.state().alerts["users"].clone();
    assert_eq!((state.problems, state.reminders), (2, 0));
}

#[tokio::test]
async fn what_could_not_be_sent_is_told_by_the_next_run() {
    let customer = Customer::new();
    customer
        .mail
        .faults
        .arm(Call::SendMail, Fault::Before(service_failure()));
    let failed = customer.try_to_tell(Subject::Users, &nameless(1, 1), true).await;
    failed.expect_err("the mail failed");
    assert_eq!(customer.tell(&nameless(1, 1)).await, Notified::Worklist);
}

#[tokio::test]
async fn a_run_that_does_not_look_at_everything_takes_nothing_off_the_list() {
    let customer = Customer::new();
    let by_hand = problem("E1", "Jo Citizen", Cause::DeactivatedByHand, None);
    let unknown = problem("E2", "Al Other", Cause::UnknownStatus, Some("Sabbatical"));
    customer.tell(&people(std::slice::from_ref(&by_hand))).await;
    let unverified = async |worklist: &Worklist| customer.tell_about(Subject::Users, worklist, false).await;
    assert_eq!(unverified(&Worklist::default()).await, Notified::Nothing);
    assert_eq!(unverified(&people(&[unknown])).await, Notified::Worklist);
    customer
        .newest()
        .assert_says(&["Jo Citizen, employee E1", "Al Other, employee E2 [new]"]);
    assert_eq!(
        unverified(&Worklist::default()).await,
        Notified::Worklist,
        "one is mended, one is not known to be"
    );
    assert_eq!(customer.tell(&Worklist::default()).await, Notified::AllClear);
}

#[tokio::test]
async fn a_customer_without_recipients_is_told_of_to_the_operators_in_counts_and_on_the_same_cadence() {
    let customer = Customer::configured(&[("to = [\"hr-systems@acme.com.au\"]", "to = []")]);
    customer.tell(&nameless(1, 3)).await;
    assert_eq!(customer.tell(&nameless(1, 3)).await, Notified::Nothing);
    assert_eq!(mails_of(&customer, 2).await.len(), 2);
    customer.tell(&Worklist::default()).await;
    let mails = customer.mail.sent();
    assert_eq!(mails.len(), 4);
    for mail in &mails {
        let lines = mail.lines().find(|line| line.starts_with("To: "));
        assert_eq!(lines, Some("To: operators@tribalhabits.com"));
        assert!(!mail.contains("Person"), "names people:\n{mail}");
    }
    assert!(mails[0].contains("People without a user name"), "{}", mails[0]);
    assert!(mails[3].contains("All clear"), "{}", mails[3]);
}

#[tokio::test]
async fn recipients_who_come_later_are_told_everything_in_a_thread_of_their_own() {
    let mut customer = Customer::configured(&[("to = [\"hr-systems@acme.com.au\"]", "to = []")]);
    customer.tell(&nameless(1, 3)).await;
    customer.configuration = crate::customer::acme(&[]);
    assert_eq!(customer.tell(&nameless(1, 3)).await, Notified::Worklist);
    let mail = customer.newest();
    assert_eq!(mail.to, ["hr-systems@acme.com.au"]);
    assert_eq!(mail.header("In-Reply-To"), None);
}

#[tokio::test]
async fn what_is_over_is_cleared_and_reminded_of_no_more_whoever_was_told() {
    let mut customer = Customer::new();
    customer.tell(&nameless(1, 3)).await;
    customer.configuration = crate::customer::acme(&[("to = [\"hr-systems@acme.com.au\"]", "to = []")]);
    assert_eq!(customer.tell(&Worklist::default()).await, Notified::AllClear);
    assert_eq!(mails_of(&customer, 7).await, Vec::<String>::new());
    assert!(customer.mail.sent()[1].contains("All clear"));
}

#[tokio::test]
async fn a_draft_is_nobodys_business_and_a_paused_customer_is_not_reminded() {
    let draft = Customer::configured(&[("status = \"live\"", "status = \"draft\"")]);
    assert_eq!(draft.tell(&nameless(1, 1)).await, Notified::Nothing);
    let mut customer = Customer::new();
    customer.tell(&nameless(1, 1)).await;
    customer.configuration = crate::customer::acme(&[("status = \"live\"", "status = \"paused\"")]);
    assert_eq!(mails_of(&customer, 7).await, Vec::<String>::new());
}

#[tokio::test]
async fn notes_come_once_a_week_at_most_and_only_where_they_changed() {
    let customer = Customer::new();
    let tell = async |titles: &[&str]| customer.tell_about(Subject::Courses, &nearly(titles), true).await;
    assert_eq!(tell(&["Safety"]).await, Notified::Notes);
    customer.newest().assert_says(&[
        "GOOD TO KNOW ABOUT YOUR COURSE SYNC",
        "Safety, topic TH-Safety",
        "missing an active auto-enrol link with the reference EC",
    ]);
    customer.clock.advance(HOUR * 24);
    assert_eq!(
        tell(&["Safety", "First aid"]).await,
        Notified::Nothing,
        "not within the week"
    );
    customer.clock.advance(HOUR * 24 * 6);
    assert_eq!(tell(&["Safety", "First aid"]).await, Notified::Notes);
    customer.clock.advance(HOUR * 24 * 30);
    assert_eq!(
        tell(&["Safety", "First aid"]).await,
        Notified::Nothing,
        "nothing changed"
    );
    assert_eq!(
        mails_of(&customer, 14).await,
        Vec::<String>::new(),
        "nobody is reminded of notes"
    );
    assert_eq!(tell(&[]).await, Notified::Nothing);
}

#[tokio::test]
async fn what_one_job_met_is_not_told_again_by_another_and_is_cleared_by_the_one_that_met_it() {
    use habitsync_domain::jobs::job::Job;
    use habitsync_workflows::jobs::outcome::{JobFailure, RunOutcome};
    use habitsync_workflows::notifications::notify_of_run;
    use habitsync_workflows::ports::failure::{Vendor, VendorFailure, VendorFailureKind};

    let customer = Customer::new();
    let refused = || {
        Err(JobFailure::from(VendorFailure {
            vendor: Vendor::TribalHabits,
            kind: VendorFailureKind::Credentials,
            detail: String::new(),
        }))
    };
    let ended = async |job, result: Result<RunOutcome<()>, JobFailure>| {
        let now = habitsync_workflows::ports::clock::Now::now(&customer.clock);
        let run = (&customer.configuration, job, now);
        let told = notify_of_run(
            &customer.table,
            &customer.mail,
            &crate::customer::settings(),
            run,
            &result,
        )
        .await;
        told.expect("is told");
        customer.mails().len()
    };
    assert_eq!(ended(Job::UserSync, refused()).await, 1);
    assert_eq!(ended(Job::CourseSync, refused()).await, 1);
    assert_eq!(ended(Job::ResultSweep, Ok(RunOutcome::Finished(()))).await, 1);
    assert_eq!(ended(Job::UserSync, Ok(RunOutcome::Finished(()))).await, 2);
    customer.newest().assert_says(&["ALL CLEAR: 1 THING WAS FIXED"]);
    assert_eq!(ended(Job::UserSync, Ok(RunOutcome::Finished(()))).await, 2);
}
