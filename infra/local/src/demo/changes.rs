//! A day in HR: a new starter, a new title, a new manager, a leaver, and two records that are wrong.

use std::collections::BTreeSet;

use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_tribal_habits::User;

use super::day::{Day, NEW_TITLE, called};
use super::narrator::say;
use super::{DemoError, FIRING, Scene, Story, Told, ensure, until};

pub(super) async fn play(story: &mut Story) -> Result<Day, DemoError> {
    let Scene { stack, customer } = &story.scene;
    // The course sync has mailed its advice about topics; no mail about employees is due.
    let mails = stack.mails().await?;
    ensure(!mails.iter().any(|mail| mail.subject.contains("user sync")), || {
        "somebody was written to about people, though all was well".to_owned()
    })?;
    let day = Day::choose(customer)?;
    let before = customer.tribal_habits.users();
    day.enact(&customer.employee_connect);
    story.narrator.chapter(
        "A day in HR",
        "It happens in EmployeeConnect; the schedule's next firing carries it over.",
    );
    tell(&day);

    let Day {
        starter,
        promoted,
        moved,
        new_manager,
        leaver,
        ..
    } = &day;
    let leads = |user: &User| user.manager_email == new_manager.work_email;
    follows(story, starter, |user| user.active, "has an account").await?;
    follows(story, promoted, has_new_title, "has the new title").await?;
    follows(
        story,
        moved,
        leads,
        &format!("has {} as team leader", called(new_manager)),
    )
    .await?;
    follows(story, leaver, |user| !user.active, "can no longer log in").await?;
    let others = async |scene: &Scene| nothing_else(&day, &before, &scene.customer.tribal_habits.users());
    story.step("looking for other changes", others).await?;
    Ok(day)
}

/// What happens, one line each.
fn tell(day: &Day) {
    let name = |employee: &Employee| format!("{} ({})", called(employee), employee.employee_id);
    say(&format!("- {} starts today.", name(&day.starter)));
    say(&format!("- {} becomes {NEW_TITLE}.", name(&day.promoted)));
    say(&format!(
        "- {} now reports to {}.",
        name(&day.moved),
        name(&day.new_manager)
    ));
    say(&format!("- {} has left.", name(&day.leaver)));
    say(&format!(
        "- {} starts, but has no work e-mail yet.",
        name(&day.without_email)
    ));
    say(&format!(
        "- {} starts, with the work e-mail of {}.",
        name(&day.double),
        name(&day.twin)
    ));
}

/// Waits for the step in which an account becomes what `is_so` looks for.
async fn follows(
    story: &mut Story,
    employee: &Employee,
    is_so: impl Fn(&User) -> bool,
    told: &str,
) -> Result<(), DemoError> {
    let told = format!("{} {told}", called(employee));
    let account = |scene: &Scene| scene.customer.tribal_habits.user(employee.work_email.as_deref()?);
    let shown = async |scene: &Scene| {
        until(&told, FIRING, async || Ok(account(scene).filter(&is_so))).await?;
        Ok(told.clone())
    };
    story.step(&format!("waiting until {told}"), shown).await
}

fn has_new_title(user: &User) -> bool {
    user.custom("Job Title").is_some_and(|title| title == NEW_TITLE)
}

/// Checks that the accounts of these four employees have changed, and that no other account has.
fn nothing_else(day: &Day, before: &[User], now: &[User]) -> Told {
    let concerned = [&day.starter, &day.promoted, &day.moved, &day.leaver];
    let expected: BTreeSet<_> = concerned
        .iter()
        .filter_map(|employee| employee.work_email.as_deref())
        .collect();
    let changed: BTreeSet<_> = now
        .iter()
        .filter(|user| !before.contains(user))
        .map(|user| user.user_name.as_str())
        .collect();
    ensure(changed == expected, || {
        format!("the accounts of {changed:?} differ, not those of {expected:?}")
    })?;
    Ok(format!(
        "the other {} accounts are as they were",
        now.len() - changed.len()
    ))
}
