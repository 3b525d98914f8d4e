//! Tests of writing to the portal, and of its refusals.

use habitsync_domain::identity::UserName;
use habitsync_domain::people::user::{FieldName, NewUser, UserChange, UserFields};
use habitsync_in_memory::{one_try, refused_fields};
use habitsync_simulator_harness::EffectKind;
use habitsync_workflows::ports::failure::{Missing, VendorFailureKind};
use habitsync_workflows::ports::vendors::SaveUser;
use serde_json::json;

use crate::rig::{KEY, Rig, fields};

fn values(pairs: &[(&str, &str)]) -> UserFields {
    let field = |name: &str| name.parse::<FieldName>().expect("a field");
    UserFields(
        pairs
            .iter()
            .map(|(name, value)| (field(name), (*value).to_owned()))
            .collect(),
    )
}

fn new_user(name: &str, email: &str) -> NewUser {
    let fields = [
        ("first_name", "Jo"),
        ("last_name", "Citizen"),
        ("email", email),
        ("X-Location", "Perth"),
    ];
    NewUser {
        user_name: name.parse().expect("a user name"),
        fields: values(&fields),
    }
}

#[tokio::test]
async fn a_user_is_created_active_with_all_fields() {
    let rig = Rig::start().await;
    rig.client
        .create_user(&new_user("jo@acme.example", "jo@acme.example"))
        .await
        .expect("created");
    let user = rig.portal.user("jo@acme.example").expect("there");
    assert!(user.active);
    assert_eq!(
        (user.first_name.as_str(), user.last_name.as_str(), user.email.as_str()),
        ("Jo", "Citizen", "jo@acme.example")
    );
    assert_eq!(user.custom("Location"), Some(&json!("Perth")));
}

#[tokio::test]
async fn a_change_touches_only_what_it_names() {
    let rig = Rig::start().await;
    rig.add_users(1);
    let name: UserName = "user1@acme.example".parse().expect("a user name");
    let change = UserChange {
        fields: values(&[("X-Job Title", "Analyst")]),
        ..UserChange::default()
    };
    rig.client.change_user(&name, &change).await.expect("changed");
    let effects = rig.portal.journal().effects();
    assert_eq!(
        (effects[0].kind, effects[0].fields.as_slice()),
        (EffectKind::Changed, ["X-Job Title".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn a_user_is_deactivated_reactivated_and_renamed() {
    let rig = Rig::start().await;
    rig.add_users(1);
    let old: UserName = "user1@acme.example".parse().expect("a user name");
    let active = |active| UserChange {
        active: Some(active),
        ..UserChange::default()
    };
    rig.client.change_user(&old, &active(false)).await.expect("deactivated");
    assert!(!rig.portal.user("user1@acme.example").expect("there").active);
    rig.client.change_user(&old, &active(true)).await.expect("reactivated");
    assert!(rig.portal.user("user1@acme.example").expect("there").active);
    let rename = UserChange {
        user_name: Some("new@acme.example".parse().expect("a user name")),
        ..UserChange::default()
    };
    rig.client.change_user(&old, &rename).await.expect("renamed");
    assert!(rig.portal.user("new@acme.example").is_some() && rig.portal.user("user1@acme.example").is_none());
}

#[tokio::test]
async fn an_empty_value_clears_a_custom_field_and_the_manager() {
    let rig = Rig::start().await;
    rig.add_users(1);
    let set = json!({"X-Location": "Perth", "manager_email": "boss@acme.example"});
    assert!(rig.portal.edit_user("user1@acme.example", &fields(set)));
    let change = UserChange {
        fields: values(&[("X-Location", ""), ("manager_email", "")]),
        ..UserChange::default()
    };
    rig.client
        .change_user(&"user1@acme.example".parse().expect("a user name"), &change)
        .await
        .expect("changed");
    let user = rig.portal.user("user1@acme.example").expect("there");
    assert_eq!((user.custom("Location"), user.manager_email.as_ref()), (None, None));
}

#[tokio::test]
async fn a_refusal_names_its_fields_and_is_not_retryable() {
    let rig = Rig::start().await;
    rig.add_users(1);
    let taken = rig
        .client
        .create_user(&new_user("user1@acme.example", "other@acme.example"))
        .await
        .expect_err("taken");
    assert!(!taken.is_retryable() && !taken.may_have_happened());
    assert_eq!(refused_fields(&taken), ["user_name"]);
    let mut unknown_item = new_user("jo@acme.example", "user1@acme.example");
    unknown_item
        .fields
        .0
        .extend(values(&[("X-Location", "Hobart"), ("X-Nickname", "JC")]).0);
    let refusal = rig.client.create_user(&unknown_item).await.expect_err("refused");
    let VendorFailureKind::Refused(fields) = &refusal.kind else {
        panic!("{refusal:?}")
    };
    assert!(fields.iter().all(|refused| !refused.reason.is_empty()));
    assert_eq!(refused_fields(&refusal), ["X-Location", "X-Nickname", "email"]);
}

#[tokio::test]
async fn a_change_of_a_user_who_is_not_there_says_that_the_user_is_missing() {
    let rig = Rig::start().await;
    let change = UserChange {
        active: Some(false),
        ..UserChange::default()
    };
    let missing = rig
        .client
        .change_user(&"nobody".parse().expect("a user name"), &change)
        .await
        .expect_err("missing");
    assert_eq!(missing.kind, VendorFailureKind::NotFound(Missing::User));
}

#[tokio::test]
async fn a_wrong_key_is_a_matter_of_credentials() {
    let rig = Rig::with(one_try(), &format!("{KEY}-old")).await;
    let refusal = rig
        .client
        .create_user(&new_user("jo@acme.example", "jo@acme.example"))
        .await
        .expect_err("refused");
    assert_eq!(refusal.kind, VendorFailureKind::Credentials);
    let unsendable = Rig::with(one_try(), "two\nlines").await;
    let refusal = unsendable
        .client
        .create_user(&new_user("jo", "jo@acme.example"))
        .await
        .expect_err("not sent");
    assert_eq!(
        (refusal.kind, unsendable.portal.journal().len()),
        (VendorFailureKind::Credentials, 0)
    );
}
