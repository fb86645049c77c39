//! Starts a server, runs it, and stops it.

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
    sync::Notify,
};

use super::{
    HttpService, Options, State,
    auth::Auth,
    jobs::{schedule, seed, watch, webhooks},
    malloc,
    transport::connection,
};
use crate::sync::SyncError;

/// The time that a running sync has to finish when the server stops. It is longer than an exchange with a remote normally
/// takes. The next sync repairs what an interrupted one has left.
const SYNC_SHUTDOWN_TIMEOUT: Duration = Duration::from_mins(5);

/// The reason why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The server cannot listen on the address.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address to listen on.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
    /// The system did not start threads or register signals.
    #[error("cannot start the server")]
    System(#[from] io::Error),
    /// The built-in modules could not be added to an empty registry.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

/// Runs a server until the process receives SIGTERM or SIGINT. `listening` is called with the address once it is known.
pub fn start(options: Options, auth: Auth, listening: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    malloc::return_large_buffers();
    let runtime = runtime(&options)?;
    let ended = runtime.block_on(async {
        let stop_signal = stop_signal()?;
        let address = options.listen;
        let failed = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let state = State::new(options, auth);
        seed::add_built_in_modules(&state).await?;
        state.refresh().await;
        listening(listener.local_addr()?);
        serve(listener, state, stop_signal).await;
        Ok(())
    });
    // Threads that still wait for a disk or a remote must not keep the process running.
    runtime.shutdown_background();
    ended
}

/// Serves connections until `stop` is ready, and then waits until requests and syncs have finished.
async fn serve(listener: TcpListener, state: Arc<State>, stop: impl Future<Output = ()>) {
    let watcher = tokio::spawn(watch::watch_branch(Arc::clone(&state)));
    let follower =
        state.options.follow.map(|every| tokio::spawn(watch::watch_remote(Arc::clone(&state), every)));
    let stop_scheduler = Arc::new(Notify::new());
    let scheduler = tokio::spawn(schedule::run(Arc::clone(&state), Arc::clone(&stop_scheduler)));
    let webhook_sender = tokio::spawn(webhooks::deliver(Arc::clone(&state)));
    connection::serve(listener, HttpService::new(Arc::clone(&state)), &state.options, stop).await;
    watcher.abort();
    if let Some(follower) = follower {
        follower.abort();
    }
    stop_scheduler.notify_one();
    let ended =
        async { (scheduler.await, state.syncs.wait_until_idle().await, state.syncs.lock_branch().await) };
    if tokio::time::timeout(SYNC_SHUTDOWN_TIMEOUT, ended).await.is_err() {
        tracing::error!(
            "a sync did not finish in time and was interrupted; the next sync repairs what it left"
        );
    }
    // All webhook messages are on disk by now; the next run delivers those that are left.
    webhook_sender.abort();
    tracing::info!("stopped");
}

fn runtime(options: &Options) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(workers) = options.workers {
        builder.worker_threads(workers.get());
    }
    builder.thread_name("modreg-serve").enable_all().build()
}

/// Returns a future that is ready when the process receives SIGTERM or SIGINT.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping");
    })
}
