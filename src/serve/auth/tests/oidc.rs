//! Tests with an `OpenID` Connect issuer on a socket of this machine.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    pin::pin,
    sync::{Mutex, MutexGuard, atomic::AtomicUsize, mpsc},
    thread,
};

use serde_json::json;

use super::*;
use crate::{
    serve::{
        auth::issuer::Fetch,
        tests::{run_with, wait_until_idle},
    },
    settings::Issuer,
};

const EMAIL: &str = "scheduler@project.iam.example.org";
const AUDIENCE: &str = "https://registry.example.org";

/// An issuer with the documents that it publishes, and the number of requests for its keys.
struct Provider {
    address: String,
    published: Arc<Mutex<Published>>,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Published {
    /// Whether the issuer responds.
    is_up: bool,
    /// The issuer in the discovery document, if it is not the address.
    issuer: Option<String>,
    /// The address of the keys in the discovery document, if it is not below the address.
    jwks_uri: Option<String>,
    keys: Value,
}

impl Provider {
    fn start(keys: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let published = Published { is_up: true, issuer: None, jwks_uri: None, keys };
        let provider = Self {
            address: address.clone(),
            published: Arc::new(Mutex::new(published)),
            asked: Arc::new(AtomicUsize::new(0)),
        };
        let (published, asked) = (Arc::clone(&provider.published), Arc::clone(&provider.asked));
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &address, &published.lock().unwrap().clone(), &asked);
            }
        });
        provider
    }

    fn now(&self) -> MutexGuard<'_, Published> {
        self.published.lock().unwrap()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// Returns the settings that trust the issuer.
    fn settings(&self, algorithm: Algorithm) -> settings::Auth {
        let claims = [("email".to_owned(), EMAIL.to_owned())].into();
        let issuer = self.address.parse().unwrap();
        let issuers = vec![Issuer { issuer, audience: AUDIENCE.to_owned(), algorithm, claims }];
        settings::Auth { issuers, ..settings::Auth::default() }
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.address, "aud": AUDIENCE, "azp": "1", "sub": "1", "email": EMAIL, "email_verified": true,
            "iat": NOW, "exp": NOW + 9_999_999,
        })
    }

    fn token(&self, pair: &Pair, kid: &str, changes: &Value) -> String {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid });
        sign(&header, &claims.to_string(), Jwa::RS256, &pair.key(Jwa::RS256))
    }
}

fn answer(mut stream: TcpStream, address: &str, published: &Published, asked: &AtomicUsize) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let request = lines.next().unwrap_or_default();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let body = match request.split(' ').nth(1) {
        _ if !published.is_up => None,
        Some("/.well-known/openid-configuration") => Some(json!({
            "issuer": published.issuer.as_deref().unwrap_or(address),
            "jwks_uri": published.jwks_uri.clone().unwrap_or_else(|| format!("{address}/keys")),
        })),
        Some("/keys") => {
            asked.fetch_add(1, Ordering::Relaxed);
            Some(published.keys.clone())
        }
        _ => None,
    };
    let (status, body) = body.map_or(("503 Out", String::new()), |body| ("200 OK", body.to_string()));
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

/// Returns the public key in the form in which the issuer publishes it.
fn jwk(pair: &Pair, algorithm: Jwa, kid: &str) -> Value {
    let key = jsonwebtoken::jwk::Jwk::from_encoding_key(&pair.key(algorithm), algorithm).unwrap();
    let mut key = serde_json::to_value(key).unwrap();
    key["kid"] = json!(kid);
    key["use"] = json!("sig");
    key
}

fn key_set(keys: &[Value]) -> Value {
    json!({ "keys": keys })
}

fn start(keys: &[Value]) -> (Provider, Auth, TestClock) {
    let provider = Provider::start(key_set(keys));
    let clock = TestClock::new();
    let settings = provider.settings(Algorithm::Rs256);
    let auth = Auth::new(&settings, None, "/nonexistent".as_ref(), clock.clock()).unwrap();
    (provider, auth, clock)
}

