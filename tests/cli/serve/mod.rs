//! Tests of `modreg serve` over real sockets.

mod admin;
mod concurrency;
mod limits;
mod logging;
mod reading;
mod schedule;
mod tokens;
mod watching;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use modreg::{
    domain::RepoPath,
    schema::Schemas,
    source::{self, Limits},
};
use serde_json::Value;

use crate::harness::{self, Folder};

/// A running server, which is stopped when the value is dropped.
pub(crate) struct Server {
    child: Child,
    /// The pipe is kept open, because the server may print more than its address.
    _stdout: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

/// The response of a server.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// The headers by their names in lower case. Of a repeated header only the last is kept.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Server {
    /// Starts a server on a free port, and waits until it has printed its address.
    pub(crate) fn start(folder: &Folder, args: &[&str]) -> Self {
        Self::start_with(folder, args, &[])
    }

    /// Starts a server with these variables in its environment.
    pub(crate) fn start_with(folder: &Folder, args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::listening(Self::spawn(folder, args, variables))
    }

    /// Starts a server with a verbose log in JSON, in the file `log` beside the folder.
    pub(crate) fn start_logging(folder: &Folder, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let log = File::create(folder.beside("log")).expect("a new file");
        let args = [args, &["--verbose", "--log-format", "json"]].concat();
        Self::listening(Self::spawn_with(folder, &args, variables, log.into()))
    }

    /// Starts a server whose log is written to `log`.
    pub(crate) fn logging_to(folder: &Folder, log: Stdio) -> Self {
        Self::listening(Self::spawn_with(folder, &[], &[], log))
    }

    /// Waits until a server has printed its address.
    fn listening(mut child: Child) -> Self {
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("http://").unwrap_or_else(|| panic!("{line:?}"));
        let address = address.parse().expect("an address");
        Self { child, _stdout: stdout, address }
    }

    /// Starts a server on a free port without waiting for its address.
    pub(crate) fn spawn(folder: &Folder, args: &[&str], variables: &[(&str, &str)]) -> Child {
        Self::spawn_with(folder, args, variables, Stdio::null())
    }

    fn spawn_with(folder: &Folder, args: &[&str], variables: &[(&str, &str)], log: Stdio) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modreg"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(args);
        command.stdout(Stdio::piped()).stderr(log);
        harness::prepare(&mut command, folder.path())
            .envs(variables.iter().copied())
            .spawn()
            .expect("modreg runs")
    }

    /// Opens a connection with a timeout.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout");
        stream
    }

    /// Sends a request with these headers and reads the response.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        if !body.is_empty() {
            let _ = write!(request, "content-length: {}\r\n", body.len());
        }
        let mut stream = self.connect();
        stream.write_all(format!("{request}\r\n{body}").as_bytes()).expect("a request");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        Response::parse(&answer)
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], "")
    }

    /// Gets a document, and checks it against its schema.
    pub(crate) fn document(&self, path: &str, schema: &str) -> Value {
        self.get(path).expect_status(200).valid_against(schema)
    }

    /// Repeats a request until its response fulfils a condition.
    pub(crate) fn wait_for(&self, path: &str, condition: impl Fn(&Response) -> bool) -> Response {
        let start = std::time::Instant::now();
        loop {
            let response = self.get(path);
            if condition(&response) {
                return response;
            }
            assert!(start.elapsed() < Duration::from_mins(1), "{path} stays {response:?}");
            std::thread::yield_now();
        }
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        send_signal(&self.child, signal);
    }

    /// Waits until the server has stopped, and returns its exit code.
    pub(crate) fn wait_for_exit(mut self) -> Option<i32> {
        self.child.wait().expect("an end").code()
    }
}

/// A hook that stops every push to the bare repository beside a folder until the test lets it continue.
pub(crate) struct Gate {
    began: PathBuf,
    go: PathBuf,
}

impl Gate {
    /// Installs the hook in `remote.git`.
    pub(crate) fn before(folder: &Folder) -> Self {
        let (began, go) = (folder.beside("began"), folder.beside("go"));
        for pipe in [&began, &go] {
            assert!(Command::new("mkfifo").arg(pipe).status().expect("mkfifo runs").success());
        }
        let hook = folder.beside("remote.git/hooks/pre-receive");
        let script = format!("#!/bin/sh\necho > '{}'\ncat '{}'\n", began.display(), go.display());
        fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder for hooks");
        fs::write(&hook, script).expect("a hook");
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("a hook that can run");
        Self { began, go }
    }

    /// Waits until a push has reached the hook.
    pub(crate) fn wait(&self) {
        fs::read(&self.began).expect("the push has reached the hook");
    }

    /// Lets the push continue.
    pub(crate) fn open(&self) {
        fs::write(&self.go, "").expect("the hook continues");
    }
}

/// Sends a signal to a process.
pub(crate) fn send_signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Response {
    fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]);
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.parse().expect("a number"),
            headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
            body: answer[end + 4..].to_vec(),
        }
    }

    /// Checks the status.
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&self.body)))
    }

    /// Parses the body, and checks it against its schema.
    pub(crate) fn valid_against(&self, schema: &str) -> Value {
        let schemas = Schemas::compile(schema, &BTreeMap::new()).expect("a built-in schema");
        let path = RepoPath::new("response.json");
        let parsed = source::parse(&path, &self.body, &Limits::default()).document.expect("it is JSON");
        let found = schemas.check(&parsed);
        assert!(found.is_empty(), "against {schema}: {found:?}\n{}", String::from_utf8_lossy(&self.body));
        self.json()
    }
}
