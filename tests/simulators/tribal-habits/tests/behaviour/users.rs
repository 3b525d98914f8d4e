//! Creating, changing and finding users.

use habitsync_simulator_harness::EffectKind;
use habitsync_simulator_tribal_habits::{DateStyle, PortalSettings};
use reqwest::Method;
use serde_json::{Value, json};

use crate::portal::{Caller, user};

#[tokio::test]
async fn only_the_bare_key_is_accepted() {
    let caller = Caller::start().await;
    for key in ["", "th-ke", "Bearer th-key", "TH-KEY"] {
        assert_eq!(
            caller.send(Method::GET, "/users", key, None).await.status(),
            401,
            "{key:?}"
        );
    }
    assert_eq!(caller.get("/users").await.status, 200);
}

#[tokio::test]
async fn a_created_user_is_shown_with_every_custom_field() {
    let caller = Caller::start().await;
    let mut body = user("kim");
    body.insert("X-Location".to_owned(), json!("Perth"));
    body.insert("X-Start Date".to_owned(), json!("2024-02-05"));
    let expected = json!({
        "user_name": "kim", "first_name": "Kim", "last_name": "Yarrow", "email": "kim@acme.example",
        "manager_email": null, "active": true, "X-Age": null, "X-Location": "Perth", "X-Nickname": null,
        "X-Start Date": "05/02/2024",
    });
    let created = caller.post("/users", &json!(body)).await;
    assert_eq!((created.status, &created.body), (201, &expected));
    assert_eq!(caller.get("/users/kim").await.body, expected);
    assert_eq!(
        caller.portal.user("kim").expect("the user").custom("Location"),
        Some(&json!("Perth"))
    );
}

#[tokio::test]
async fn dates_can_be_read_back_as_they_were_written() {
    let caller = Caller::start().await;
    let fields = caller.portal.custom_fields();
    let settings = PortalSettings {
        dates: DateStyle::AsWritten,
        ..PortalSettings::default().custom_fields(fields)
    };
    let caller = Caller::with(settings).await;
    let mut body = user("kim");
    body.insert("X-Start Date".to_owned(), json!("2024-02-05"));
    assert_eq!(
        caller.post("/users", &json!(body)).await.body["X-Start Date"],
        "2024-02-05"
    );
}

#[tokio::test]
async fn what_a_new_user_lacks_is_named_field_by_field() {
    let caller = Caller::start().await;
    let refused = caller
        .post("/users", &json!({"first_name": " ", "email": "no address"}))
        .await;
    assert_eq!(refused.status, 422);
    let blank = json!(["can't be blank"]);
    let errors = json!({"user_name": blank, "first_name": blank, "last_name": blank, "email": ["is invalid"]});
    assert_eq!(refused.body["errors"], errors);
    assert!(caller.portal.users().is_empty());
}

#[tokio::test]
async fn user_names_and_emails_are_unique_whatever_their_case_and_blanks() {
    let caller = Caller::start().await;
    caller.create("kim@acme").await;
    let mut twin = user("other");
    twin.insert("user_name".to_owned(), json!(" KIM@Acme "));
    twin.insert("email".to_owned(), json!("Kim.Acme@ACME.example "));
    let refused = caller.post("/users", &json!(twin)).await;
    let taken = json!(["has already been taken"]);
    assert_eq!(
        (refused.status, &refused.body["errors"]),
        (422, &json!({"user_name": taken, "email": taken}))
    );

    caller.create("lee").await;
    let refused = caller
        .put("/users/lee", &json!({"email": "KIM.acme@acme.example"}))
        .await;
    assert_eq!(
        (refused.status, &refused.body["errors"]),
        (422, &json!({"email": taken}))
    );
    assert_eq!(
        caller
            .put("/users/lee", &json!({"email": "LEE@acme.example"}))
            .await
            .status,
        200,
        "one's own is free"
    );
}

#[tokio::test]
async fn a_user_is_found_by_an_encoded_name_in_any_case() {
    let caller = Caller::start().await;
    for (name, path) in [
        ("kim.yarrow@acme", "KIM.Yarrow%40acme"),
        ("o'neil/2", "o'neil%2F2"),
        ("a b", "a%20b"),
        ("美玲", "%E7%BE%8E%E7%8E%B2"),
    ] {
        let mut body = user("any");
        body.insert("user_name".to_owned(), json!(name));
        body.insert("email".to_owned(), json!(format!("{}@acme.example", name.len())));
        assert_eq!(caller.post("/users", &json!(body)).await.status, 201, "{name}");
        assert_eq!(caller.get(&format!("/users/{path}")).await.body["user_name"], name);
    }
    assert_eq!(caller.get("/users/nobody").await.status, 404);
    assert_eq!(caller.put("/users/nobody", &json!({"active": false})).await.status, 404);
}

