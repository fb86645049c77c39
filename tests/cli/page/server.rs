//! A running server, for which the tests can make tokens of administrators.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use crate::harness::{self, Folder};

const SECRET: &str = "a secret of more than thirty-two bytes";

/// A running server, which is stopped when the value is dropped.
pub(crate) struct Server {
    child: Child,
    /// The pipe is kept open, because the server may print more than its address.
    _stdout: BufReader<ChildStdout>,
    /// The URL of the server.
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(folder: &Folder) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modreg"));
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let prepared = harness::prepare(&mut command, folder.path()).env("MODREG_JWT_SECRET", SECRET);
        let mut child = prepared.spawn().expect("modreg runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert!(line.starts_with("http://127.0.0.1:"), "{line:?}");
        Self { child, _stdout: stdout, address: line.trim().to_owned() }
    }

    /// Stops the server immediately.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a server can be ended");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a token with this role that is valid for an hour.
#[expect(clippy::disallowed_methods, reason = "the server compares a token with the clock of this machine")]
pub(crate) fn token(role: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
    let claims = json!({ "sub": "ada", "role": role, "exp": now + 3600 });
    jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes()))
        .expect("claims can be signed")
}
