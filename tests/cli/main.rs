//! The program as its users meet it: real repositories, the real binary, nothing of this machine's settings.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on fails the test")]

mod ask_git;
mod audit;
mod compile;
mod corruption;
mod diff;
mod faults;
mod fix;
mod formats;
mod guards;
mod harness;
mod history;
mod holds;
mod init_new;
mod interrupted;
mod log;
mod matrix;
mod model;
mod odd_repositories;
mod output;
mod own_registry;
mod page;
mod partial;
mod prune;
mod publishing;
mod pull_requests;
mod push;
mod readme;
mod reference;
mod repositories;
mod rollback;
mod roots;
mod serve;
mod settings;
mod shallow;
mod show;
mod signing;
mod status;
mod uncommitted;
mod validate;
mod verify;
mod watch;
mod webhooks;
mod workflow;
mod workflows;
