//! Tests of tokens that are signed with the secret or a private key, and of forged ones.

use serde_json::json;

use super::*;

/// Returns the claims of an administrator, valid for an hour.
fn claims() -> Value {
    json!({ "sub": "ada", "role": "ADMIN", "exp": NOW + 3600 })
}

/// Returns the claims with these members set, or removed if they are null.
fn claims_with(changes: &Value) -> String {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims.to_string()
}

fn by_secret(claims: &str) -> String {
    sign(&json!({ "alg": "HS256", "typ": "JWT" }), claims, Jwa::HS256, &EncodingKey::from_secret(SECRET))
}

/// Returns `ok`, or the status and the error code of the response.
fn result(auth: &Auth, token: &str) -> String {
    match admin(auth, token) {
        Ok(_) => "ok".to_owned(),
        Err(denied) => {
            let challenge = denied.challenge().unwrap_or_default();
            let error = challenge.split("error=\"").nth(1).and_then(|rest| rest.split('"').next());
            format!("{} {}", denied.status(), error.unwrap_or_default()).trim().to_owned()
        }
    }
}

const BAD: &str = "401 invalid_token";
const NOT_ADMIN: &str = "403 insufficient_scope";

#[test]
fn each_algorithm_is_accepted_with_its_own_key() {
    let keys = vec![
        public_key(Algorithm::Rs256, &RSA.public),
        public_key(Algorithm::Es256, &EC.public),
        public_key(Algorithm::EdDsa, &ED.public),
    ];
    let auth = auth(&settings::Auth { keys, ..settings::Auth::default() }, Some(SECRET));
    for (algorithm, name, key, verifier) in [
        (Jwa::HS256, "HS256", EncodingKey::from_secret(SECRET), "secret"),
        (Jwa::RS256, "RS256", RSA.key(Jwa::RS256), "key 1"),
        (Jwa::ES256, "ES256", EC.key(Jwa::ES256), "key 2"),
        (Jwa::EdDSA, "EdDSA", ED.key(Jwa::EdDSA), "key 3"),
    ] {
        let token = sign(&json!({ "alg": name }), &claims().to_string(), algorithm, &key);
        let principal = Principal { subject: "ada".to_owned(), verifier: verifier.to_owned() };
        assert_eq!(admin(&auth, &token), Ok(principal), "{name}");
    }
}

