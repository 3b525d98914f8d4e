//! An answer of a vendor: read within bounds, sorted by status, decoded without quoting its content.

use std::time::Duration;

use habitsync_domain::vendors::json_text::mended;
use reqwest::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::body;
use crate::error::{CUT_SHORT, DecodeError, HttpError, NOT_JSON, PrivateBody};
use crate::place::{FieldNames, place};
use crate::retry_after::retry_after;

/// An answer with a 2xx status.
pub(crate) struct Reply {
    body: PrivateBody,
}

impl Reply {
    /// Receives the whole answer; a status that is not 2xx is an error that keeps the body.
    pub(crate) async fn receive(response: Response, limit_bytes: usize, timeout: Duration) -> Result<Self, HttpError> {
        let status = response.status();
        let wait = retry_after(status.as_u16(), response.headers());
        if status.is_success() {
            let body = body::receive(response, limit_bytes, timeout).await?;
            return Ok(Self { body });
        }
        // The status has been read: a body that breaks off takes nothing from it.
        Err(HttpError::Status {
            status: status.as_u16(),
            retry_after: wait,
            body: body::receive_refusal(response).await,
        })
    }

    /// The answer as it came.
    pub(crate) fn into_body(self) -> PrivateBody {
        self.body
    }

    /// The answer as `T`. No answer at all is JSON's `null`. An error names the fields that are among `names`, and no others.
    pub(crate) fn json<T: DeserializeOwned>(&self, names: FieldNames) -> Result<T, HttpError> {
        match self.body.0.trim_ascii() {
            b"" => decode(b"null", names).map_err(|_| HttpError::Decode(DecodeError::cut_short())),
            text => decode(text, names).or_else(|error| match error {
                HttpError::Decode(error) if error.is_about_syntax() => decode(&mended(text), names),
                error => Err(error),
            }),
        }
    }
}

fn decode<T: DeserializeOwned>(json: &[u8], names: FieldNames) -> Result<T, HttpError> {
    reject_error(json)?;
    let mut reader = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| HttpError::Decode(unreadable(&error, names)))
}

/// The fields that show that a success is none.
#[derive(Deserialize, Default)]
struct Denials<'j> {
    #[serde(borrow)]
    error: Option<&'j RawValue>,
    #[serde(borrow)]
    errors: Option<&'j RawValue>,
    #[serde(borrow)]
    success: Option<&'j RawValue>,
}

/// A success has no `error` or `errors` in its body, or an empty one, and does not say that it is none. The rest of the body is
/// passed over.
fn reject_error(json: &[u8]) -> Result<(), HttpError> {
    if !json.starts_with(b"{") {
        return Ok(());
    }
    let Denials { error, errors, success } = serde_json::from_slice(json).unwrap_or_default();
    let said = [("error", error), ("errors", errors), ("success", success)];
    let said = said
        .into_iter()
        .filter_map(|(name, raw)| Some((name.to_owned(), decoded(raw?))));
    match reported_error(&said.collect()) {
        None => Ok(()),
        Some(error) => Err(HttpError::ErrorInSuccess { code: code(error) }),
    }
}

/// An error that cannot be decoded is one all the same.
fn decoded(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or(Value::Bool(true))
}

/// What a body reports as an error, where it does.
pub(crate) fn reported_error(body: &Map<String, Value>) -> Option<&Value> {
    let errors = ["error", "errors"].into_iter().filter_map(|name| body.get(name));
    let mut errors = errors.filter(|error| !is_nothing(error));
    errors
        .next()
        .or_else(|| body.get("success").filter(|success| is_no(success)))
}

/// Whether this is a way to say no.
fn is_no(said: &Value) -> bool {
    said == &Value::Bool(false) || said.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
}

/// Null, `false`, `0`, and texts, lists and maps with nothing in them report no error.
fn is_nothing(error: &Value) -> bool {
    match error {
        Value::Null => true,
        Value::Bool(is_error) => !is_error,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim().is_empty(),
        Value::Array(errors) => errors.iter().all(is_nothing),
        Value::Object(errors) => errors.values().all(is_nothing),
    }
}

/// The error's code, if it is one: a vendor's free words may quote the person.
fn code(error: &Value) -> Option<String> {
    let code = error.get("code").and_then(Value::as_str)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (code.len() <= 40 && code.chars().all(plain)).then(|| code.to_owned())
}