#[tokio::test]
async fn an_update_changes_only_what_is_sent() {
    let caller = Caller::start().await;
    caller.create("kim").await;
    let changed = caller
        .put("/users/kim", &json!({"last_name": "Nguyen", "X-Age": 27}))
        .await;
    assert_eq!(changed.status, 200);
    let kim = caller.portal.user("kim").expect("kim");
    assert_eq!((kim.first_name.as_str(), kim.last_name.as_str()), ("Kim", "Nguyen"));
    let effect = caller.portal.journal().effects().pop().expect("an effect");
    assert_eq!(
        (effect.kind, effect.fields),
        (EffectKind::Changed, vec!["last_name".to_owned(), "X-Age".to_owned()])
    );

    caller.put("/users/kim", &json!({"last_name": "Nguyen"})).await;
    assert_eq!(
        caller.portal.journal().effects().pop().expect("an effect").kind,
        EffectKind::Unchanged
    );
}

#[tokio::test]
async fn a_deactivated_user_stays_listed_and_can_be_reactivated() {
    let caller = Caller::start().await;
    caller.create("kim").await;
    assert_eq!(
        caller.put("/users/kim", &json!({"active": false})).await.body["active"],
        false
    );
    let list = caller.get("/users").await;
    assert_eq!(
        (&list.body["total_records"], &list.body["records"][0]["active"]),
        (&json!(1), &json!(false))
    );
    assert_eq!(
        caller.put("/users/kim", &json!({"active": true})).await.body["active"],
        true
    );
}

#[tokio::test]
async fn a_rename_frees_the_old_name() {
    let caller = Caller::start().await;
    caller.create("kim").await;
    assert_eq!(
        caller
            .put(
                "/users/kim",
                &json!({"user_name": "kim2", "email": "kim2@acme.example"})
            )
            .await
            .status,
        200
    );
    assert_eq!(caller.get("/users/kim").await.status, 404);
    assert_eq!(caller.get("/users/kim2").await.status, 200);
    assert_eq!(caller.create("kim").await.status, 201, "name and e-mail are free again");
}

#[tokio::test]
async fn custom_fields_are_checked_and_cleared() {
    let caller = Caller::start().await;
    caller.create("kim").await;
    let wrong = json!({"X-Shoe Size": "9", "X-Location": "Hobart", "X-Start Date": "5/2/2024", "X-Age": "old"});
    let refused = caller.put("/users/kim", &wrong).await;
    let errors = json!({"X-Shoe Size": ["is not a field of this portal"], "X-Location": ["is not in the list"],
                        "X-Start Date": ["is not a date"], "X-Age": ["is not a number"]});
    assert_eq!((refused.status, &refused.body["errors"]), (422, &errors));
    caller
        .put(
            "/users/kim",
            &json!({"X-Location": "Sydney;Perth", "manager_email": "boss@acme.example"}),
        )
        .await;
    let cleared = caller
        .put("/users/kim", &json!({"X-Location": "", "manager_email": null}))
        .await;
    assert_eq!(
        (&cleared.body["X-Location"], &cleared.body["manager_email"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn there_is_no_delete_and_no_unreadable_body() {
    let caller = Caller::start().await;
    caller.create("kim").await;
    assert_eq!(
        caller.send(Method::DELETE, "/users/kim", "th-key", None).await.status(),
        405
    );
    assert_eq!(caller.post("/users", &json!(["kim"])).await.status, 400);
    assert_eq!(caller.send(Method::POST, "/users", "th-key", None).await.status(), 400);
}

#[tokio::test]
async fn an_administrators_edit_by_hand_is_under_the_same_rules() {
    let caller = Caller::start().await;
    assert!(caller.portal.add_user(&user("kim")));
    assert!(!caller.portal.add_user(&user("kim")));
    let edit = json!({"active": false});
    assert!(caller.portal.edit_user("kim", edit.as_object().expect("an object")));
    assert!(!caller.portal.user("kim").expect("kim").active);
    assert!(caller.portal.journal().is_empty(), "what is done by hand is no request");
}
