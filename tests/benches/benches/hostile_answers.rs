//! The most memory that reading one hostile answer takes: each body is served over a socket to a process of its own, which calls it
//! by the real clients and reports the largest size that it had.
//!
//! `cargo bench --profile dev -p habitsync-benches --bench hostile_answers`

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::any;
use habitsync_domain::configuration::EmployeeConnectAuth;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_employee_connect::EmployeeConnect;
use habitsync_in_memory::{CountingBudget, loopback, one_try_within};
use habitsync_tribal_habits::TribalHabits;
use habitsync_workflows::ports::vendors::{ListEmployees, ListUsers};
use secrecy::SecretString;
use tokio::net::TcpListener;

const MIB: usize = 1024 * 1024;

/// The target: half of what a function has.
const MOST_KIB: u64 = 256 * 1024;

/// The argument on the command line of the process that calls.
const CALLS: &str = "calls";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == CALLS) {
        Some(at) => call(&arguments[at + 1], &arguments[at + 2]).await,
        None => measure().await,
    }
}

/// A page of a list with these records, as both vendors write one.
fn page(records: &str) -> Vec<u8> {
    let facts = r#""meta":{"page":1,"pageSize":25,"total":1,"totalPages":1},"total_records":1,"max_per_page":25,"current_page":1,"total_pages":1"#;
    // One of the names is the other vendor's, and passed over.
    format!(r#"{{{facts},"LIST":[{records}]}}"#).into_bytes()
}

/// As often as it fits into 4 MiB, with commas.
fn filled(part: &str) -> String {
    vec![part; (4 * MIB - 500) / (part.len() + 1)].join(",")
}

/// A page with one record, which has one more field of this value.
fn record(value: &str) -> Vec<u8> {
    page(&format!(
        r#"{{"employeeId":"E1","user_name":"u","email":"u@acme.example","X-Field":{value}}}"#
    ))
}

/// As many of a part as the bound on memory admits, with blanks between them.
fn spread(part: &str, times: usize) -> String {
    let blanks = " ".repeat((4 * MIB - 1_000) / times - part.len() - 1);
    vec![format!("{part}{blanks}"); times].join(",")
}

fn keys(count: usize) -> String {
    let keys: Vec<_> = (0..count).map(|key| format!(r#""{key:x}":0"#)).collect();
    format!("{{{}}}", keys.join(","))
}

/// Records of 100 fields, as large as the bound admits.
fn largest() -> Vec<u8> {
    let fields: Vec<_> = (0..100)
        .map(|field| format!(r#""field{field}":"{}""#, "é".repeat(90)))
        .collect();
    page(&filled(&format!(
        r#"{{"employeeId":"E1","user_name":"u",{}}}"#,
        fields.join(",")
    )))
}

/// Name, status and body of each hostile answer.
fn answers() -> Vec<(&'static str, u16, Vec<u8>)> {
    let small = r#"{"a":0}"#;
    vec![
        ("no records", 200, page("")),
        ("records of 100 fields", 200, largest()),
        ("lists within lists", 200, vec![b'['; 4 * MIB - 1]),
        ("objects within objects", 200, br#"{"a":"#.repeat(4 * MIB / 5)),
        ("600,000 records of one field", 200, page(&filled(small))),
        ("100,000 records of one field", 200, page(&spread(small, 100_000))),
        (
            "a field with 2,000,000 numbers",
            200,
            record(&format!("[{}]", filled("0"))),
        ),
        (
            "a field with 600,000 numbers",
            200,
            record(&format!("[{}]", spread("0", 600_000))),
        ),
        (
            "a field with 100,000 objects",
            200,
            record(&format!("[{}]", spread(small, 100_000))),
        ),
        (
            "a field with 230,000 lists",
            200,
            record(&format!("[{}]", spread("[0]", 230_000))),
        ),
        ("a field with 380,000 keys", 200, record(&keys(380_000))),
        (
            "a text of escapes",
            200,
            record(&format!("\"{}\"", r"\u0041".repeat(4 * MIB / 6 - 100))),
        ),
        (
            "an error of 100,000 objects in a success",
            200,
            record(&format!("0}}],\"error\":[{}],\"x\":[{{\"y\":0", spread(small, 100_000))),
        ),
        ("15 MiB of lists, refused", 422, vec![b'['; 15 * MIB]),
        (
            "15 MiB of objects, refused",
            422,
            small.repeat(15 * MIB / small.len()).into(),
        ),
        (
            "15 MiB of a web page, forbidden",
            403,
            b"<p>no</p>".repeat(15 * MIB / 9),
        ),
        ("64 KiB of objects, refused", 422, {
            let errors = [small; 3_500].join(",");
            format!(r#"{{"errors":{{"x":[{errors}]}},"error":{{"code":"x","fields":{{"x":[{errors}]}}}}}}"#).into()
        }),
    ]
}

async fn measure() {
    let program = std::env::current_exe().expect("this program");
    println!("{:<44} {:>10} {:>10} {:>8}", "answer", "read by", "peak", "time");
    let mut worst = 0;
    for (name, status, body) in answers() {
        for (vendor, list) in [("employees", "\"data\""), ("users", "\"records\"")] {
            let port = serve(status, of_vendor(&body, list)).await;
            let mut command = Command::new(&program);
            let child = command.args([CALLS, vendor, &port.to_string()]).stdout(Stdio::piped());
            let child = child.spawn().expect("it starts");
            let output = tokio::task::spawn_blocking(move || child.wait_with_output()).await;
            let output = output.expect("it ends").expect("it ends").stdout;
            let figures = String::from_utf8_lossy(&output);
            let (kib, millis) = figures.trim().split_once(' ').expect("two figures");
            let kib: u64 = kib.parse().expect("a number");
            worst = worst.max(kib);
            println!("{name:<44} {vendor:>10} {:>6} MiB {millis:>5} ms", kib / 1024);
        }
    }
    assert!(worst <= MOST_KIB, "{worst} KiB are more than {MOST_KIB}");
}

/// The page with the vendor's own name of its list.
fn of_vendor(body: &[u8], list: &str) -> Vec<u8> {
    let beginning = String::from_utf8_lossy(&body[..body.len().min(300)]).replacen("\"LIST\"", list, 1);
    [beginning.as_bytes(), &body[body.len().min(300)..]].concat()
}

async fn serve(status: u16, body: Vec<u8>) -> u16 {
    let status = StatusCode::from_u16(status).expect("a status");
    let body = axum::body::Bytes::from(body);
    let router = Router::new().fallback(any(move || std::future::ready((status, Body::from(body.clone())))));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

/// Calls the address once and prints the process's peak in KiB and the time in milliseconds.
async fn call(vendor: &str, port: &str) {
    let http = loopback(
        "hostile",
        &format!("http://127.0.0.1:{port}"),
        Arc::new(CountingBudget::default()),
        one_try_within(Duration::from_mins(1)),
    );
    let secret = SecretString::from(r#"{"tribal_habits":{"api_key":"k"},"employee_connect":{"api_key":"k"}}"#);
    let began = Instant::now();
    if vendor == "users" {
        let credentials = habitsync_tribal_habits::Credentials::from_vendor_secret(&secret).expect("credentials");
        report(TribalHabits::new(http, credentials).list_users().await);
    } else {
        let auth = EmployeeConnectAuth::StaticKey;
        let credentials =
            habitsync_employee_connect::Credentials::from_vendor_secret(&secret, auth).expect("credentials");
        let client = EmployeeConnect::new(http, credentials, 25);
        report(client.list_employees(&FieldsNeeded::All).await);
    }
    println!("{} {}", peak_kib(), began.elapsed().as_millis());
}

/// Prints the outcome on standard error.
fn report<T, E: std::error::Error>(answer: Result<T, E>) {
    match answer {
        Ok(_) => eprint!("read: "),
        Err(error) => eprint!("{error}: "),
    }
}

/// The largest resident size that this process had.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this process's status");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .expect("its peak");
    let figure = line.split_whitespace().nth(1).expect("a figure");
    figure.parse().expect("a number")
}