/// Returns the field and position of the error. The library's own message quotes the value, so it is not kept.
fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>, names: FieldNames) -> DecodeError {
    let problem = match error.inner().classify() {
        Category::Eof => CUT_SHORT,
        Category::Syntax | Category::Io => NOT_JSON,
        Category::Data => "not the promised data",
    };
    DecodeError {
        path: place(error.path(), names),
        problem,
        line: error.inner().line(),
        column: error.inner().column(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde::de::IgnoredAny;

    #[derive(Debug, Deserialize)]
    struct Thing {
        #[expect(dead_code, reason = "read by the decoder alone")]
        id: u32,
    }

    fn reply(body: &str) -> Reply {
        Reply {
            body: PrivateBody(body.as_bytes().to_vec()),
        }
    }

    fn decoded(body: &str) -> DecodeError {
        match reply(body).json::<Vec<Thing>>(&["id"]) {
            Err(HttpError::Decode(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_unreadable_answer_names_the_field_and_not_the_value() {
        let error = decoded(r#"[{"id": 1}, {"id": "jo@acme.example"}]"#);
        assert_eq!(
            (error.path.as_str(), error.problem),
            ("[1].id", "not the promised data")
        );
        assert!(!format!("{error:?} {error}").contains("jo@"), "{error}");
        assert_eq!(decoded("<html>").problem, "not JSON");
        assert_eq!(decoded(r#"[{"id""#).problem, "cut short");
    }

    #[test]
    fn a_success_whose_body_reports_an_error_is_an_error() {
        for body in [
            r#"{"error": {"code": "internal_error"}}"#,
            r#"{"error": "jo@acme.example"}"#,
            r#"{"errors": ["x"]}"#,
            r#"{"success": false, "id": 1}"#,
            r#"{"success": "False", "id": 1}"#,
        ] {
            let error = reply(body).json::<IgnoredAny>(&[]).expect_err("an error");
            assert!(matches!(error, HttpError::ErrorInSuccess { .. }), "{error:?}");
            assert!(!format!("{error:?} {error}").contains("jo@"), "{error}");
        }
        assert!(reply(r#"{"success": true, "id": 1}"#).json::<Thing>(&[]).is_ok());
        for nothing in [
            "null",
            "false",
            "0",
            "0.0",
            r#""""#,
            "[]",
            "{}",
            r#"{"email": []}"#,
            "[null]",
        ] {
            let success = format!(r#"{{"error": {nothing}, "errors": {nothing}, "id": 1}}"#);
            assert!(reply(&success).json::<Thing>(&[]).is_ok(), "{success}");
            let failure = format!(r#"{{"error": {nothing}, "errors": ["x"], "id": 1}}"#);
            assert!(reply(&failure).json::<Thing>(&[]).is_err(), "{failure}");
        }
    }

    #[test]
    fn an_answer_that_ends_early_is_told_from_one_that_is_wrong() {
        for cut in [
            "",
            r#"[{"id": 1}, {"id""#,
            r#"[{"id": 1}"#,
            "[{\"id\": 1, \"name\": \"Jo",
        ] {
            let error = reply(cut).json::<Vec<Thing>>(&[]).expect_err("cut short");
            assert!(error.is_retryable() && error.is_ambiguous(), "{cut}: {error}");
        }
        let wrong = reply("<html>").json::<Vec<Thing>>(&[]).expect_err("not JSON");
        assert!(!wrong.is_retryable());
    }

    #[test]
    fn what_a_serializer_got_wrong_and_is_certain_is_read() {
        for body in [
            "{\"id\": 1, \"name\": \"Jo\nCitizen\"}",
            r#"{"id": 1, "name": "Jo \ud83d"}"#,
        ] {
            assert!(reply(body).json::<Thing>(&[]).is_ok(), "{body}");
        }
    }

    #[test]
    fn a_vendors_free_words_are_no_code() {
        assert_eq!(
            code(&serde_json::json!({"code": "module_disabled"})),
            Some("module_disabled".into())
        );
        assert_eq!(code(&serde_json::json!({"code": "Jo Citizen"})), None);
    }

    #[test]
    fn an_empty_answer_confirms_and_a_web_page_does_not() {
        assert!(reply("").json::<IgnoredAny>(&[]).is_ok());
        assert!(reply("").json::<Thing>(&[]).is_err());
        assert!(reply("<html>Maintenance</html>").json::<IgnoredAny>(&[]).is_err());
    }
}
