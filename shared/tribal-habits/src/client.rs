//! The calls: which request each one is, and how a list is read whole.

use std::hash::Hash;

use habitsync_domain::vendors::list::{UnusableRecord, VendorList};
use habitsync_vendor_http::{
    CallError, HttpError, ProbedClient, RawRecord, RawResponse, Request, VendorClient, VendorHttp, read_records,
};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::TribalHabitsError;
use crate::wire::{self, Enrolment, ListPage, Topic, User, UserBody};

/// The vendor's name, for [`VendorHttp::new`].
pub const VENDOR: &str = "Tribal Habits";

/// A customer's key to the portal's API.
#[derive(Debug, Clone)]
pub struct Credentials {
    api_key: SecretString,
}

/// The customer's vendor secret has no usable part for Tribal Habits. Nothing of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the vendor secret has no {{\"tribal_habits\":{{\"api_key\":…}}}}")]
pub struct InvalidCredentials;

impl Credentials {
    /// Reads this vendor's part of the customer's vendor secret, `{"tribal_habits":{"api_key":…},…}`.
    ///
    /// # Errors
    ///
    /// The secret is no JSON, or its key is missing or empty. The error quotes none of the secret.
    pub fn from_vendor_secret(secret: &SecretString) -> Result<Self, InvalidCredentials> {
        // The parser's message could quote the secret: it is dropped.
        let secret: VendorSecret = serde_json::from_str(secret.expose_secret()).map_err(|_| InvalidCredentials)?;
        let api_key = secret.tribal_habits.api_key;
        if api_key.expose_secret().trim().is_empty() {
            Err(InvalidCredentials)
        } else {
            Ok(Self { api_key })
        }
    }
}

#[derive(Deserialize)]
struct VendorSecret {
    tribal_habits: TribalHabitsSecret,
}

#[derive(Deserialize)]
struct TribalHabitsSecret {
    api_key: SecretString,
}

/// One customer's portal.
#[derive(Debug, Clone)]
pub struct TribalHabits {
    http: VendorHttp,
    credentials: Credentials,
}

impl ProbedClient for TribalHabits {
    async fn look(&self, request: Request) -> Result<RawResponse, HttpError> {
        self.http.look(&request.authorization(&self.credentials.api_key)?).await
    }
}

impl VendorClient for TribalHabits {
    fn with_http(self, change: impl FnOnce(VendorHttp) -> VendorHttp) -> Self {
        let http = change(self.http);
        Self { http, ..self }
    }
}

impl TribalHabits {
    /// The portal behind `http`, whose base URL is the portal's address without `/papi`.
    #[must_use]
    pub fn new(http: VendorHttp, credentials: Credentials) -> Self {
        let http = http.naming(wire::FIELDS);
        Self { http, credentials }
    }

    /// Returns every user, deactivated ones included; `read` decodes each record, page by page. `identity`
    /// distinguishes the users.
    ///
    /// # Errors
    ///
    /// A page is no page of the list, or the list changed during each of its two reads. A failed request is retried
    /// first, since it only reads. A record that cannot be decoded is no error: the list returns it as unusable.
    pub async fn users<T: PartialEq>(
        &self,
        read: impl Fn(User) -> Result<T, UnusableRecord>,
        identity: impl Fn(&T) -> String,
    ) -> Result<VendorList<T>, TribalHabitsError> {
        let read = |record| User::read(&record).and_then(&read);
        self.list(Request::list(&["papi", "users"]), read, identity).await
    }

    /// Returns the user of this name, `None` where the portal says that the user does not exist (404).
    ///
    /// # Errors
    ///
    /// The answer is the record of another user or cannot be decoded, or the request failed after its retries.
    pub async fn user(&self, name: &str) -> Result<Option<User>, TribalHabitsError> {
        let answer = self.json(Request::get(&["papi", "users", name])).await;
        found(answer, User::read, |user| user.has_name(name))
    }

    /// Creates a user.
    ///
    /// # Errors
    ///
    /// The portal refused the user (422), the answer is not that user, or the request failed. An answer that is not
    /// that user, a time-out or a fault of the vendor is ambiguous: the user may exist. The client sends the write
    /// again only where it certainly had no effect, such as after a 429.
    pub async fn post_user(&self, user: &UserBody) -> Result<(), TribalHabitsError> {
        let created: RawRecord = self.json(Request::post(&["papi", "users"]).json(user)?).await?;
        acknowledged(&created, user.user_name.as_deref(), user)
    }

