//! A webhook delivery becomes a message on the result queue: prove it, read it, store it, answer. No vendor is called.

use habitsync_domain::configuration::Authenticity;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::completion::{Completion, CompletionMessage, CompletionSource};
use habitsync_domain::tenant::TenantId;

use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::queue::QueueCompletion;
use crate::ports::tenants::{LoadConfiguration, LoadWebhookSecrets};
use crate::results::event::{CompletionEvent, UnreadableEvent, read_event};
use crate::results::webhook_verification::{Headers, could_prove, proves};

/// The largest body that is read, in bytes.
pub const LARGEST_BODY: usize = 64 * 1024;

/// One delivery as it arrived.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The customer, as the path names it.
    pub tenant: &'a str,
    /// What it proves itself with.
    pub headers: Headers<'a>,
    /// The body, byte by byte as it was signed.
    pub body: &'a [u8],
}

/// What accepting needs.
pub struct AcceptCompletion<'a, Configurations, Secrets, Queue, Clock> {
    /// The customers' configurations.
    pub configurations: &'a Configurations,
    /// Their webhook secrets.
    pub secrets: &'a Secrets,
    /// The result queue.
    pub queue: &'a Queue,
    /// Time.
    pub clock: &'a Clock,
}

/// The answer to a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acceptance {
    /// Stored on the queue (202).
    Accepted {
        /// The enrolment that was completed.
        enrolment: EnrolmentId,
    },
    /// Understood, and no completed topic (200).
    NotForUs,
    /// Authentic, and not a readable event (400).
    Unreadable(UnreadableEvent),
    /// Not authentic, or no such customer: the answer does not say which (401).
    NotAuthentic,
    /// Larger than [`LARGEST_BODY`] (413).
    TooLarge,
    /// Our side failed; the sender is asked to send it again (503).
    NotStored(ServiceFailure),
}

/// Accepts one delivery, or says why not.
pub async fn accept_completion<Configurations, Secrets, Queue, Clock>(
    accept: &AcceptCompletion<'_, Configurations, Secrets, Queue, Clock>,
    delivery: &Delivery<'_>,
) -> Acceptance
where
    Configurations: LoadConfiguration,
    Secrets: LoadWebhookSecrets,
    Queue: QueueCompletion,
    Clock: Now,
{
    if delivery.body.len() > LARGEST_BODY {
        return Acceptance::TooLarge;
    }
    let Ok(tenant) = delivery.tenant.parse::<TenantId>() else {
        return Acceptance::NotAuthentic;
    };
    if !could_prove(&delivery.headers, accept.clock.now()) {
        return Acceptance::NotAuthentic;
    }
    match accept.authenticated(&tenant, delivery).await {
        Ok(Some(source)) => accept.store(tenant, delivery.body, source).await,
        Ok(None) => Acceptance::NotAuthentic,
        Err(failure) => Acceptance::NotStored(failure),
    }
}

impl<Configurations, Secrets, Queue, Clock> AcceptCompletion<'_, Configurations, Secrets, Queue, Clock>
where
    Configurations: LoadConfiguration,
    Secrets: LoadWebhookSecrets,
    Queue: QueueCompletion,
    Clock: Now,
{
    /// What the delivery proves itself with; none where it proves nothing. A customer that does not exist has no secrets: none is
    /// asked for, and the same work leads to the same answer.
    async fn authenticated(
        &self,
        tenant: &TenantId,
        delivery: &Delivery<'_>,
    ) -> Result<Option<CompletionSource>, ServiceFailure> {
        let now = self.clock.now();
        let proves = |authenticity, secrets: &[_]| proves(authenticity, secrets, &delivery.headers, delivery.body, now);
        let Some(stored) = self.configurations.load_configuration(tenant).await? else {
            return Ok(proves(Authenticity::Signature, &[]).then_some(CompletionSource::Signature));
        };
        let authenticity = stored.configuration.results.authenticity;
        let source = match authenticity {
            Authenticity::Signature => CompletionSource::Signature,
            Authenticity::Token => CompletionSource::BearerToken,
        };
        let is_proved = |secrets: &[_]| proves(authenticity, secrets);
        if is_proved(&self.secrets.load_webhook_secrets(tenant).await?) {
            return Ok(Some(source));
        }
        // The secret may have been rotated since it was cached.
        let reloaded = self.secrets.reload_webhook_secrets(tenant).await?;
        Ok(is_proved(&reloaded).then_some(source))
    }

    async fn store(&self, tenant: TenantId, body: &[u8], source: CompletionSource) -> Acceptance {
        let completion = match read_event(body) {
            Ok(CompletionEvent::Completed(completion)) => Completion { source, ..completion },
            Ok(CompletionEvent::Other) => return Acceptance::NotForUs,
            Err(unreadable) => return Acceptance::Unreadable(unreadable),
        };
        let enrolment = completion.enrolment;
        let accepted_at = self.clock.now();
        match self
            .queue
            .queue_completion(&CompletionMessage {
                tenant,
                completion,
                accepted_at,
            })
            .await
        {
            Ok(()) => Acceptance::Accepted { enrolment },
            Err(failure) => Acceptance::NotStored(failure),
        }
    }
}