#[test]
fn invalid_and_forged_signatures_are_refused() {
    let keys = vec![public_key(Algorithm::Rs256, &RSA.public)];
    let by_key = auth(&settings::Auth { keys, ..settings::Auth::default() }, None);
    let by_secret_alone = auth(&settings::Auth::default(), Some(SECRET));
    let claims = claims().to_string();
    let rs256 = |header: &Value| sign(header, &claims, Jwa::RS256, &RSA.key(Jwa::RS256));
    let good = rs256(&json!({ "alg": "RS256" }));
    assert_eq!(result(&by_key, &good), "ok");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let public = EncodingKey::from_secret(RSA.public.as_bytes());
    let der = STANDARD.decode(RSA.public.lines().nth(1).unwrap()).unwrap();
    let attacker = serde_json::to_value(
        jsonwebtoken::jwk::Jwk::from_encoding_key(&OTHER_RSA.key(Jwa::RS256), Jwa::RS256).unwrap(),
    )
    .unwrap();
    let by_attacker = |header: Value| sign(&header, &claims, Jwa::RS256, &OTHER_RSA.key(Jwa::RS256));
    let mut tokens = vec![
        ("a stripped signature", format!("{signed}.")),
        ("no third part", signed.to_owned()),
        ("a cut signature", good[..good.len() - 4].to_owned()),
        ("padding", format!("{good}==")),
        (
            "another's claims",
            format!(
                "{}.{signature}",
                unsigned(&json!({"alg": "RS256"}), &claims_with(&json!({"sub": "eve"})))
            ),
        ),
        (
            "HS256 keyed with the public key's PEM",
            sign(&json!({"alg": "HS256"}), &claims, Jwa::HS256, &public),
        ),
        (
            "HS256 keyed with the public key's DER",
            sign(&json!({"alg": "HS256"}), &claims, Jwa::HS256, &EncodingKey::from_secret(&der)),
        ),
        ("HS256 under the name of RS256", sign(&json!({"alg": "RS256"}), &claims, Jwa::HS256, &public)),
        (
            "ES256 where RS256 is pinned",
            sign(&json!({"alg": "ES256"}), &claims, Jwa::ES256, &EC.key(Jwa::ES256)),
        ),
        (
            "ES256 under the name of RS256",
            sign(&json!({"alg": "RS256"}), &claims, Jwa::ES256, &EC.key(Jwa::ES256)),
        ),
        (
            "RS512 with the right key",
            sign(&json!({"alg": "RS512"}), &claims, Jwa::RS512, &RSA.key(Jwa::RS512)),
        ),
        (
            "PS256 with the right key",
            sign(&json!({"alg": "PS256"}), &claims, Jwa::PS256, &RSA.key(Jwa::PS256)),
        ),
        ("an embedded jwk", by_attacker(json!({"alg": "RS256", "jwk": attacker}))),
        ("a jku", by_attacker(json!({"alg": "RS256", "jku": "https://evil.example/jwks.json"}))),
        ("an x5u", by_attacker(json!({"alg": "RS256", "x5u": "https://evil.example/cert.pem"}))),
        ("a kid that is a path", by_attacker(json!({"alg": "RS256", "kid": "../../../dev/null"}))),
        ("a kid that is a query", by_attacker(json!({"alg": "RS256", "kid": "' OR 1=1 --"}))),
        ("a kid that is a number", rs256(&json!({"alg": "RS256", "kid": 1}))),
        ("extensions", rs256(&json!({"alg": "RS256", "crit": ["exp"]}))),
        ("a small letter", rs256(&json!({"alg": "rs256"}))),
    ];
    let spellings = ["none", "None", "NONE", "nOnE", "noNe ", "", "null", "nonE\u{0}"];
    for spelling in spellings {
        let unsigned = unsigned(&json!({ "alg": spelling }), &claims);
        tokens.push((spelling, format!("{unsigned}.")));
        tokens.push((spelling, format!("{unsigned}.{signature}")));
        tokens.push((spelling, unsigned));
    }
    for (what, token) in tokens {
        for auth in [&by_key, &by_secret_alone] {
            let found = result(auth, &token);
            assert!(found == BAD || found == "429", "{what}: {found}");
        }
    }
}

#[test]
fn a_token_is_valid_only_between_its_times() {
    let far = json!(NOW + 3600);
    for (claims, expected) in [
        (json!({}), "ok"),
        (json!({ "exp": null }), BAD),
        (json!({ "exp": NOW - 31 }), BAD),
        (json!({ "exp": NOW - 30 }), BAD),
        (json!({ "exp": NOW - 29 }), "ok"),
        (json!({ "exp": "1800003600" }), BAD),
        (json!({ "exp": true }), BAD),
        (json!({ "exp": [far] }), BAD),
        (json!({ "exp": {} }), BAD),
        (json!({ "exp": -1 }), BAD),
        (json!({ "exp": 1e300 }), BAD),
        (json!({ "exp": (NOW + 3600) * 1000 }), BAD),
        (json!({ "exp": 1_800_003_600.5 }), "ok"),
        (json!({ "exp": 1_799_999_000.5 }), BAD),
        (json!({ "nbf": NOW + 29 }), "ok"),
        (json!({ "nbf": NOW + 31 }), BAD),
        (json!({ "nbf": 1_800_000_030.5 }), BAD),
        (json!({ "nbf": "1700000000" }), BAD),
        (json!({ "nbf": -5 }), BAD),
        (json!({ "nbf": [] }), BAD),
        (json!({ "iat": NOW + 9999 }), "ok"),
    ] {
        let auth = auth(&settings::Auth::default(), Some(SECRET));
        assert_eq!(result(&auth, &by_secret(&claims_with(&claims))), expected, "{claims}");
    }
    for claims in [r#"{"role":"ADMIN","exp":null}"#, r#"{"role":"ADMIN","exp":1800003600,"nbf":null}"#] {
        let auth = auth(&settings::Auth::default(), Some(SECRET));
        assert_eq!(result(&auth, &by_secret(claims)), BAD, "{claims}");
    }
}

