//! The server without its sockets.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use jiff::Timestamp;

use super::{App, Options, State, auth::Auth, routes::ROUTES};
use crate::{
    git::{Environment, IdentityEnv},
    settings::Settings,
};

/// A server over a repository that is not there.
fn app() -> App {
    let options = Options {
        repository: PathBuf::from("/nowhere"),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        workers: None,
        settings: Settings::default().serve,
        push: None,
        follow: None,
        built_ins: false,
        identity: IdentityEnv::default(),
        git: Environment::default(),
        webhooks: None,
        clock: || Timestamp::UNIX_EPOCH,
    };
    let clock = Arc::new(|| Timestamp::UNIX_EPOCH);
    let auth = Auth::new(&Settings::default().auth, None, &options.repository, clock).unwrap();
    App::new(State::new(options, auth))
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn status(app: &App, method: Method, path: &str) -> StatusCode {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    app.answer(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap().status()
}

#[test]
fn every_route_of_the_table_calls_something() {
    run(async {
        let app = app();
        for route in &ROUTES {
            let path = route.path.replace("{name}", "chat");
            let status = status(&app, route.method.clone(), &path).await;
            assert!(
                ![StatusCode::NOT_IMPLEMENTED, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED]
                    .contains(&status),
                "{path}: {status}"
            );
        }
    });
}

#[test]
fn a_route_answers_its_methods_and_no_others() {
    run(async {
        let app = app();
        for route in &ROUTES {
            let path = route.path.replace("{name}", "chat");
            for method in
                [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS]
            {
                let is_refused = status(&app, method.clone(), &path).await == StatusCode::METHOD_NOT_ALLOWED;
                assert_eq!(is_refused, !route.answers(&method), "{method} {path}");
            }
        }
    });
}

#[test]
fn a_repository_that_is_not_there_is_told_and_ends_nothing() {
    run(async {
        let app = app();
        let state: &Arc<State> = app.state();
        state.refresh().await;
        assert!(state.trouble().is_some_and(|trouble| trouble.contains("not a git repository")));
        assert_eq!(status(&app, Method::GET, "/livez").await, StatusCode::OK);
        assert_eq!(status(&app, Method::GET, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
    });
}
