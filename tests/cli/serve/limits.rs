//! Tests of the server's limits, its start and its end.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use super::{
    Gate, Response, Server,
    admin::{SECRET, SYNC, token},
    send_signal,
};
use crate::harness::Folder;

#[test]
fn five_hundred_slow_connections_do_not_block_other_clients() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let mut slow = Vec::new();
    for number in 0..500 {
        let mut stream = server.connect();
        // Some send nothing, some a part of a head, and some a head without its body.
        let start: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: ",
            _ => b"POST /api/admin/modules/ai/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n",
        };
        stream.write_all(start).expect("a beginning");
        slow.push(stream);
    }
    server.document("/livez", "live");
    server.document("/api/modules/ai/snapshot", "registry");
    drop(slow);
}

#[test]
fn an_incomplete_head_closes_the_connection() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modreg.toml", "[serve.limits]\nheader_timeout = 1\n");
    folder.commit("settings");
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    for start in [&b""[..], b"GET /livez HTTP/1.1\r\nhost: x\r\n", b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n"]
    {
        let mut stream = server.connect();
        stream.write_all(start).expect("a beginning");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the server closes the connection before the test times out");
    }
}

#[test]
fn a_client_that_does_not_read_its_responses_is_disconnected() {
    const REQUESTS: usize = 2000;
    let folder = Folder::with_modules(&["chat"]);
    let limits = "[serve.limits]\nrequest_timeout = 1\nheader_timeout = 3600\nconnections = 2\n";
    folder.write("modreg.toml", limits);
    folder.commit("settings");
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let length = server.get("/openapi.json").expect_status(200).body.len();
    // More than the buffers of both ends can hold.
    assert!(length * REQUESTS > 20 << 20, "{length}");
    let flood = || {
        let request = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n";
        let all = format!("{request}\r\n").repeat(REQUESTS - 1);
        let mut stream = server.connect();
        stream.write_all(format!("{all}{request}connection: close\r\n\r\n").as_bytes()).unwrap();
        stream
    };
    let first = flood();
    server.get("/livez").expect_status(200);
    let second = flood();
    // Both permits are taken until one of the connections is closed.
    server.get("/livez").expect_status(200);
    let is_short = |mut stream: TcpStream| {
        let mut taken = Vec::new();
        let _ = stream.read_to_end(&mut taken);
        taken.len() < length * REQUESTS
    };
    assert!([first, second].map(is_short).contains(&true));
}

#[test]
fn a_body_that_does_not_arrive_in_time_is_refused() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write("modreg.toml", "[serve.limits]\nrequest_timeout = 1\n");
    folder.commit("settings");
    folder.expect(0, &["sync"]);
    let server = Server::start_with(&folder, &[], &[("MODREG_JWT_SECRET", SECRET)]);
    let bodies = [
        "content-length: 9\r\n\r\n",
        "content-length: 9\r\n\r\n{\"dry",
        "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ];
    let streams = bodies.map(|body| {
        let mut stream = server.connect();
        let token = token();
        let request = format!(
            "POST {SYNC} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream
    });
    for mut stream in streams {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer, and the end of the connection");
        let problem = Response::parse(&answer).expect_status(408).valid_against("problem");
        assert_eq!(problem["detail"], "the body did not arrive in time");
    }
    assert_eq!(folder.root()["version"], 1);
}

#[test]
fn the_server_stops_on_sigterm_and_sigint() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    for signal in ["-TERM", "-INT"] {
        let server = Server::start(&folder, &[]);
        let idle = server.connect();
        server.get("/livez").expect_status(200);
        server.signal(signal);
        assert_eq!(server.wait_for_exit(), Some(0), "{signal}");
        drop(idle);
    }
}

#[test]
fn the_server_reports_why_it_cannot_start() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let taken = server.address.to_string();
    folder
        .expect(2, &["serve", "--listen", &taken])
        .says(&["cannot listen on", "another program uses this port"]);
    folder
        .expect(2, &["serve", "--listen", "localhost:8080"])
        .says(&["write an IP address and a port, such as 127.0.0.1:8080"]);
    for remote in ["--push", "--push=upstream", "--follow"] {
        folder
            .expect(2, &["serve", "--listen", "127.0.0.1:0", remote])
            .says(&["the Git remote `", "git remote add"]);
    }
    folder.write("modreg.toml", "[serve]\nlisten = \"localhost:80\"\n[serve.limit]\n");
    folder.commit("settings");
    folder.expect(2, &["serve"]).says(&["this is not an address with a port", "did you mean `limits`?"]);
}

#[test]
fn a_running_sync_is_finished_when_the_server_stops() {
    let folder = Folder::repository();
    folder.git(&["init", "--quiet", "--bare", "--initial-branch=main", "../remote.git"]);
    folder.git(&["remote", "add", "origin", "../remote.git"]);
    let gate = Gate::before(&folder);
    let mut server = Server::spawn(&folder, &["--push"], &[]);
    gate.wait();
    send_signal(&server, "-TERM");
    gate.open();
    assert_eq!(server.wait().expect("an end").code(), Some(0));
    let remote = folder.git(&["ls-remote", "origin", "main"]);
    assert!(remote.starts_with(&folder.git(&["rev-parse", "HEAD"])), "{remote}");
    assert_eq!(folder.root()["version"], 1);
    folder.expect(0, &["verify"]);
}
