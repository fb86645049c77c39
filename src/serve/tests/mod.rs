//! Tests of the server without its sockets.

mod panics;
mod syncs;

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    process::Command,
    sync::Arc,
};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::runtime::Builder;

use super::{HttpService, Options, State, auth::Auth, routes::table::ROUTES};
use crate::settings::Settings;

/// Returns a server whose repository does not exist.
fn service() -> HttpService {
    HttpService::new(state("/nowhere".as_ref(), || Timestamp::UNIX_EPOCH))
}

/// Returns the state of a server with default options.
pub(super) fn state(repository: &Path, clock: fn() -> Timestamp) -> Arc<State> {
    let options = Options {
        repository: repository.to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        workers: None,
        settings: Settings::default().serve,
        push: None,
        follow: None,
        built_ins: false,
        silences_ssh: true,
        webhooks: None,
        clock,
    };
    let auth = Auth::new(&Settings::default().auth, None, repository, Arc::new(clock)).unwrap();
    State::new(options, auth)
}

/// Returns a repository on the branch `main` with one commit that contains these files.
pub(super) fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    git(folder.path(), &["config", "user.name", "Ada"]);
    git(folder.path(), &["config", "user.email", "ada@example.org"]);
    commit(folder.path(), files);
    folder
}

/// Writes these files, and commits the working tree.
pub(super) fn commit(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "x"]);
}

/// Runs git with only the repository's own settings, and returns its output without the final newline.
pub(super) fn git(folder: &Path, args: &[&str]) -> String {
    let ran = Command::new("git")
        .current_dir(folder)
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().trim_end().to_owned()
}

/// Returns a valid manifest.
pub(super) fn manifest(name: &str) -> String {
    format!(
        "name: {name}\nversion: 1.0.0\naiContext:\n  purpose: What {name} is for.\n  category: OTHER\n  \
         keywords: [{name}, second]\n"
    )
}

fn run<T>(work: impl Future<Output = T>) -> T {
    run_with(1, work)
}

/// Runs a future with at most this number of threads for blocking work, which begins in the order of its arrival.
pub(super) fn run_with<T>(threads: usize, work: impl Future<Output = T>) -> T {
    let mut runtime = Builder::new_current_thread();
    runtime.max_blocking_threads(threads).enable_all().build().unwrap().block_on(work)
}

/// Waits until all other tasks wait. A thread for blocking work must be free.
pub(super) async fn wait_until_idle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    tokio::task::spawn_blocking(|| ()).await.unwrap();
    tokio::task::yield_now().await;
}

async fn status(service: &HttpService, method: Method, path: &str) -> StatusCode {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    service.respond(request, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap().status()
}

#[test]
fn every_route_of_the_table_has_a_handler() {
    run(async {
        let service = service();
        for route in &ROUTES {
            let path = route.path.replace("{name}", "chat");
            let status = status(&service, route.method.clone(), &path).await;
            assert!(
                ![StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&status),
                "{path}: {status}"
            );
        }
    });
}

#[test]
fn a_route_accepts_only_its_methods() {
    run(async {
        let service = service();
        for route in &ROUTES {
            let path = route.path.replace("{name}", "chat");
            for method in
                [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS]
            {
                let is_refused =
                    status(&service, method.clone(), &path).await == StatusCode::METHOD_NOT_ALLOWED;
                assert_eq!(is_refused, !route.accepts(&method), "{method} {path}");
            }
        }
    });
}

#[test]
fn a_missing_repository_is_reported_and_does_not_stop_the_server() {
    run(async {
        let service = service();
        let state: &Arc<State> = service.state();
        state.refresh().await;
        assert!(state.trouble().is_some_and(|trouble| trouble.contains("not a git repository")));
        assert_eq!(status(&service, Method::GET, "/livez").await, StatusCode::OK);
        assert_eq!(status(&service, Method::GET, "/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
    });
}
