//! Every probe against every kind of answer: which assumption differs, which advice is given, and that nothing that could not be
//! looked at is ok.

use std::time::Duration;

use habitsync_domain::onboarding::assumptions::{AssumptionFinding, AssumptionVerdict, ShownBy};
use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use habitsync_vendors::Opened;
use habitsync_workflows::onboarding::probe::Examination;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Customer, address, clients, patient_clients};

const FIREWALL: &str = include_str!("../../../../tests/fixtures/public-reports/19-403-html-of-a-firewall.http");

/// What a vendor answers with, and a part of the advice that fits.
struct Kind {
    name: String,
    fault: Fault,
    advice: Means,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    /// The vendor has a fault.
    Outage,
    /// Too many requests.
    Limit,
    /// The credentials, or a permission.
    Access,
    /// A firewall or a proxy.
    Firewall,
    /// It is none of the API's answers.
    Stranger,
    /// The API does not have the resource.
    NoSuchThing,
    /// Another shape than the contract's.
    Shape,
    /// Nothing to see.
    Empty,
}

impl Means {
    /// A part of the advice for the first request, and for a later one.
    fn advice(self) -> [&'static [&'static str]; 2] {
        match self {
            Self::Outage => [&["run doctor again in a few minutes; where it stays so"]; 2],
            Self::Limit => [&["requests_per_minute = less than"]; 2],
            Self::Access => [
                &["store working credentials", "the permission"],
                &["for the permission"],
            ],
            Self::Firewall => [&["a firewall or a proxy stands before"]; 2],
            Self::Stranger => [&["base_url"]; 2],
            Self::NoSuchThing | Self::Shape => [&["base_url", "employee_connect.auth"], &["which is ours"]],
            Self::Empty => [&[""]; 2],
        }
    }
}

fn kinds(own: &Value, empty_page: &Value) -> Vec<Kind> {
    let kind = |name: String, fault, advice| Kind { name, fault, advice };
    let text = |status, text: &str| Fault::Text {
        status,
        text: text.to_owned(),
        moment: Moment::BeforeEffect,
    };
    let answer = |status, body: &Value| Fault::Answer {
        status,
        body: body.clone(),
    };
    let moment = Moment::BeforeEffect;
    let faults = [500, 502, 503, 504].map(|status| Fault::ServerError { status, moment });
    let faults = faults
        .into_iter()
        .chain([Fault::DroppedConnection { moment }, Fault::CutBody, text(200, "")]);
    let outages = faults.map(|fault| kind(format!("{fault:?}"), fault, Means::Outage));
    let limits = [Some(1), Some(2)].map(|retry_after| Fault::TooManyRequests { retry_after });
    let limits = limits.map(|fault| kind(format!("{fault:?}"), fault, Means::Limit));
    let access = [401, 403].map(|status| kind(format!("own {status}"), answer(status, own), Means::Access));
    let (head, page) = FIREWALL.split_once("\n\n").expect("a body");
    assert!(head.contains("403") && page.contains('<'));
    let firewall =
        [401, 403, 407, 451].map(|status| kind(format!("page {status}"), text(status, page), Means::Firewall));
    let routes = [
        kind(
            "404 page".to_owned(),
            text(404, "<html>Not Found</html>"),
            Means::NoSuchThing,
        ),
        kind("redirect".to_owned(), text(302, ""), Means::NoSuchThing),
        kind(
            "200 page".to_owned(),
            text(200, "<html>Sign in</html>"),
            Means::Stranger,
        ),
    ];
    let shapes = [json!([]), json!("text"), json!(42), json!(true), json!(null)];
    let shapes = shapes.map(|body| kind(format!("200 {body}"), answer(200, &body), Means::Shape));
    let empty = kind("200 empty list".to_owned(), answer(200, empty_page), Means::Empty);
    outages
        .chain(limits)
        .chain(access)
        .chain(firewall)
        .chain(routes)
        .chain(shapes)
        .chain([empty])
        .collect()
}

/// The kinds of both vendors' answers.
fn kinds_of(vendor: &str) -> Vec<Kind> {
    let records = json!({"records": [], "total_records": 0, "max_per_page": 25, "current_page": 1, "total_pages": 0});
    let data = json!({"data": [], "meta": {"total": 0, "pageSize": 100, "page": 1, "totalPages": 0}});
    match vendor {
        "tribal_habits" => kinds(&json!({"error": "unauthorized"}), &records),
        _ => kinds(&json!({"error": {"code": "forbidden", "message": "no"}}), &data),
    }
}

/// A probe: the method and route of its request, the beginning of the ids that depend on it, and whether it comes before the others.
const PROBES: [(&str, Method, &str, &str, bool); 6] = [
    ("tribal_habits", Method::GET, "/users", "tribal_habits.", true),
    ("tribal_habits", Method::GET, "/topics", "tribal_habits.topics", false),
    (
        "tribal_habits",
        Method::GET,
        "/enrolments",
        "tribal_habits.enrolments",
        false,
    ),
    (
        "employee_connect",
        Method::POST,
        "/oauth/token",
        "employee_connect.",
        true,
    ),
    ("employee_connect", Method::GET, "/employees", "employee_connect.", true),
    (
        "employee_connect",
        Method::GET,
        "/courses",
        "employee_connect.courses",
        false,
    ),
];