#[test]
fn audience_and_issuer_must_match_the_settings() {
    let names = |issuer: Option<&str>, audience: Option<&str>| settings::Auth {
        issuer: issuer.map(str::to_owned),
        audience: audience.map(str::to_owned),
        ..settings::Auth::default()
    };
    let (plain, strict) = (names(None, None), names(Some("login"), Some("modreg")));
    for (settings, claims, expected) in [
        (&plain, json!({ "aud": "other" }), BAD),
        (&plain, json!({ "aud": [] }), BAD),
        (&plain, json!({ "iss": "other" }), "ok"),
        (&strict, json!({}), BAD),
        (&strict, json!({ "iss": "login", "aud": "modreg" }), "ok"),
        (&strict, json!({ "iss": "login", "aud": ["other", "modreg"] }), "ok"),
        (&strict, json!({ "iss": "login" }), BAD),
        (&strict, json!({ "iss": "login", "aud": "other" }), BAD),
        (&strict, json!({ "iss": "login", "aud": [] }), BAD),
        (&strict, json!({ "iss": "login", "aud": [["modreg"]] }), BAD),
        (&strict, json!({ "iss": "login", "aud": { "modreg": true } }), BAD),
        (&strict, json!({ "iss": "login", "aud": "Modreg" }), BAD),
        (&strict, json!({ "iss": "Login", "aud": "modreg" }), BAD),
        (&strict, json!({ "iss": "login.evil.example", "aud": "modreg" }), BAD),
        (&strict, json!({ "iss": ["login"], "aud": "modreg" }), BAD),
        (&strict, json!({ "aud": "modreg" }), BAD),
    ] {
        let auth = auth(settings, Some(SECRET));
        assert_eq!(result(&auth, &by_secret(&claims_with(&claims))), expected, "{claims}");
    }
}

#[test]
fn the_role_must_be_exactly_admin() {
    for (claims, expected) in [
        (json!({ "role": "ADMIN" }), "ok"),
        (json!({ "role": ["USER", "ADMIN"] }), "ok"),
        (json!({ "role": null, "roles": ["ADMIN"] }), "ok"),
        (json!({ "role": "USER", "roles": "ADMIN" }), "ok"),
        (json!({ "role": null }), NOT_ADMIN),
        (json!({ "role": "admin" }), NOT_ADMIN),
        (json!({ "role": "Admin" }), NOT_ADMIN),
        (json!({ "role": " ADMIN" }), NOT_ADMIN),
        (json!({ "role": "ADMIN,USER" }), NOT_ADMIN),
        (json!({ "role": "USER ADMIN" }), NOT_ADMIN),
        (json!({ "role": "SUPERADMIN" }), NOT_ADMIN),
        (json!({ "role": true }), NOT_ADMIN),
        (json!({ "role": 1 }), NOT_ADMIN),
        (json!({ "role": [["ADMIN"]] }), NOT_ADMIN),
        (json!({ "role": { "ADMIN": true } }), NOT_ADMIN),
        (json!({ "role": [] }), NOT_ADMIN),
        (json!({ "role": null, "Role": "ADMIN" }), NOT_ADMIN),
        (json!({ "role": null, "scope": "ADMIN" }), NOT_ADMIN),
        (json!({ "role": null, "user": { "role": "ADMIN" } }), NOT_ADMIN),
    ] {
        let auth = auth(&settings::Auth::default(), Some(SECRET));
        let token = by_secret(&claims_with(&claims));
        assert_eq!(result(&auth, &token), expected, "{claims}");
        let peer = "192.0.2.1".parse().unwrap();
        assert!(
            wait(auth.authorize_reader(&headers(&[&format!("Bearer {token}")]), peer)).is_ok(),
            "{claims}"
        );
    }
}

