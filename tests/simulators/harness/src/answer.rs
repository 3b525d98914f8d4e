//! The answer to one call, as the fault that strikes it shapes it.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use crate::dialect::Dialect;
use crate::server::Hangup;
use crate::{Call, Effect, Fault, Moment, page};

/// In a request's extensions: the credential of this call is to be treated as expired, for good.
#[derive(Debug, Clone, Copy)]
pub struct Expired;

/// Answers one admitted call under this fault.
pub(crate) async fn respond(
    dialect: &Dialect,
    call: &Call,
    fault: Option<&Fault>,
    request: Request,
    next: Next,
) -> Response {
    let Some(fault) = fault else {
        return next.run(request).await;
    };
    match instead(dialect, fault) {
        Some(response) => response,
        None => spoil(dialect, fault, call, next.run(prepare(fault, request)).await).await,
    }
}

/// The answer given in place of doing the work.
fn instead(dialect: &Dialect, fault: &Fault) -> Option<Response> {
    match fault {
        Fault::TooManyRequests { retry_after } => Some(too_many_requests(dialect, *retry_after)),
        Fault::ServerError {
            status,
            moment: Moment::BeforeEffect,
        } => Some(server_error(dialect, *status)),
        Fault::DroppedConnection {
            moment: Moment::BeforeEffect,
        } => Some(hang_up(StatusCode::OK.into_response())),
        Fault::ErrorInBody => Some(Json((dialect.error)(StatusCode::OK, "something went wrong")).into_response()),
        Fault::Answer { status, body } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some((status, Json(body)).into_response())
        }
        Fault::Text {
            status,
            text,
            moment: Moment::BeforeEffect,
        } => Some(plain(*status, text)),
        _ => None,
    }
}

/// The request as the handlers see it under this fault.
fn prepare(fault: &Fault, mut request: Request) -> Request {
    match fault {
        Fault::ExpiredToken => {
            request.extensions_mut().insert(Expired);
        }
        Fault::RepeatedPage => {
            if let Some(call) = request.extensions_mut().get_mut::<Call>() {
                page::ask_for_previous(call);
            }
        }
        _ => {}
    }
    request
}

/// The answer after the work was done.
async fn spoil(dialect: &Dialect, fault: &Fault, asked: &Call, done: Response) -> Response {
    match fault {
        Fault::ServerError { status, .. } => keep_effect(&done, server_error(dialect, *status)),
        Fault::DroppedConnection { .. } => hang_up(done),
        Fault::CutBody => cut(done).await,
        Fault::TruncatedPage { .. } | Fault::RepeatedPage | Fault::WrongTotal { .. } => {
            falsify(dialect, fault, asked, done).await
        }
        Fault::TooManyRequests { .. }
        | Fault::Slow { .. }
        | Fault::ErrorInBody
        | Fault::ExpiredToken
        | Fault::Answer { .. } => done,
        Fault::Text { status, text, .. } => keep_effect(&done, plain(*status, text)),
    }
}

fn plain(status: u16, text: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, text.to_owned()).into_response()
}

async fn falsify(dialect: &Dialect, fault: &Fault, asked: &Call, done: Response) -> Response {
    let (mut parts, body) = done.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut body) = serde_json::from_slice(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    page::falsify(fault, dialect, asked, &mut body);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body.to_string()))
}

/// 429, saying when to come again if that is given.
pub(crate) fn too_many_requests(dialect: &Dialect, retry_after: Option<u32>) -> Response {
    let mut response = dialect.refuse(StatusCode::TOO_MANY_REQUESTS, "rate limit exceeded");
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn server_error(dialect: &Dialect, status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    dialect.refuse(status, "something went wrong")
}

fn keep_effect(done: &Response, mut told: Response) -> Response {
    if let Some(effect) = done.extensions().get::<Effect>() {
        told.extensions_mut().insert(effect.clone());
    }
    told
}

fn hang_up(mut response: Response) -> Response {
    response.extensions_mut().insert(Hangup);
    response
}

/// Sends half of the body under the length of the whole, then closes the connection.
async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    let half = bytes.slice(..bytes.len() / 2);
    let chunks = stream::unfold(Some(half), async |left| {
        if let Some(half) = left {
            return Some((Ok::<Bytes, Hangup>(half), None));
        }
        // The half must have left before the connection breaks, or nothing of the answer arrives.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Err(Hangup), None))
    });
    Response::from_parts(parts, Body::from_stream(chunks))
}
