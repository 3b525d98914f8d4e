//! The result queue: SQS, a standard queue whose message group is the customer, so that one customer's burst does not
//! delay another's results.

use aws_sdk_sqs::Client;
use habitsync_domain::results::completion::CompletionMessage;
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::queue::QueueCompletion;

use crate::connection::Aws;
use crate::failure::{AwsError, AwsErrorKind};

/// Sends to the result queue.
#[derive(Debug, Clone)]
pub struct ResultQueue {
    client: Client,
    url: String,
}

impl Aws {
    /// The result queue with this URL.
    #[must_use]
    pub fn result_queue(&self, url: &str) -> ResultQueue {
        ResultQueue {
            client: Client::new(&self.config),
            url: url.to_owned(),
        }
    }
}

impl QueueCompletion for ResultQueue {
    async fn queue_completion(&self, message: &CompletionMessage) -> Result<(), ServiceFailure> {
        let failed = |kind| AwsError::new("SQS", "SendMessage", kind);
        let body =
            serde_json::to_string(message).map_err(|error| failed(AwsErrorKind::Unreadable(error.to_string())))?;
        let send = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(message.tenant.as_str());
        send.message_body(body)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("SQS", "SendMessage", &error))?;
        Ok(())
    }
}
