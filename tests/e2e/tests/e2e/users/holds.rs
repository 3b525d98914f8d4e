//! Pending approvals in the operator's command: the real command lists it, decides about it, and is refused where it
//! has moved.

use habitsync_local::customer::today;
use libtest_mimic::Failed;
use serde_json::Value;

use super::{at_work, count, is_active};
use crate::World;
use crate::customer::{Customer, Said};

pub(crate) async fn what_is_approved_goes_and_nothing_else_does(world: World) -> Result<(), Failed> {
    let (customer, leavers) = with_eight_held(&world, "approved").await?;
    let plan = held_plan(&customer).await?;
    let approve = ["holds", "approve", "approved", plan.as_str(), "--as", "ana"];
    for number in ["7", "9"] {
        let said = customer
            .habitsync(&[approve.as_slice(), &["--yes-deactivate", number]].concat())
            .await?;
        assert!(said.code == 3 && said.err.contains("--yes-deactivate 8"), "{said:?}");
    }
    let said = customer.habitsync(&approve).await?;
    assert_eq!(said.code, 3, "nobody said how many: {said:?}");
    let said = customer
        .habitsync(&[approve.as_slice(), &["--yes-deactivate", "8"]].concat())
        .await?;
    assert!(
        said.code == 0 && said.out.contains("8 deactivations of plan") && said.out.contains("by ana"),
        "{said:?}"
    );
    let before = customer.active_users().len();
    let answer = customer.run("user-sync").await?;
    for id in &leavers {
        assert!(!is_active(&customer, id)?, "{id}: {answer}");
    }
    assert_eq!(customer.active_users().len(), before - 8, "{answer}");
    let said = list(&customer, &[]).await?;
    assert!(
        said.code == 0 && said.out.contains("nothing of approved is held"),
        "{said:?}"
    );
    Ok(())
}

pub(crate) async fn a_first_load_that_was_not_agreed_to_waits_and_goes_once_it_is_approved(
    world: World,
) -> Result<(), Failed> {
    let customer = world
        .customer_like("unagreed", |mut example| {
            example.agrees = false;
            example
        })
        .await?;
    let before = customer.active_users().len();
    let answer = customer.run("user-sync").await?;
    let held = count(&answer, "creates_held");
    assert!(held > 20 && count(&answer, "created") == 0, "{answer}");
    assert_eq!(customer.active_users().len(), before, "{answer}");
    let plan = held_plan(&customer).await?;
    let number = held.to_string();
    let listed = list(&customer, &[]).await?;
    let command = format!("holds approve unagreed {plan} --yes-create {number}");
    assert!(listed.code == 3 && listed.out.contains(&command), "{listed:?}");
    let approve = ["holds", "approve", "unagreed", plan.as_str(), "--as", "ana"];
    for flags in [["--yes-create", "20"], ["--yes-deactivate", number.as_str()]] {
        let said = customer.habitsync(&[&approve[..], &flags[..]].concat()).await?;
        assert_eq!(said.code, 3, "{said:?}");
    }
    let said = customer
        .habitsync(&[&approve[..], &["--yes-create", &number]].concat())
        .await?;
    assert_eq!(said.code, 0, "{said:?}");
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        (count(&answer, "created"), count(&answer, "held")),
        (held, 0),
        "{answer}"
    );
    assert_eq!(list(&customer, &[]).await?.code, 0);
    Ok(())
}

pub(crate) async fn what_is_rejected_is_kept_and_not_asked_about_again(world: World) -> Result<(), Failed> {
    let (customer, leavers) = with_eight_held(&world, "rejected").await?;
    let plan = held_plan(&customer).await?;
    let said = customer
        .habitsync(&["holds", "reject", "rejected", &plan, "--as", "ana", "--yes"])
        .await?;
    assert_eq!(said.code, 0, "{said:?}");
    let answer = customer.run("user-sync").await?;
    for id in &leavers {
        assert!(is_active(&customer, id)?, "{id}: {answer}");
    }
    assert_eq!((count(&answer, "kept"), count(&answer, "held")), (8, 0), "{answer}");
    assert_eq!(list(&customer, &[]).await?.code, 0);
    Ok(())
}

