//! `habitsync scan`, as an operator types it before go-live: planted faults are found, and nothing is written.

use habitsync_local::customer::today;
use habitsync_local::workspace;
use habitsync_simulator_harness::Method;
use habitsync_workflows::ports::people::LoadPeople as _;
use jiff::ToSpan;
use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::World;
use crate::customer::{Customer, Said};
use crate::users::at_work;

pub(crate) async fn a_scan_before_go_live_finds_what_was_planted_and_writes_nothing(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("scanned").await?;
    let clean = customer.habitsync(&["scan", "scanned"]).await?;
    assert!(clean.code == 0 && clean.err.is_empty(), "{clean:?}");
    let people = at_work(&customer);
    let [missing, personal, unknown, one, other, first, second, leaver] = &people[..8] else {
        return Err("too few people".into());
    };
    plant(&customer, &people)?;
    let said = customer.habitsync(&["scan", "scanned", "--limit", "0"]).await?;
    assert!(said.code == 3 && said.err.is_empty(), "{said:?}");
    assert!(
        said.out
            .lines()
            .all(|line| line.chars().count() <= 100 && !line.ends_with(' ')),
        "{}",
        said.out
    );
    let json: Value = serde_json::from_str(&customer.habitsync(&["scan", "scanned", "--output", "json"]).await?.out)?;
    for (kind, people) in [
        ("email-missing", vec![missing]),
        ("email-personal", vec![personal]),
        ("status-unknown", vec![unknown]),
        ("user-name-shared", sorted([one, other])),
        ("manager-loop", sorted([first, second])),
        ("leaver-active", vec![leaver]),
    ] {
        assert_eq!(found(&json, kind), people, "{kind}: {}", said.out);
        assert!(said.out.contains(kind), "{kind} is not in\n{}", said.out);
    }
    divided(&customer, &json);
    only_and_csv(&customer, one, other).await?;
    nothing_was_written(&customer).await?;
    before_there_are_secrets(&customer).await
}

/// Eight people, each with a fault of their own, or two with one between them.
fn plant(customer: &Customer, people: &[String]) -> Result<(), Failed> {
    let hris = customer.hris();
    hris.change(&people[0], |employee| employee.work_email = None);
    hris.change(&people[1], |employee| {
        employee.work_email = Some("jo.citizen@gmail.com".to_owned());
    });
    hris.change(&people[2], |employee| "Sabbatical".clone_into(&mut employee.status));
    let shared = customer.address_of(&people[3]);
    hris.change(&people[4], |employee| employee.work_email = shared);
    hris.change(&people[5], |employee| {
        employee.manager_employee_id = Some(people[6].clone());
    });
    hris.change(&people[6], |employee| {
        employee.manager_employee_id = Some(people[5].clone());
    });
    let address = customer.address_of(&people[7]).ok_or("no address")?;
    let account = json!({"user_name": address, "first_name": "A", "last_name": "Leaver", "email": address});
    assert!(customer.portal().add_user(account.as_object().ok_or("an object")?));
    hris.terminate(&people[7], today().saturating_sub(7.days()));
    Ok(())
}

/// Returns the employee numbers of all employees with a finding of this kind.
fn found<'j>(json: &'j Value, kind: &str) -> Vec<&'j str> {
    let findings = json["findings"].as_array().into_iter().flatten();
    let people = findings
        .filter(|finding| finding["kind"] == kind)
        .flat_map(|finding| finding["people"].as_array().into_iter().flatten());
    let mut found: Vec<_> = people.filter_map(|person| person["employee_id"].as_str()).collect();
    found.sort_unstable();
    found
}

fn sorted<const N: usize>(mut people: [&String; N]) -> Vec<&String> {
    people.sort();
    people.to_vec()
}

/// Every account of the portal is in one part.
fn divided(customer: &Customer, json: &Value) {
    let accounts = customer.portal().users().len();
    let counts = json["account_counts"].as_object().expect("counted");
    let sum: u64 = counts
        .iter()
        .filter(|(part, _)| *part != "accounts")
        .filter_map(|(_, count)| count.as_u64())
        .sum();
    assert_eq!(
        (counts["accounts"].as_u64(), sum),
        (Some(accounts as u64), accounts as u64),
        "{counts:?}"
    );
    assert_eq!(json["accounts"].as_array().map(Vec::len), Some(accounts));
}

async fn only_and_csv(customer: &Customer, one: &str, other: &str) -> Result<(), Failed> {
    let csv = customer
        .habitsync(&["scan", "scanned", "--only", "user-name-shared", "--output", "csv"])
        .await?;
    let lines: Vec<_> = csv.out.lines().collect();
    assert!(
        lines.len() == 3 && lines[0].starts_with("\u{feff}kind,finding,"),
        "{csv:?}"
    );
    assert!(
        [one, other]
            .iter()
            .all(|id| lines[1..].iter().any(|line| line.contains(*id))),
        "{csv:?}"
    );
    let slip = customer
        .habitsync(&["scan", "scanned", "--only", "email-mising"])
        .await?;
    assert!(
        slip.code == 2 && slip.err.contains("did you mean email-missing?"),
        "{slip:?}"
    );
    Ok(())
}

async fn nothing_was_written(customer: &Customer) -> Result<(), Failed> {
    let journal = customer.portal().journal();
    let writes = journal.count(&Method::POST, "/users") + journal.count(&Method::PUT, "/users/{user_name}");
    let table = customer.stack().tenant_table(&customer.example.tenant).await?;
    assert_eq!((writes, table.load_people().await?.people.len()), (0, 0));
    Ok(())
}

/// A customer who has a file, and nothing else yet.
async fn before_there_are_secrets(customer: &Customer) -> Result<(), Failed> {
    let file = workspace::local("e2e")?.join("unborn.toml");
    std::fs::write(
        &file,
        customer.example.configuration.replace("\"scanned\"", "\"unborn\""),
    )?;
    let file = file.to_str().ok_or("a path")?;
    let Said { code, out, err } = customer.habitsync(&["scan", "unborn", "--config", file]).await?;
    assert!(code == 1 && err.is_empty(), "{code}: {err}");
    assert!(
        out.contains("missing: EmployeeConnect") && out.contains("missing: Tribal Habits"),
        "{out}"
    );
    Ok(())
}
