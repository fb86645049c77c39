//! What clients cannot do to the server, and how it ends.

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
fn five_hundred_slow_connections_do_not_stop_it() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let mut slow = Vec::new();
    for number in 0..500 {
        let mut stream = server.connect();
        // Some say nothing, some half a head, some a head without the body that it promises.
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
fn a_head_that_does_not_end_ends_the_connection() {
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
        stream.read_to_end(&mut answer).expect("the server ends it before the test gives up");
    }
}

#[test]
fn a_client_that_takes_nothing_of_its_answers_is_cut_off() {
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
        let asked = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n";
        let all = format!("{asked}\r\n").repeat(REQUESTS - 1);
        let mut stream = server.connect();
        stream.write_all(format!("{all}{asked}connection: close\r\n\r\n").as_bytes()).unwrap();
        stream
    };
    let first = flood();
    server.get("/livez").expect_status(200);
    let second = flood();
    // Both places are taken until one of the two is cut off.
    server.get("/livez").expect_status(200);
    let is_short = |mut stream: TcpStream| {
        let mut taken = Vec::new();
        let _ = stream.read_to_end(&mut taken);
        taken.len() < length * REQUESTS
    };
    assert!([first, second].map(is_short).contains(&true));
}

#[test]
fn a_body_that_does_not_come_is_waited_for_no_longer_than_it_may_take() {
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
fn it_ends_well_when_it_is_told_to() {
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
fn it_says_why_it_cannot_start() {
    let folder = Folder::with_modules(&["chat"]);
    folder.expect(0, &["sync"]);
    let server = Server::start(&folder, &[]);
    let taken = server.address.to_string();
    folder
        .expect(2, &["serve", "--listen", &taken])
        .says(&["cannot listen on", "another program listens there"]);
    folder
        .expect(2, &["serve", "--listen", "localhost:8080"])
        .says(&["write an IP address and a port, such as 127.0.0.1:8080"]);
    for remote in ["--push", "--push=upstream", "--follow"] {
        folder
            .expect(2, &["serve", "--listen", "127.0.0.1:0", remote])
            .says(&["git knows no remote `", "git remote add"]);
    }
    folder.write("modreg.toml", "[serve]\nlisten = \"localhost:80\"\n[serve.limit]\n");
    folder.commit("settings");
    folder.expect(2, &["serve"]).says(&["this is not an address with a port", "did you mean `limits`?"]);
}

#[test]
fn a_sync_that_runs_when_it_is_told_to_end_is_finished() {
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