pub(crate) async fn a_plan_that_has_moved_is_refused(world: World) -> Result<(), Failed> {
    let (customer, leavers) = with_eight_held(&world, "moved").await?;
    let shown = held_plan(&customer).await?;
    customer.hris().rehire(&leavers[0], today());
    customer.run("user-sync").await?;
    let said = customer
        .habitsync(&[
            "holds",
            "approve",
            "moved",
            &shown,
            "--yes-deactivate",
            "8",
            "--as",
            "ana",
        ])
        .await?;
    let now = held_plan(&customer).await?;
    assert!(
        said.code == 3 && said.err.contains(&now) && said.err.contains("list again"),
        "{said:?}"
    );
    let answer = customer.run("user-sync").await?;
    assert_eq!(count(&answer, "deactivated"), 0, "{answer}");
    Ok(())
}

pub(crate) async fn a_configuration_that_would_remove_people_is_stopped_and_names_them(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("reconfigured").await?;
    customer.run("user-sync").await?;
    let moved = &at_work(&customer)[0];
    customer
        .hris()
        .change(moved, |employee| employee.location = Some("Nauru".to_owned()));
    let source = customer.example.configuration.replace("['Fiji']", "['Fiji', 'Nauru']");
    let source = source.replace("[users.fields] ", "out_of_scope = \"deactivate\"\n\n[users.fields] ");
    let file = std::env::temp_dir().join(format!("habitsync-reconfigured-{}.toml", std::process::id()));
    std::fs::write(&file, source)?;
    let path = file.to_str().ok_or("a path")?;
    let stopped = customer.habitsync(&["tenant", "apply", path]).await?;
    let shown = customer.habitsync(&["tenant", "show", "reconfigured"]).await?;
    let agreed = customer
        .habitsync(&["tenant", "apply", path, "--yes-deactivate", "1", "--yes"])
        .await?;
    std::fs::remove_file(&file)?;
    assert!(stopped.code == 3 && stopped.err.contains(moved.as_str()), "{stopped:?}");
    assert!(
        stopped.err.contains("--yes-deactivate 1") && shown.out.contains("# version 1 of"),
        "{stopped:?} {shown:?}"
    );
    assert!(
        agreed.code == 0 && agreed.out.contains("version 2 is in force"),
        "{agreed:?}"
    );
    let answer = customer.run("user-sync").await?;
    assert!(!is_active(&customer, moved)?, "{answer}");
    Ok(())
}

/// Returns a customer of 30 employees after eight of them have left at once: more than a fifth.
async fn with_eight_held(world: &World, tenant: &str) -> Result<(Customer, Vec<String>), Failed> {
    let customer = world.customer(tenant).await?;
    customer.run("user-sync").await?;
    let leavers = at_work(&customer).get(..8).ok_or("too few people")?.to_vec();
    for id in &leavers {
        customer.hris().terminate(id, today().yesterday()?);
    }
    let answer = customer.run("user-sync").await?;
    assert_eq!(count(&answer, "held"), 8, "{answer}");
    Ok((customer, leavers))
}

async fn list(customer: &Customer, more: &[&str]) -> Result<Said, Failed> {
    let list = ["holds", "list", customer.example.tenant.as_str()];
    customer.habitsync(&[list.as_slice(), more].concat()).await
}

/// Returns the pending plan, as the command lists it.
pub(crate) async fn held_plan(customer: &Customer) -> Result<String, Failed> {
    let said = list(customer, &["--output", "json"]).await?;
    assert_eq!(said.code, 3, "something waits: {said:?}");
    let listed: Value = serde_json::from_str(&said.out)?;
    let plan = listed["held"]["id"]
        .as_str()
        .ok_or_else(|| format!("no plan: {said:?}"))?;
    Ok(plan.to_owned())
}