#[test]
fn the_token_of_a_cloud_scheduler_is_accepted() {
    let (provider, auth, _) = start(&[jwk(&RSA, Jwa::RS256, "one")]);
    let principal = Principal { subject: EMAIL.to_owned(), verifier: provider.address.clone() };
    for _ in 0..3 {
        assert_eq!(admin(&auth, &provider.token(&RSA, "one", &json!({}))), Ok(principal.clone()));
    }
    assert_eq!(provider.asked(), 1);
}

#[test]
fn tokens_of_other_accounts_and_issuers_are_refused() {
    let (provider, auth, clock) = start(&[jwk(&RSA, Jwa::RS256, "one")]);
    for (changes, status) in [
        (json!({ "email": "other@project.iam.example.org" }), 403),
        (json!({ "email": EMAIL.to_uppercase() }), 403),
        (json!({ "email": [EMAIL] }), 403),
        (json!({ "email": null }), 403),
        (json!({ "email": null, "role": "ADMIN" }), 403),
        (json!({ "email_verified": false }), 403),
        (json!({ "email_verified": "true" }), 403),
        (json!({ "aud": null }), 401),
        (json!({ "aud": "https://other.example.org" }), 401),
        (json!({ "aud": ["https://other.example.org"] }), 401),
        (json!({ "exp": null }), 401),
        (json!({ "exp": NOW - 60 }), 401),
        (json!({ "nbf": NOW + 3600 }), 401),
        (json!({ "iss": null }), 401),
        (json!({ "iss": "https://accounts.example.org" }), 401),
        (json!({ "iss": format!("{}/", provider.address) }), 401),
    ] {
        clock.advance(6);
        let denied = admin(&auth, &provider.token(&RSA, "one", &changes)).unwrap_err();
        assert_eq!(denied.status(), status, "{changes}: {denied:?}");
    }
    clock.advance(60);
    assert_eq!(admin(&auth, &provider.token(&OTHER_RSA, "one", &json!({}))).unwrap_err().status(), 401);
    let other = json!({ "alg": "ES256", "kid": "one" });
    let token = sign(&other, &provider.claims().to_string(), Jwa::ES256, &EC.key(Jwa::ES256));
    assert_eq!(admin(&auth, &token).unwrap_err(), Denied::Invalid("the issuer signs with another algorithm"));
}

#[test]
fn a_token_of_a_ci_job_is_bound_to_its_repository() {
    let provider = Provider::start(key_set(&[jwk(&RSA, Jwa::RS256, "one")]));
    let mut settings = provider.settings(Algorithm::Rs256);
    settings.issuers[0].claims = [("repository", "ada/registry"), ("ref", "refs/heads/main")]
        .map(|(a, b)| (a.into(), b.into()))
        .into();
    let auth = auth(&settings, None);
    for (changes, status) in [
        (json!({ "repository": "ada/registry", "ref": "refs/heads/main" }), 200),
        (json!({ "repository": "eve/registry", "ref": "refs/heads/main" }), 403),
        (json!({ "repository": "ada/registry", "ref": "refs/pull/1/merge" }), 403),
        (json!({ "repository": "ada/registry" }), 403),
    ] {
        let answered = admin(&auth, &provider.token(&RSA, "one", &changes));
        assert_eq!(answered.map_or_else(|denied| denied.status(), |_| 200), status, "{changes}");
    }
}

#[test]
fn new_keys_are_fetched_and_withdrawn_keys_expire() {
    let (provider, auth, clock) = start(&[jwk(&RSA, Jwa::RS256, "one")]);
    let [old, new] = [provider.token(&RSA, "one", &json!({})), provider.token(&OTHER_RSA, "two", &json!({}))];
    assert!(admin(&auth, &old).is_ok());
    provider.now().keys = key_set(&[jwk(&RSA, Jwa::RS256, "one"), jwk(&OTHER_RSA, Jwa::RS256, "two")]);
    assert!(admin(&auth, &new).is_err(), "the keys are not fetched again within the minute");
    clock.advance(61);
    assert!(admin(&auth, &new).is_ok());
    assert!(admin(&auth, &old).is_ok());
    provider.now().keys = key_set(&[jwk(&OTHER_RSA, Jwa::RS256, "two")]);
    assert!(admin(&auth, &old).is_ok());
    clock.advance(3601);
    assert!(admin(&auth, &new).is_ok());
    assert!(admin(&auth, &old).is_err());
    assert_eq!(provider.asked(), 3);
}

