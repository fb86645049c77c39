//! Tests of tokens from an issuer on this machine, such as a cloud scheduler sends.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    thread,
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};

use super::Server;
use crate::harness::Folder;

const SYNC: &str = "/api/admin/modules/ai/sync";
const EMAIL: &str = "scheduler@project.iam.example.org";
const AUDIENCE: &str = "https://registry.example.org";

/// Starts an issuer that publishes one key, and returns its address and the key.
fn issuer() -> (String, EncodingKey) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let label = "PRIVATE KEY";
    let pem =
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(private.as_ref()));
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let mut published =
        serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()).unwrap();
    published["kid"] = json!("one");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let discovery = json!({ "issuer": address, "jwks_uri": format!("{address}/keys") });
    let keys = json!({ "keys": [published] });
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let is_discovery = lines.next().unwrap_or_default().contains("/.well-known/");
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let body = if is_discovery { &discovery } else { &keys }.to_string();
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    (address, key)
}

fn token(issuer: &str, key: &EncodingKey, email: &str) -> String {
    let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::RS256) };
    let claims: Value = json!({
        "iss": issuer, "aud": AUDIENCE, "sub": "1", "email": email, "email_verified": true, "exp": 4_102_444_800_u64,
    });
    encode(&header, &claims, key).unwrap()
}

#[test]
fn the_token_of_a_cloud_scheduler_syncs_and_is_never_logged() {
    let (issuer, key) = issuer();
    let folder = Folder::with_modules(&["chat"]);
    folder.write(
        "modreg.toml",
        format!(
            "[[serve.auth.issuers]]\nissuer = \"{issuer}\"\naudience = \"{AUDIENCE}\"\nclaims = {{ email = \"{EMAIL}\" }}\n"
        ),
    );
    folder.commit("an issuer");
    let server = Server::start_logging(&folder, &[], &[]);
    let send = |token: &str| {
        let bearer = format!("Bearer {token}");
        server.send("POST", SYNC, &[("authorization", bearer.as_str())], "")
    };
    let good = token(&issuer, &key, EMAIL);
    let done = send(&good).expect_status(200).valid_against("sync-answer");
    assert_eq!((&done["success"], &done["version"]), (&true.into(), &1.into()));
    let other = token(&issuer, &key, "other@project.iam.example.org");
    let refused = send(&other);
    assert!(refused.headers["www-authenticate"].contains("insufficient_scope"), "{refused:?}");
    refused.expect_status(403).valid_against("problem");
    let cut = &good[..good.len() - 9];
    let refused = send(cut);
    assert!(refused.headers["www-authenticate"].contains("invalid_token"), "{refused:?}");
    refused.expect_status(401).valid_against("problem");
    let twice = [("authorization", "Bearer a.b.c"), ("authorization", "Bearer a.b.c")];
    server.send("POST", SYNC, &twice, "").expect_status(401).valid_against("problem");
    server.send("POST", SYNC, &[], "").expect_status(401).valid_against("problem");
    server.signal("-TERM");
    assert_eq!(server.wait_for_exit(), Some(0));

    let log = std::fs::read_to_string(folder.beside("log")).unwrap();
    assert!(log.contains(EMAIL) && log.contains("audit"), "{log}");
    for token in [&good, &other] {
        for part in token.split('.') {
            assert!(!log.contains(part), "{log}");
        }
    }
}

#[test]
fn a_server_with_a_secret_that_can_be_guessed_does_not_start() {
    let folder = Folder::with_modules(&["chat"]);
    for secret in ["", "secret", "0123456789abcdef0123456789abcde"] {
        let ran = folder.shell(&format!("MODREG_JWT_SECRET='{secret}' modreg serve --listen 127.0.0.1:0"));
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
        ran.says(&["the secret in MODREG_JWT_SECRET has", "must have at least 32"]);
    }
}
