//! The authentication and authorization of callers by tokens (JWT, RFC 7519).
//!
//! No verifier exists by default; the settings must configure them. The issuer of a token, and then its algorithm, decide
//! which verifiers check it. One of them must accept all of it.
//!
//! Invariant: neither a token nor a key or secret is part of an error, a line of the log or a `Debug` text.

mod failed_logins;
mod bearer;
mod claims;
mod clock;
mod config;
mod denied;
mod issuer;
mod keys;
mod principal;
#[cfg(test)]
mod tests;
mod token;
mod verifier;

pub use clock::Clock;
pub use config::{AuthError, JwtSecret, SECRET_VARIABLE};
pub use denied::Denied;
pub use principal::Principal;
pub use verifier::Auth;