#[test]
fn cached_keys_stay_valid_while_the_issuer_does_not_respond() {
    let (provider, auth, clock) = start(&[jwk(&RSA, Jwa::RS256, "one")]);
    let token = provider.token(&RSA, "one", &json!({}));
    provider.now().is_up = false;
    let denied = admin(&auth, &token).unwrap_err();
    assert_eq!((denied.status(), denied.retry_after()), (503, Some(60)));
    provider.now().is_up = true;
    clock.advance(20);
    assert_eq!(
        admin(&auth, &token).unwrap_err().retry_after(),
        Some(40),
        "the keys are not fetched again yet"
    );
    clock.advance(40);
    assert!(admin(&auth, &token).is_ok());
    provider.now().is_up = false;
    for _ in 0..50 {
        clock.advance(7200);
        assert!(admin(&auth, &token).is_ok());
    }
    assert_eq!(provider.asked(), 1);
}

#[test]
fn many_unknown_key_ids_cause_one_request_per_minute() {
    let (provider, auth, clock) = start(&[jwk(&RSA, Jwa::RS256, "one")]);
    let tokens: Vec<_> =
        (0..20).map(|number| provider.token(&OTHER_RSA, &format!("made-up-{number}"), &json!({}))).collect();
    let flood = |auth: &Auth| {
        wait(async {
            let headers: Vec<_> = tokens.iter().map(|token| headers(&[&format!("Bearer {token}")])).collect();
            let peer = "192.0.2.1".parse().unwrap();
            for pair in headers.chunks(2) {
                let (first, second) =
                    tokio::join!(auth.authorize_admin(&pair[0], peer), auth.authorize_admin(&pair[1], peer));
                assert!(first.is_err() && second.is_err());
            }
        });
    };
    for minute in 1..=5 {
        flood(&auth);
        clock.advance(30);
        flood(&auth);
        assert_eq!(provider.asked(), minute);
        clock.advance(31);
    }
    assert!(admin(&auth, &provider.token(&RSA, "one", &json!({}))).is_ok());
}

/// A change to the documents of the issuer.
type Change = fn(&mut Published);

#[test]
fn invalid_documents_of_an_issuer_are_refused() {
    let token = |provider: &Provider| provider.token(&RSA, "one", &json!({}));
    let keys = || vec![jwk(&RSA, Jwa::RS256, "one")];
    let wrong: [(&str, Change); 4] = [
        ("another issuer", |published| published.issuer = Some("https://evil.example".to_owned())),
        ("keys in the clear", |published| published.jwks_uri = Some("http://192.0.2.7/keys".to_owned())),
        ("no key set", |published| published.keys = json!([])),
        ("too large", |published| published.keys = json!({ "keys": [], "x": "x".repeat(300 << 10) })),
    ];
    for (what, change) in wrong {
        let (provider, auth, _) = start(&keys());
        change(&mut provider.now());
        assert_eq!(admin(&auth, &token(&provider)).unwrap_err().status(), 503, "{what}");
    }
    let secret = json!({ "kty": "oct", "kid": "one", "k": URL_SAFE_NO_PAD.encode(SECRET) });
    let encrypts = {
        let mut key = jwk(&RSA, Jwa::RS256, "one");
        key["use"] = json!("enc");
        key
    };
    let other = {
        let mut key = jwk(&RSA, Jwa::RS256, "one");
        key["alg"] = json!("RS512");
        key
    };
    for key in [secret, encrypts, other, jwk(&EC, Jwa::ES256, "one"), jwk(&ED, Jwa::EdDSA, "one")] {
        let (provider, auth, _) = start(std::slice::from_ref(&key));
        let denied = admin(&auth, &token(&provider)).unwrap_err();
        assert_eq!(denied, Denied::Invalid("the issuer has no key with the token's key id"), "{key}");
        let confused = sign(
            &json!({ "alg": "HS256", "kid": "one" }),
            &provider.claims().to_string(),
            Jwa::HS256,
            &EncodingKey::from_secret(SECRET),
        );
        assert_eq!(admin(&auth, &confused).unwrap_err().status(), 401);
    }
}

