//! First and last days, returns and the filter: who has an account when, by the customer's own calendar.

use habitsync_local::customer::{today, today_in};
use habitsync_simulator_employee_connect::Employee;
use jiff::ToSpan;
use jiff::civil::Date;
use libtest_mimic::Failed;

use super::{at_work, count, is_active, writes};
use crate::World;

pub(crate) async fn the_last_day_is_worked_where_the_customer_is(world: World) -> Result<(), Failed> {
    let (zone, here, in_utc) = another_day_than_in_utc()?;
    let customer = world
        .customer_like("last-day", |mut example| {
            zone.clone_into(&mut example.time_zone);
            example
        })
        .await?;
    customer.run("user-sync").await?;
    let people = at_work(&customer);
    let last_days = [
        (&people[0], here),
        (&people[1], in_utc),
        (&people[2], here.yesterday()?),
    ];
    for (id, last_day) in last_days {
        customer.hris().terminate(id, last_day);
        // HR often clears a leaver's address on the same day.
        customer.hris().change(id, |employee| employee.work_email = None);
    }
    let answer = customer.run("user-sync").await?;
    for (id, last_day) in last_days {
        assert_eq!(
            is_active(&customer, id)?,
            last_day >= here,
            "the last day is {last_day}, today in {zone} is {here}: {answer}"
        );
    }
    Ok(())
}

/// A time zone in which the day is not that of UTC now, the day there, and UTC's: there always is one.
fn another_day_than_in_utc() -> Result<(&'static str, Date, Date), Failed> {
    let in_utc = today_in("UTC");
    let mut zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago"].into_iter();
    let another = zones.find(|zone| today_in(zone) != in_utc);
    let zone = another.ok_or("it is the same day everywhere")?;
    Ok((zone, today_in(zone), in_utc))
}

pub(crate) async fn who_leaves_later_keeps_the_account_until_then_and_who_starts_later_gets_it_fourteen_days_ahead(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("days-to-come").await?;
    customer.run("user-sync").await?;
    let people = at_work(&customer);
    let (on_notice, terminated) = (&people[0], &people[1]);
    customer.hris().give_notice(on_notice, today().tomorrow()?);
    customer.hris().terminate(terminated, today().tomorrow()?);
    for (id, days) in [("E9014", 14), ("E9015", 15)] {
        let employee = Employee::new(id, "Mei", id, &format!("{id}@starters.example"));
        customer.hris().hire(employee, today() + days.days(), today());
    }
    let before = writes(&customer);
    let answer = customer.run("user-sync").await?;
    assert!(
        is_active(&customer, on_notice)? && is_active(&customer, terminated)?,
        "{answer}"
    );
    let has_account = |id: &str| customer.portal().user(&format!("{id}@starters.example")).is_some();
    assert_eq!((has_account("E9014"), has_account("E9015")), (true, false), "{answer}");
    assert_eq!(writes(&customer), before + 1, "nothing but the starter: {answer}");
    for id in [on_notice, terminated] {
        customer.hris().give_notice(id, today().yesterday()?);
    }
    let answer = customer.run("user-sync").await?;
    assert!(
        !is_active(&customer, on_notice)? && !is_active(&customer, terminated)?,
        "{answer}"
    );
    Ok(())
}

pub(crate) async fn a_rehired_person_gets_the_same_account_back(world: World) -> Result<(), Failed> {
    let customer = world.customer("rehired").await?;
    customer.run("user-sync").await?;
    let id = &at_work(&customer)[0];
    let before = (customer.portal().users().len(), customer.user_of(id));
    customer.hris().terminate(id, today().yesterday()?);
    customer.hris().change(id, |employee| employee.work_email = None);
    customer.run("user-sync").await?;
    assert!(!is_active(&customer, id)?);
    customer.hris().rehire(id, today());
    let address = customer.address_of(id);
    customer.hris().change(id, |employee| employee.work_email = address);
    let answer = customer.run("user-sync").await?;
    let mut after = customer.user_of(id).ok_or("no account")?;
    assert_eq!((after.active, count(&answer, "reactivated")), (true, 1), "{answer}");
    // The new first day is all that differs.
    let first_day = before
        .1
        .as_ref()
        .and_then(|user| user.custom.get("X-Start Date").cloned());
    after
        .custom
        .insert("X-Start Date".to_owned(), first_day.unwrap_or_default());
    assert_eq!((customer.portal().users().len(), Some(after)), before, "{answer}");
    Ok(())
}

pub(crate) async fn who_leaves_the_filter_keeps_the_account_unless_the_customer_says_otherwise(
    world: World,
) -> Result<(), Failed> {
    for (tenant, out_of_scope, stays) in [("scope-kept", "ignore", true), ("scope-left", "deactivate", false)] {
        let customer = world
            .customer_like(tenant, |mut example| {
                example.users = format!("out_of_scope = \"{out_of_scope}\"");
                example
            })
            .await?;
        customer.run("user-sync").await?;
        let id = &at_work(&customer)[0];
        let before = customer.user_of(id);
        customer
            .hris()
            .change(id, |employee| employee.location = Some("Fiji".to_owned()));
        let answer = customer.run("user-sync").await?;
        let mut after = customer.user_of(id).ok_or("no account")?;
        assert_eq!(after.active, stays, "{out_of_scope}: {answer}");
        after.active = true;
        assert_eq!(Some(after), before, "nothing else is written: {answer}");
    }
    Ok(())
}
