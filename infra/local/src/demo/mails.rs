//! The customer's administrator receives one mail that lists the problems and how to solve them.

use habitsync_local::Mail;

use super::day::Day;
use super::narrator::show;
use super::{DemoError, FIRING, Scene, Story, ensure, until};

pub(super) async fn play(story: &mut Story, day: &Day) -> Result<(), DemoError> {
    story.narrator.chapter(
        "Bad data",
        "Two records are wrong: nothing is guessed, everybody else is in step, and HR gets a mail.",
    );
    let mut page = String::new();
    let told = async |scene: &Scene| {
        let mail = nth(scene, 1).await?;
        for employee in [&day.without_email, &day.double, &day.twin] {
            let id = &employee.employee_id;
            ensure(mail.body_text.contains(id.as_str()), || {
                format!("the mail does not name {id}")
            })?;
        }
        page = as_read(&mail);
        Ok("one mail about everybody concerned, as its reader sees it:".to_owned())
    };
    story.step("waiting for the mail", told).await?;
    show(&page);
    Ok(())
}

/// Waits for the customer's n-th mail about people; one more than that is an error.
pub(super) async fn nth(scene: &Scene, n: usize) -> Result<Mail, DemoError> {
    until("the mail", FIRING, async || {
        let mut mails = scene.stack.mails().await?;
        mails.retain(|mail| mail.to.contains(&scene.customer.reader) && mail.subject.contains("user sync"));
        ensure(mails.len() <= n, || {
            format!("{} mails were sent instead of {n}", mails.len())
        })?;
        Ok(if mails.len() == n { mails.pop() } else { None })
    })
    .await
}

fn as_read(mail: &Mail) -> String {
    let Mail {
        source,
        to,
        subject,
        body_text,
        ..
    } = mail;
    format!(
        "From     {source}\nTo       {}\nSubject  {subject}\n\n{body_text}",
        to.join(", ")
    )
}