/// The findings by reading about one vendor's assumptions, and those that differ of them.
fn read<'e>(examination: &'e Examination, about: &str) -> (Vec<&'e AssumptionFinding>, Vec<&'e AssumptionFinding>) {
    let vendor = about.split('.').next().expect("a prefix");
    let read = |finding: &&AssumptionFinding| finding.assumption.shown_by == ShownBy::Reading;
    let findings = examination.findings.iter().filter(read);
    let (of_vendor, differ): (Vec<_>, Vec<_>) = (
        findings
            .clone()
            .filter(|finding| finding.assumption.id.starts_with(about))
            .collect(),
        findings
            .filter(|finding| {
                finding.assumption.id.starts_with(vendor) && finding.verdict == AssumptionVerdict::Differs
            })
            .collect(),
    );
    (of_vendor, differ)
}

/// Assumptions that are ok although nothing of the rest could be looked at: what answered, answered there.
fn may_hold(finding: &AssumptionFinding) -> bool {
    let id = finding.assumption.id;
    ["address", "token", "clock", "limit"]
        .iter()
        .any(|end| id.ends_with(end))
}

#[tokio::test]
async fn each_kind_of_answer_to_each_probe_has_its_verdict_and_its_advice() {
    let customer = Customer::of(5, 5, address).await;
    let new_clients = || {
        let (hris, portal) = clients(&customer.hris.base_url(), &customer.portal.base_url());
        (Opened::Client(hris), Opened::Client(portal))
    };
    let (mut hris, mut portal) = new_clients();
    for (vendor, method, route, about, is_first) in &PROBES {
        for kind in kinds_of(vendor) {
            let cell = format!("{vendor} {route}: {}", kind.name);
            let rule = || Rule::new(kind.fault.clone()).on(method, route).times(u32::MAX);
            let armed = match *vendor {
                "tribal_habits" => customer.portal.arm(rule()),
                _ => customer.hris.arm(rule()),
            };
            let examination = customer.examined_through(&hris, &portal).await;
            armed.disarm();
            if kind.advice == Means::Limit {
                // A 429 blocks the budget of its clients.
                (hris, portal) = new_clients();
            }
            let (findings, differ) = read(&examination, about);
            let ok = findings
                .iter()
                .filter(|finding| finding.verdict == AssumptionVerdict::Ok && !may_hold(finding));
            let ok: Vec<_> = ok.map(|finding| (finding.assumption.id, &finding.seen)).collect();
            if kind.advice == Means::Empty && *route != "/oauth/token" {
                let lists = |id: &str| id.ends_with("list") || id.ends_with("credentials") || id.ends_with("page_size");
                assert!(
                    ok.iter().all(|(id, seen)| !lists(id) && !seen.contains("0 of 0")),
                    "{cell}: {ok:?}"
                );
                continue;
            }
            assert!(ok.is_empty(), "{cell}: {ok:?}");
            assert!(!differ.is_empty(), "{cell}: nothing differs");
            let advice: Vec<_> = differ
                .iter()
                .flat_map(|finding| &finding.advice)
                .map(ToString::to_string)
                .collect();
            let fits = kind.advice.advice()[usize::from(!is_first)];
            let fits = fits
                .iter()
                .any(|part| advice.iter().any(|advice| advice.contains(part)));
            assert!(fits, "{cell}: {differ:?}");
        }
    }
}

/// A port that is open and never answers.
async fn silent_port() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    (listener, port)
}

#[tokio::test]
async fn a_vendor_that_cannot_be_reached_differs_and_says_why() {
    let customer = Customer::of(5, 5, address).await;
    let (_listener, port) = silent_port().await;
    let (hris, portal) = (customer.hris.base_url(), customer.portal.base_url());
    let https = |base: &str| base.replace("http://", "https://");
    let unreachable = [
        (
            "http://127.0.0.1:9".to_owned(),
            "no connection: it is refused",
            "base_url",
        ),
        (
            "http://host.invalid".to_owned(),
            "no connection: the host name is not known",
            "base_url",
        ),
        (
            format!("http://127.0.0.1:{port}"),
            "no answer came in time",
            "run doctor again",
        ),
    ];
    let tls = "no connection: TLS fails";
    for vendor in ["tribal_habits.", "employee_connect."] {
        let is_portal = vendor == "tribal_habits.";
        let encrypted = (https(if is_portal { &portal } else { &hris }), tls, "base_url");
        for (base, why, fits) in unreachable.iter().chain([&encrypted]) {
            let (hris, portal) = if is_portal { (&hris, base) } else { (base, &portal) };
            let (hris, portal) = patient_clients(hris, portal, Duration::from_millis(1_500));
            let examination = customer
                .examined_through(&Opened::Client(hris), &Opened::Client(portal))
                .await;
            let (findings, differ) = read(&examination, vendor);
            let [address] = differ[..] else {
                panic!("{base}: {differ:?}")
            };
            assert_eq!(
                (address.assumption.id, address.seen.as_str()),
                (&*format!("{vendor}address"), *why)
            );
            assert!(address.advice[0].to_string().contains(fits), "{base}: {address:?}");
            let rest = findings
                .iter()
                .filter(|finding| finding.assumption != address.assumption);
            for finding in rest.filter(|finding| !finding.assumption.id.ends_with("users.matching")) {
                assert_eq!(finding.verdict, AssumptionVerdict::CannotTell, "{finding:?}");
            }
        }
    }
    let (hris, portal) = clients(&hris, &portal);
    let reached = customer
        .examined_through(&Opened::Client(hris), &Opened::Client(portal))
        .await;
    assert_eq!(reached.count(AssumptionVerdict::Differs), 0, "{:#?}", reached.findings);
}
