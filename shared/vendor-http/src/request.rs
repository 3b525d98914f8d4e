//! A request to a vendor, before it meets a base URL. Never printed: paths hold user names, bodies hold people.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::error::{BuildError, HttpError};
use crate::retry::Effect;

/// What to send; built anew for each call, sent anew for each try.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) effect: Effect,
    pub(crate) patience: Patience,
}

/// Which of the settings' time-outs holds for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// A single record.
    Single,
    /// A page of a list.
    List,
}

impl Request {
    /// Reads the resource at this path; each part is percent-encoded.
    #[must_use]
    pub fn get(path: &[&str]) -> Self {
        Self::new(Method::GET, path, Effect::Read)
    }

    /// Reads a page of the list at this path, with the longer time-out.
    #[must_use]
    pub fn list(path: &[&str]) -> Self {
        Self {
            patience: Patience::List,
            ..Self::get(path)
        }
    }

    /// Creates something under this path.
    #[must_use]
    pub fn post(path: &[&str]) -> Self {
        Self::new(Method::POST, path, Effect::Write)
    }

    /// Changes the resource at this path.
    #[must_use]
    pub fn put(path: &[&str]) -> Self {
        Self::new(Method::PUT, path, Effect::Write)
    }

    /// Changes parts of the resource at this path.
    #[must_use]
    pub fn patch(path: &[&str]) -> Self {
        Self::new(Method::PATCH, path, Effect::Write)
    }

    fn new(method: Method, path: &[&str], effect: Effect) -> Self {
        let segments = path.iter().map(ToString::to_string).collect();
        let (query, headers, patience) = (Vec::new(), HeaderMap::new(), Patience::Single);
        Self {
            method,
            segments,
            query,
            headers,
            body: None,
            effect,
            patience,
        }
    }

    /// Says that sending it twice does no harm (a token request), so that it is retried as a read is.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.effect = Effect::Read;
        self
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Sets the body to this value as JSON.
    ///
    /// # Errors
    ///
    /// The value cannot be written as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, HttpError> {
        self.body = Some(serde_json::to_vec(body).map_err(|_| HttpError::Build(BuildError::Body))?);
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(self)
    }

    /// Sends these as a form.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.body = Some(form.into_bytes());
        self.headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        self
    }

    /// Sends a secret, unchanged, in the `Authorization` header.
    ///
    /// # Errors
    ///
    /// The secret has characters that a header cannot carry.
    pub fn authorization(self, secret: &SecretString) -> Result<Self, HttpError> {
        self.secret_header(AUTHORIZATION, secret.expose_secret())
    }

    /// Sends a token as `Authorization: Bearer …`.
    ///
    /// # Errors
    ///
    /// The token has characters that a header cannot carry.
    pub fn bearer(self, token: &SecretString) -> Result<Self, HttpError> {
        self.secret_header(AUTHORIZATION, &format!("Bearer {}", token.expose_secret()))
    }

    /// Sends a secret in the header `X-Api-Key`.
    ///
    /// # Errors
    ///
    /// The secret has characters that a header cannot carry.
    pub fn api_key(self, secret: &SecretString) -> Result<Self, HttpError> {
        self.secret_header(HeaderName::from_static("x-api-key"), secret.expose_secret())
    }

    /// Marked sensitive, so that the HTTP library does not print it either.
    fn secret_header(mut self, name: HeaderName, secret: &str) -> Result<Self, HttpError> {
        let mut value = HeaderValue::from_str(secret).map_err(|_| HttpError::Build(BuildError::Header))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }
}
