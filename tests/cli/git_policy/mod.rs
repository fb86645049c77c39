//! Wherever git has a policy, git decides: settings, dates, trust, permissions, the index, locks, mirrors, interruptions.

mod environment;
mod identity;
mod locks;
mod permissions;
mod registry;