#[test]
fn a_request_without_verifier_or_token_is_denied() {
    let unconfigured = auth(&settings::Auth::default(), None);
    let denied = admin(&unconfigured, &by_secret(&claims().to_string())).unwrap_err();
    assert_eq!((denied.status(), denied.challenge()), (403, None));
    assert!(denied.detail().contains("no verifier is configured"));
    let configured = auth(&settings::Auth::default(), Some(SECRET));
    let token = by_secret(&claims().to_string());
    let peer = "192.0.2.1".parse().unwrap();
    let missing = wait(configured.authorize_admin(&HeaderMap::new(), peer)).unwrap_err();
    assert_eq!(missing.challenge().as_deref(), Some("Bearer realm=\"modreg\""));
    let bearer = format!("Bearer {token}");
    let twice = wait(configured.authorize_admin(&headers(&[&bearer, &bearer]), peer)).unwrap_err();
    assert_eq!((twice.status(), twice.challenge().unwrap().contains("invalid_request")), (401, true));
}

#[test]
fn after_too_many_failures_only_a_valid_token_is_accepted() {
    let auth = auth(&settings::Auth::default(), Some(SECRET));
    let answers: Vec<_> = (0..12).map(|_| result(&auth, "a.b.c")).collect();
    assert_eq!(answers.iter().filter(|found| **found == BAD).count(), 10);
    assert_eq!(answers[11], "429");
    assert_eq!(admin(&auth, "a.b.c").unwrap_err().retry_after(), Some(6));
    assert_eq!(result(&auth, &by_secret(&claims().to_string())), "ok");
}

#[test]
fn unusable_secrets_and_keys_are_refused() {
    for (length, usable) in [(0, false), (31, false), (32, true)] {
        assert_eq!(JwtSecret::new(&vec![b'x'; length]).is_ok(), usable, "{length}");
    }
    let message = JwtSecret::new(b"short").unwrap_err().to_string();
    assert_eq!(message, "the secret in MODREG_JWT_SECRET has 5 bytes, but must have at least 32");
    for (algorithm, pem, usable) in [
        (Algorithm::Rs256, &RSA.public, true),
        (Algorithm::Rs256, &RSA.private, false),
        (Algorithm::Rs256, &EC.public, false),
        (Algorithm::Es256, &EC.public, true),
        (Algorithm::Es256, &ED.public, false),
        (Algorithm::EdDsa, &ED.public, true),
        (Algorithm::EdDsa, &RSA.public, false),
        (Algorithm::EdDsa, &String::new(), false),
    ] {
        let settings = settings::Auth { keys: vec![public_key(algorithm, pem)], ..settings::Auth::default() };
        let made = Auth::new(&settings, None, "/nonexistent".as_ref(), TestClock::new().clock());
        assert_eq!(made.is_ok(), usable, "{algorithm:?} {pem}");
    }
    let source = KeySource::File("missing.pem".to_owned());
    let keys = vec![PublicKey { source, ..public_key(Algorithm::Rs256, "") }];
    let settings = settings::Auth { keys, ..settings::Auth::default() };
    let error = Auth::new(&settings, None, "/nonexistent".as_ref(), TestClock::new().clock()).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the public key"), "{error}");
}

#[test]
fn secrets_and_tokens_are_never_shown() {
    let secret = JwtSecret::new(SECRET).unwrap();
    let auth = auth(&settings::Auth::default(), Some(SECRET));
    let token = by_secret(&claims_with(&json!({ "role": "USER" })));
    let denied = admin(&auth, &token).unwrap_err();
    let shown = format!("{secret:?} {auth:?} {denied:?} {} {:?}", denied.detail(), denied.challenge());
    let signature = token.rsplit('.').next().unwrap();
    assert!(!shown.contains("0123456789") && !shown.contains(signature), "{shown}");
    let odd = by_secret(&claims_with(&json!({ "sub": "a\u{1b}[2J\nb" })));
    assert_eq!(admin(&auth, &odd).unwrap().subject, "a\\u{1b}[2J\\nb");
}
