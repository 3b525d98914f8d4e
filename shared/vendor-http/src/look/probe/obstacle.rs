//! Why a vendor could not be looked at, and which advice fits that.

use std::error::Error;
use std::io;

use habitsync_domain::onboarding::assumptions::{Advice, Assumption, AssumptionFinding};
use habitsync_domain::vendors::vendor::Vendor;

use super::{Probe, ProbedApi};
use crate::error::{BuildError, HttpError, causes, chain};

/// What stands in the way of looking at a vendor. Each has its own advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Nothing listens at the address, or it is none: refused, an unknown host, no TLS.
    NoConnection(String),
    /// No answer, half of one, or a fault of the vendor's.
    Outage(String),
    /// The vendor's rate limit (429).
    Limit,
    /// 401 or 403 in the API's own words.
    Refused(u16),
    /// 401, 403, 407 or 451 in other words.
    Firewall(u16),
    /// An answer that is none of the API's.
    Stranger(String),
    /// A stored secret cannot be sent.
    Secret,
    /// Our own request budget, or time, ran out.
    Ours(String),
    /// The answer is more than the client reads.
    TooLarge(String),
}

impl Obstacle {
    pub(super) fn from(error: &HttpError, api: &ProbedApi) -> Self {
        match error {
            HttpError::Build(BuildError::Header) => Self::Secret,
            HttpError::AddressRefused | HttpError::Build(_) => Self::NoConnection(chain(error)),
            HttpError::Connect(error) => Self::NoConnection(format!("no connection: {}", why_none(error))),
            HttpError::Pace(_) | HttpError::OutOfTime => Self::Ours(chain(error)),
            HttpError::Status { status: 429, .. } => Self::Limit,
            HttpError::Status {
                status: status @ (401 | 403),
                body,
                ..
            } if (api.is_own_refusal)(&body.json().unwrap_or_default()) => Self::Refused(*status),
            HttpError::Status {
                status: status @ (401 | 403 | 407 | 451),
                ..
            } => Self::Firewall(*status),
            HttpError::TimedOut { .. } => Self::Outage("no answer came in time".to_owned()),
            HttpError::Status { .. } | HttpError::Send(_) => Self::Outage(error.to_string()),
            HttpError::Body(_) => Self::Outage("the answer broke off".to_owned()),
            HttpError::Decode(error) if error.is_cut_short() => {
                Self::Outage("the answer is empty or broke off".to_owned())
            }
            HttpError::Decode(_) | HttpError::ErrorInSuccess { .. } => {
                Self::Stranger("what answers there speaks no JSON".to_owned())
            }
            HttpError::TooLarge { .. } => Self::TooLarge(error.to_string()),
        }
    }

    /// The finding where the very first request met it.
    pub(super) fn at_the_door(&self, probe: &Probe<'_>) -> Vec<AssumptionFinding> {
        let api = probe.api;
        match self {
            Self::Refused(status) => {
                let seen = format!("{} (status {status})", api.refused);
                let advice = (api.where_refused)(probe.customer, *status);
                let refused = api.credentials.differs(seen, advice);
                vec![probe.answers_there(), refused]
            }
            Self::Secret => vec![
                api.credentials
                    .differs(self.seen(), self.advice(probe, api.credentials)),
            ],
            _ => vec![self.on_the_way(probe, api.address)],
        }
    }

    /// The finding where a request about `lead` met it.
    pub(super) fn on_the_way(&self, probe: &Probe<'_>, lead: &'static Assumption) -> AssumptionFinding {
        let advice = self.advice(probe, lead);
        match self {
            Self::Limit => probe.api.limit.differs(self.seen(), advice),
            Self::Ours(_) => lead.untold(self.seen(), advice),
            _ => lead.differs(self.seen(), advice),
        }
    }

    fn seen(&self) -> String {
        match self {
            Self::NoConnection(seen)
            | Self::Outage(seen)
            | Self::Stranger(seen)
            | Self::Ours(seen)
            | Self::TooLarge(seen) => seen.clone(),
            Self::Limit => "too many requests (status 429)".to_owned(),
            Self::Refused(status) => format!("access is refused (status {status})"),
            Self::Firewall(status) => format!("status {status}, in words that are not the API's"),
            Self::Secret => "the stored secret has characters that no header can carry".to_owned(),
        }
    }

    fn advice(&self, probe: &Probe<'_>, lead: &'static Assumption) -> Vec<Advice> {
        let vendor = probe.api.vendor;
        match self {
            Self::NoConnection(_) => vec![probe.set_base_url(), Advice::ask(is_it_up(vendor))],
            Self::Outage(_) => vec![Advice::ask(format!(
                "run doctor again in a few minutes; where it stays so, {}",
                is_it_up(vendor)
            ))],
            Self::Limit => {
                let lower = format!("less than {}", (probe.api.rate)(probe.customer));
                let again = Advice::ask("run doctor again in a few minutes: another program may use the same limit");
                vec![again, Advice::set(probe.api.rate_key, lower)]
            }
            Self::Refused(_) => vec![Advice::ask(format!("ask {vendor} for the permission: {}", lead.says))],
            Self::Firewall(_) => vec![Advice::ask(format!(
                "a firewall or a proxy stands before {vendor}: ask whose it is to admit this integration"
            ))],
            Self::Stranger(_) => vec![
                probe.set_base_url(),
                Advice::ask(format!(
                    "ask {vendor} whether a login or maintenance page answers there"
                )),
            ],
            Self::Secret => vec![Advice::store_credentials(&probe.customer.tenant)],
            Self::Ours(_) => vec![Advice::ask(
                "run doctor again once the jobs that use the same limit have ended",
            )],
            Self::TooLarge(_) => vec![lead.mend()],
        }
    }
}

fn is_it_up(vendor: Vendor) -> String {
    format!("ask {vendor} whether its API is up and can be reached from the internet")
}

/// Why no connection came about, in the words of the outermost cause that is known.
fn why_none(error: &reqwest::Error) -> &'static str {
    let is_refused = |cause: &(dyn Error + 'static)| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind == Some(io::ErrorKind::ConnectionRefused)
    };
    let says = |word: &str| causes(error).any(|cause| cause.to_string().contains(word));
    if error.is_timeout() {
        "nothing answers in time"
    } else if causes(error).any(is_refused) {
        "it is refused"
    } else if says("dns error") {
        "the host name is not known"
    } else if says("certificate") || says("InvalidContentType") || says("tls") || says("corrupt message") {
        "TLS fails"
    } else {
        "it broke"
    }
}