#[test]
fn one_issuer_can_have_several_verifiers() {
    let provider = Provider::start(key_set(&[jwk(&RSA, Jwa::RS256, "one")]));
    let with = |audience: &str, claim: &str, text: &str| Issuer {
        issuer: provider.address.parse().unwrap(),
        audience: audience.to_owned(),
        algorithm: Algorithm::Rs256,
        claims: [(claim.to_owned(), text.to_owned())].into(),
    };
    let mut issuers = vec![
        with(AUDIENCE, "email", EMAIL),
        with(AUDIENCE, "repository", "ada/registry"),
        with("https://other.example.org", "repository", "ada/other"),
    ];
    for _ in 0..issuers.len() {
        issuers.rotate_left(1);
        let settings = settings::Auth { issuers: issuers.clone(), ..settings::Auth::default() };
        provider.now().is_up = false;
        let denied = admin(&auth(&settings, None), &provider.token(&RSA, "one", &json!({}))).unwrap_err();
        assert_eq!(denied.status(), 503, "one verifier cannot decide yet");
        provider.now().is_up = true;
        let auth = auth(&settings, None);
        for (changes, status) in [
            (json!({}), 200),
            (json!({ "email": null, "repository": "ada/registry" }), 200),
            (json!({ "aud": "https://other.example.org", "repository": "ada/other" }), 200),
            (json!({ "email": null }), 403),
            // The claims of one verifier do not count for another.
            (json!({ "aud": "https://other.example.org", "repository": "ada/registry" }), 403),
            (json!({ "aud": "https://other.example.org" }), 403),
            (json!({ "email": null, "repository": "ada/other" }), 403),
            (json!({ "aud": "https://third.example.org" }), 401),
            (json!({ "exp": NOW - 60 }), 401),
        ] {
            let answered = admin(&auth, &provider.token(&RSA, "one", &changes));
            assert_eq!(answered.map_or_else(|denied| denied.status(), |_| 200), status, "{changes}");
        }
    }
}

#[test]
fn keys_are_cached_even_if_the_client_disconnects_while_they_are_fetched() {
    let provider = Provider::start(key_set(&[]));
    let keys = key_set(&[jwk(&RSA, Jwa::RS256, "one")]);
    let discovery = json!({ "issuer": provider.address, "jwks_uri": format!("{}/keys", provider.address) });
    let (asks, asked) = mpsc::channel();
    let (answers, answered) = mpsc::channel::<Value>();
    let answered = Mutex::new(answered);
    let fetch: Arc<Fetch> = Arc::new(move |_, _| {
        asks.send(()).map_err(|error| error.to_string())?;
        let answer = answered.lock().unwrap().recv().map_err(|error| error.to_string())?;
        Ok(answer.to_string().into_bytes())
    });
    let settings = provider.settings(Algorithm::Rs256);
    let clock = TestClock::new().clock();
    let auth = Auth::with_fetch(&settings, None, "/nonexistent".as_ref(), clock, &fetch).unwrap();
    let headers = headers(&[&format!("Bearer {}", provider.token(&RSA, "one", &json!({})))]);
    let call = || auth.authorize_admin(&headers, "192.0.2.1".parse().unwrap());
    run_with(1, async {
        tokio::select! {
            biased;
            passed = pin!(call()) => panic!("{passed:?}"),
            () = tokio::task::yield_now() => asked.recv().unwrap(),
        }
        answers.send(discovery).unwrap();
        answers.send(keys).unwrap();
        drop(answers);
        wait_until_idle().await;
        assert!(call().await.is_ok());
    });
    assert_eq!(asked.try_iter().count(), 1, "nothing is fetched a second time");
}
