//! The checks of a token's claims after its signature: the times, the issuer, the audience and the role.

use jiff::Timestamp;
use serde_json::Value;

use super::token::Token;

/// The accepted difference between the clocks of two machines, in seconds.
const LEEWAY: f64 = 30.0;
/// The first second after the year 9999. A later time is probably in milliseconds.
const YEAR_10000: f64 = 253_402_300_800.0;
/// The role of administrators.
const ADMIN: &str = "ADMIN";

/// The reason why a token is refused.
pub(super) type RefusalReason = &'static str;

/// Checks that the token is valid now (RFC 7519, sections 4.1.4 and 4.1.5).
pub(super) fn check_times(token: &Token<'_>, now: Timestamp) -> Result<(), RefusalReason> {
    let now = now.as_duration().as_secs_f64();
    let expires =
        seconds(token, "exp", "`exp` is not a number of seconds")?.ok_or("the token has no `exp`")?;
    if expires.floor() + LEEWAY <= now {
        return Err("the token has expired");
    }
    match seconds(token, "nbf", "`nbf` is not a number of seconds")? {
        Some(begins) if begins.ceil() - LEEWAY > now => Err("the token is not valid yet"),
        Some(_) | None => Ok(()),
    }
}

fn seconds(token: &Token<'_>, claim: &str, wrong: RefusalReason) -> Result<Option<f64>, RefusalReason> {
    match token.claims.get(claim) {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            Some(seconds) if (0.0..YEAR_10000).contains(&seconds) => Ok(Some(seconds)),
            Some(_) | None => Err(wrong),
        },
    }
}

/// Checks the issuer of the token. `None` accepts every issuer.
pub(super) fn check_issuer(token: &Token<'_>, issuer: Option<&str>) -> Result<(), RefusalReason> {
    match issuer {
        Some(issuer) if token.text("iss") != Some(issuer) => Err("the token is from another issuer"),
        Some(_) | None => Ok(()),
    }
}

/// Checks the audience of the token. A token with an audience is refused unless the verifier is configured with that audience.
pub(super) fn check_audience(token: &Token<'_>, audience: Option<&str>) -> Result<(), RefusalReason> {
    let names = |value: &Value, audience: &str| match value {
        Value::String(text) => text == audience,
        Value::Array(texts) => texts.iter().any(|text| text.as_str() == Some(audience)),
        _ => false,
    };
    match (token.claims.get("aud"), audience) {
        (None, None) => Ok(()),
        (Some(value), Some(audience)) if names(value, audience) => Ok(()),
        (None, Some(_)) => Err("the token has no `aud`"),
        (Some(_), _) => Err("the token is for another audience"),
    }
}

/// Returns whether the token contains the role `ADMIN`, in `role` or in `roles`, in exactly this spelling.
pub(super) fn is_admin(token: &Token<'_>) -> bool {
    let is_admin = |value: &Value| match value {
        Value::String(role) => role == ADMIN,
        Value::Array(roles) => roles.iter().any(|role| role.as_str() == Some(ADMIN)),
        _ => false,
    };
    ["role", "roles"].iter().filter_map(|claim| token.claims.get(*claim)).any(is_admin)
}

/// Returns whether the token contains all of these claims with exactly these texts. The claim `email` counts only if the
/// issuer has verified that the address belongs to the holder.
pub(super) fn has_claims<'a>(
    token: &Token<'_>,
    mut wanted: impl Iterator<Item = (&'a String, &'a String)>,
) -> bool {
    let is_verified =
        |claim: &str| claim != "email" || token.claims.get("email_verified") == Some(&Value::Bool(true));
    wanted.all(|(claim, text)| token.text(claim) == Some(text) && is_verified(claim))
}
