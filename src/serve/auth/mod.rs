//! Who may do what: tokens (JWT, RFC 7519) and who vouches for them.
//!
//! Verifiers are configured and never defaulted. Which of them a token is for is decided by its issuer first and by its
//! algorithm then, and it must satisfy one of them wholly.
//!
//! Invariant: a token, and what it is checked with, is never part of an error, a log line or a `Debug` text.

mod attempts;
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
