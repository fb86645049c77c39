//! Tests of a handler with a bug.

use axum::{Router, body, routing::get};
use serde_json::Value;

use super::*;
use crate::serve::{Level, LineFormat, PROBLEM_JSON, log};

/// Panics, as a handler with a bug would.
async fn broken() -> &'static str {
    panic!("a secret of the handler");
}

#[test]
fn a_panic_in_a_handler_fails_only_its_own_request() {
    let router = Router::new().route("/livez", get(broken)).route("/readyz", get(async || "still there"));
    let service = HttpService::with_router(state("/nowhere".as_ref(), || Timestamp::UNIX_EPOCH), router);
    let get_path = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = service.respond(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap();
        let (head, body) = response.into_parts();
        (head, String::from_utf8(body::to_bytes(body, 1 << 20).await.unwrap().into()).unwrap())
    };
    let mut ids = Vec::new();
    let lines = log::written(LineFormat::Json, Level::ERROR, || {
        run(async {
            for _ in 0..2 {
                let (head, body) = get_path("/livez").await;
                assert_eq!(head.status, StatusCode::INTERNAL_SERVER_ERROR);
                assert_eq!(head.headers["content-type"], PROBLEM_JSON);
                assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["status"], 500);
                assert!(!body.contains("a secret of the handler"), "{body}");
                ids.push(head.headers["x-request-id"].to_str().unwrap().to_owned());
                let (head, body) = get_path("/readyz").await;
                assert_eq!((head.status, body.as_str()), (StatusCode::OK, "still there"));
            }
        });
    });
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let logged: Vec<_> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(logged, ids);
    assert!(lines.iter().all(|line| line["level"] == "error"), "{lines:?}");
    assert_ne!(ids[0], ids[1]);
}
