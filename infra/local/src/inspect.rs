//! Looks into the emulator: sent mails, queued messages, and the functions' logs.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::LocalError;

/// The region that everything local lies in.
pub const REGION: &str = "ap-southeast-2";

/// Asks a running emulator for what AWS would not show, or not as easily.
#[derive(Debug, Clone)]
pub struct Inspector {
    address: String,
    client: reqwest::Client,
}

/// A mail as SES would have sent it, decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Mail {
    /// Sender address.
    pub source: String,
    /// Recipient addresses.
    pub to: Vec<String>,
    /// Subject line of the mail.
    pub subject: String,
    /// Its plain text.
    pub body_text: String,
    /// Its HTML, when it has any.
    pub body_html: Option<String>,
    /// When it was sent, in seconds since 1970.
    pub timestamp: f64,
}

/// One line that a function logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogEvent {
    pub(crate) log_stream_name: String,
    pub(crate) timestamp: u64,
    pub(crate) message: String,
}

impl Inspector {
    /// Asks the emulator at `address`.
    ///
    /// # Panics
    /// Never: a client without settings can be made.
    #[must_use]
    pub fn new(address: &str) -> Self {
        // An HTTP client wants to know a TLS provider even where it never uses one; a second call changes nothing.
        rustls::crypto::ring::default_provider().install_default().ok();
        #[expect(
            clippy::disallowed_methods,
            reason = "it calls the emulator on this machine, never a vendor"
        )]
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client without settings can be made");
        Self {
            address: address.to_owned(),
            client,
        }
    }

    /// Whether the emulator answers.
    pub async fn is_ready(&self) -> bool {
        let answer: Result<Value, _> = self.get("/_ministack/ready").await;
        answer.is_ok_and(|answer| answer["status"] == "completed")
    }

    /// Every mail sent so far, oldest first.
    ///
    /// # Errors
    /// When the emulator cannot be asked.
    pub async fn mails(&self) -> Result<Vec<Mail>, LocalError> {
        #[derive(Deserialize)]
        struct Answer {
            messages: HashMap<String, Vec<Mail>>,
        }
        let answer: Answer = self.get("/_ministack/ses/messages").await?;
        Ok(answer.messages.into_values().flatten().collect())
    }

    /// Returns the number of messages on a queue, those in flight included.
    ///
    /// # Errors
    /// When the emulator cannot be asked.
    pub async fn queue_depth(&self, queue_url: &str) -> Result<usize, LocalError> {
        let answer: Value = self
            .get(&format!("/_ministack/sqs/messages?QueueUrl={queue_url}"))
            .await?;
        let regions = answer["messages"]
            .as_object()
            .into_iter()
            .flat_map(|accounts| accounts.values());
        let queues = regions
            .filter_map(Value::as_object)
            .flat_map(|regions| regions.values());
        Ok(queues
            .filter_map(Value::as_object)
            .flat_map(|queues| queues.values())
            .filter_map(Value::as_array)
            .map(Vec::len)
            .sum())
    }

    /// Calls a function and waits for its answer.
    ///
    /// # Errors
    /// When the emulator refuses the call. A function that fails answers with its error all the same.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value, LocalError> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let request = self.client.post(format!("{}{path}", self.address)).json(event);
        answer(&format!("POST {path}"), request).await
    }

    /// How many seconds each invocation of a function may take.
    ///
    /// # Errors
    /// When the emulator refuses.
    pub async fn set_timeout(&self, function: &str, seconds: u64) -> Result<(), LocalError> {
        let path = format!("/2015-03-31/functions/{function}/configuration");
        let request = self.client.put(format!("{}{path}", self.address));
        send(&format!("PUT {path}"), request.json(&json!({ "Timeout": seconds })))
            .await
            .map(drop)
    }

    /// Lets mails be sent from `address`, as SES does once its owner has confirmed it.
    ///
    /// # Errors
    /// When the emulator refuses.
    pub async fn verify_sender(&self, address: &str) -> Result<(), LocalError> {
        let form = [
            ("Action", "VerifyEmailIdentity"),
            ("EmailAddress", address),
            ("Version", "2010-12-01"),
        ];
        let request = self
            .client
            .post(&self.address)
            .header("authorization", scope("ses"))
            .form(&form);
        send("ses VerifyEmailIdentity", request).await.map(drop)
    }

    /// Puts a message on a queue.
    ///
    /// # Errors
    /// When the emulator refuses.
    pub async fn put_message(&self, queue_url: &str, body: &str) -> Result<(), LocalError> {
        let form = [
            ("Action", "SendMessage"),
            ("QueueUrl", queue_url),
            ("MessageBody", body),
            ("Version", "2012-11-05"),
        ];
        let request = self
            .client
            .post(&self.address)
            .header("authorization", scope("sqs"))
            .form(&form);
        send("sqs SendMessage", request).await.map(drop)
    }

    /// What a log group holds from a time on (milliseconds since 1970), oldest first; nothing when there is no such group.
    pub(crate) async fn log_events(&self, group: &str, from: u64) -> Result<Vec<LogEvent>, LocalError> {
        #[derive(Deserialize)]
        struct Answer {
            events: Vec<LogEvent>,
        }
        let request = self
            .client
            .post(&self.address)
            .header("authorization", scope("logs"))
            .header("x-amz-target", "Logs_20140328.FilterLogEvents")
            .json(&json!({ "logGroupName": group, "startTime": from }));
        let found: Answer = answer("logs FilterLogEvents", request).await?;
        Ok(found.events)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, LocalError> {
        answer(
            &format!("GET {path}"),
            self.client.get(format!("{}{path}", self.address)),
        )
        .await
    }
}

/// The header from which the emulator reads which service is meant; it checks no signature.
fn scope(service: &str) -> String {
    let region = REGION;
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=x"
    )
}

async fn answer<T: DeserializeOwned>(call: &str, request: reqwest::RequestBuilder) -> Result<T, LocalError> {
    let body = send(call, request).await?;
    serde_json::from_str(&body).map_err(|source| LocalError::Unreadable {
        what: format!("The answer to {call}"),
        source,
    })
}

async fn send(call: &str, request: reqwest::RequestBuilder) -> Result<String, LocalError> {
    let broken = |source| LocalError::Call {
        call: call.to_owned(),
        source,
    };
    let response = request.send().await.map_err(broken)?;
    let status = response.status();
    let body = response.text().await.map_err(broken)?;
    if status.is_success() {
        Ok(body)
    } else {
        Err(LocalError::Refused {
            call: call.to_owned(),
            status: status.as_u16(),
            body,
        })
    }
}