    /// Changes the fields in `change` of the user who has this name now.
    ///
    /// # Errors
    ///
    /// The portal refused the change (422) or has no such user, the answer is not that user or contradicts the change,
    /// or the request failed. An unexpected answer, a time-out or a fault of the vendor is ambiguous: the change may
    /// have been made.
    pub async fn put_user(&self, name: &str, change: &UserBody) -> Result<(), TribalHabitsError> {
        let changed: RawRecord = self.json(Request::put(&["papi", "users", name]).json(change)?).await?;
        acknowledged(&changed, Some(change.user_name.as_deref().unwrap_or(name)), change)
    }

    /// Returns every topic and article.
    ///
    /// # Errors
    ///
    /// As for [`users`](Self::users).
    pub async fn topics(&self) -> Result<VendorList<Topic>, TribalHabitsError> {
        let read = |record| Topic::read(&record);
        self.list(Request::list(&["papi", "topics"]), read, |topic| topic.id)
            .await
    }

    /// Returns the topic of this id, `None` where the portal says that it does not exist (404).
    ///
    /// # Errors
    ///
    /// As for [`user`](Self::user).
    pub async fn topic(&self, id: i64) -> Result<Option<Topic>, TribalHabitsError> {
        let answer = self.json(Request::get(&["papi", "topics", &id.to_string()])).await;
        found(answer, Topic::read, |topic| topic.id == id)
    }

    /// Returns every enrolment completed at `since` or later, oldest completion first (assumed). Enrolments completed
    /// while the list is read may be missing: a later read must begin before that moment.
    ///
    /// # Errors
    ///
    /// As for [`users`](Self::users).
    pub async fn enrolments_completed_since(
        &self,
        since: Timestamp,
    ) -> Result<VendorList<Enrolment>, TribalHabitsError> {
        let list = Request::list(&["papi", "enrolments"]).query("completed_since", since.to_string());
        self.list(list, |record| Enrolment::read(&record), |enrolment| enrolment.id)
            .await
    }

    /// Returns the enrolment of this id, `None` where the portal says that it does not exist (404).
    ///
    /// # Errors
    ///
    /// As for [`user`](Self::user).
    pub async fn enrolment(&self, id: i64) -> Result<Option<Enrolment>, TribalHabitsError> {
        let answer = self.json(Request::get(&["papi", "enrolments", &id.to_string()])).await;
        found(answer, Enrolment::read, |enrolment| enrolment.id == id)
    }

    async fn list<T: PartialEq, I: Hash + Eq + Clone + ToString>(
        &self,
        list: Request,
        read: impl Fn(RawRecord) -> Result<T, UnusableRecord>,
        identity: impl Fn(&T) -> I,
    ) -> Result<VendorList<T>, TribalHabitsError> {
        let list = &list;
        let page = async |number: u64| {
            let page: ListPage = self.json(list.clone().query("page", number.to_string())).await?;
            Ok::<_, TribalHabitsError>(page.page())
        };
        read_records(page, read, identity).await
    }

    /// The key travels bare, without `Bearer` (documented).
    async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T, TribalHabitsError> {
        let request = request.authorization(&self.credentials.api_key)?;
        self.http.json(&request).await.map_err(|error: HttpError| error.into())
    }
}

/// 404 as "none"; a record only where it is the one that was asked for.
fn found<T>(
    answer: Result<RawRecord, TribalHabitsError>,
    read: impl Fn(&RawRecord) -> Result<T, UnusableRecord>,
    is_asked_for: impl Fn(&T) -> bool,
) -> Result<Option<T>, TribalHabitsError> {
    match answer {
        Ok(record) => match read(&record) {
            Ok(record) if is_asked_for(&record) => Ok(Some(record)),
            Ok(_) | Err(_) => Err(not_believed("the record that was asked for")),
        },
        Err(TribalHabitsError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the answer to a write is the user of this name, as active as was written.
fn acknowledged(answer: &RawRecord, name: Option<&str>, written: &UserBody) -> Result<(), TribalHabitsError> {
    let is_as_written = User::read(answer).is_ok_and(|user| {
        let is_active = user.active.unwrap_or(true);
        name.is_some_and(|name| user.has_name(name)) && written.active.is_none_or(|active| active == is_active)
    });
    if is_as_written {
        Ok(())
    } else {
        Err(not_believed("the user as written"))
    }
}

const fn not_believed(expected: &'static str) -> TribalHabitsError {
    TribalHabitsError::Call(CallError::NotBelieved { expected })
}
