//! What cannot be written: one employee's bad data affects no other, is reported once, and is not tried again and
//! again.

use habitsync_simulator_harness::{Fault, Method, Rule};
use libtest_mimic::Failed;
use serde_json::Value;

use super::{already_there, assert_says, at_work, count, staff};
use crate::World;
use crate::customer::{Customer, Said};

pub(crate) async fn bad_data_is_mailed_once_and_stops_nobody(world: World) -> Result<(), Failed> {
    let customer = world.customer("bad-data").await?;
    let bad = staff(&customer).pop().ok_or("no staff")?;
    customer
        .hris()
        .change(&bad, |employee| employee.work_email = Some("nobody@nowhere".to_owned()));
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        customer.active_users().len(),
        staff(&customer).len() - 1 + already_there(&customer),
        "{answer}"
    );
    customer.run("user-sync").await?;
    assert_says(&customer.only_mail().await?, &[&bad, "workEmail", "nobody@nowhere"]);
    Ok(())
}

pub(crate) async fn names_in_any_script_arrive_as_they_are_and_control_characters_do_not(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("bad-names").await?;
    let people = at_work(&customer);
    let names = [
        "Zoe\u{308} \u{1f998}",
        "\u{5dc}\u{5d9}\u{5d0}\u{5d5}\u{5e8}",
        "\u{202e}Abdul",
        "Bo\u{7}\r\nb",
    ];
    for (id, name) in people.iter().zip(names) {
        customer.hris().change(id, |employee| {
            name.clone_into(&mut employee.first_name);
            employee.preferred_name = None;
        });
    }
    let answer = customer.run("user-sync").await?;
    for (id, name) in people.iter().zip(names).take(3) {
        let user = customer
            .user_of(id)
            .ok_or_else(|| format!("{id} has no account: {answer}"))?;
        assert_eq!(user.first_name, name.trim_start_matches('\u{202e}'));
    }
    let broken = &people[3];
    assert_eq!(customer.user_of(broken), None, "{answer}");
    assert_eq!(count(&answer, "created"), staff(&customer).len() as u64 - 1, "{answer}");
    let mail = customer.only_mail().await?;
    assert_says(&mail, &[broken, "Bo⟨U+0007⟩⟨U+000D⟩⟨U+000A⟩b", "control characters"]);
    Ok(())
}

pub(crate) async fn a_field_and_a_list_item_that_the_portal_does_not_have_cost_two_lines_and_no_second_request(
    world: World,
) -> Result<(), Failed> {
    let customer = world
        .customer_like("no-such-field", |mut example| {
            r#""X-Desk" = "employee.customFields['Desk']""#.clone_into(&mut example.fields);
            example
        })
        .await?;
    let people = at_work(&customer);
    let (desk, afloat) = (&people[0], &people[1]);
    customer.hris().change(desk, |employee| {
        employee.custom_fields.insert("Desk".to_owned(), Value::from("4.17"));
    });
    customer
        .hris()
        .change(afloat, |employee| employee.location = Some("Atlantis".to_owned()));
    let answer = customer.run("user-sync").await?;
    for id in [desk, afloat] {
        let user = customer
            .user_of(id)
            .ok_or_else(|| format!("{id} has no account: {answer}"))?;
        assert!(
            user.custom("Job Title").is_some() && user.manager_email.is_some(),
            "{user:?}"
        );
    }
    let mail = customer.only_mail().await?;
    assert_says(&mail, &[desk, "X-Desk", "4.17", afloat, "X-Location", "Atlantis"]);
    assert_eq!(count(&answer, "problems"), 2, "{answer}");
    let before = customer.portal().journal().len();
    let second = customer.run("user-sync").await?;
    assert_eq!(customer.portal().journal().len(), before, "{second}");
    customer.only_mail().await?;
    Ok(())
}

pub(crate) async fn refused_credentials_are_mailed_to_the_customer(world: World) -> Result<(), Failed> {
    let customer = world.customer("refused").await?;
    customer
        .portal()
        .arm(Rule::new(Fault::ExpiredToken).on(&Method::GET, "/users").times(20));
    let answer = customer.call("user-sync").await?;
    assert!(answer.get("errorType").is_some(), "{answer}");
    let mails = customer.mails_about("connection to Tribal Habits").await?;
    let refused = "tribal habits refused the integration's key";
    assert!(
        mails.iter().any(|mail| mail.body_text.to_lowercase().contains(refused)),
        "{mails:?}"
    );
    Ok(())
}

pub(crate) async fn a_field_that_the_portal_lacks_stops_the_run_and_the_run_after_the_mend_writes(
    world: World,
) -> Result<(), Failed> {
    let mapping = r#""X-Jobtitle" = "employee.jobTitle""#;
    let customer = world
        .customer_like("lacks-a-field", |mut example| {
            mapping.clone_into(&mut example.fields);
            example
        })
        .await?;
    let answer = customer.call("user-sync").await?;
    assert_eq!(answer["errorType"], "RefusedAlike", "{answer}");
    assert!(customer.active_users().len() < at_work(&customer).len(), "{answer}");
    let mails = customer.mails_about("the user sync has stopped").await?;
    assert_eq!(mails.len(), 1);
    assert_says(&mails[0], &["X-Jobtitle", "you need not correct them"]);
    assert!(customer.only_mail().await.is_ok(), "no worklist beside it");
    let named = format!("{}: the configuration stops the job user-sync", customer.example.tenant);
    customer.watch().await?;
    let is_alert =
        |mail: &habitsync_local::Mail| mail.body_text.contains(&named) && mail.body_text.contains("X-Jobtitle");
    let mails = customer.stack().mails().await?;
    assert_eq!(
        mails.iter().filter(|mail| is_alert(mail)).count(),
        1,
        "one operator alert"
    );

    let mended = customer.example.configuration.replace(mapping, "");
    let left = staff(&customer).len() + already_there(&customer) - customer.active_users().len();
    let applied = apply(&customer, "mended", &mended, &["--yes-create", &left.to_string()]).await?;
    assert_eq!(applied.code, 0, "{applied:?}");
    let answer = customer.run("user-sync").await?;
    assert_eq!(
        customer.active_users().len(),
        staff(&customer).len() + already_there(&customer),
        "{answer}"
    );
    Ok(())
}

/// Applies this configuration from a file, with the command.
async fn apply(customer: &Customer, name: &str, source: &str, flags: &[&str]) -> Result<Said, Failed> {
    let file = std::env::temp_dir().join(format!("habitsync-{}-{name}.toml", std::process::id()));
    std::fs::write(&file, source)?;
    let path = file.to_str().ok_or("a path")?;
    let said = customer
        .habitsync(&[&["tenant", "apply", path, "--yes"], flags].concat())
        .await;
    std::fs::remove_file(&file)?;
    said
}

pub(crate) async fn a_host_with_a_typo_is_refused_where_the_file_is_applied(world: World) -> Result<(), Failed> {
    let customer = world.customer("typo").await?;
    let source = &customer.example.configuration;
    let portal = customer.portal().base_url();
    let typo = portal.replace("127.0.0.1", "locahost");
    assert!(portal != typo && source.contains(&portal), "{source}");
    let refused = apply(&customer, "typo", &source.replace(&portal, &typo), &["--unchecked"]).await?;
    assert_ne!(refused.code, 0, "{refused:?}");
    for words in [
        "typo.toml:",
        "not on the list of allowed hosts",
        "did you mean localhost?",
    ] {
        assert!(refused.err.contains(words), "{refused:?}");
    }
    Ok(())
}
