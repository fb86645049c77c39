//! `sync --push` to real bare repositories, with everything that can happen on the way.

mod failures;
mod interruptions;
mod publishing;
mod races;
mod remote;

pub(crate) use remote::{Remote, hook};
