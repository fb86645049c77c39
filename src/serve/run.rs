//! From options to a running server, and to its end.

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

/// How long a sync that runs may still take after the server was told to stop: longer than any exchange with a remote
/// is meant to take. What it leaves when it is cut off, the next one mends.
const SYNC_SHUTDOWN_TIMEOUT: Duration = Duration::from_mins(5);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Nobody can listen there.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system gives no threads or no signals.
    #[error("cannot start the server")]
    System(#[from] io::Error),
    /// The registry has nothing to begin with, and could not be given anything.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

/// Runs a server until the process gets SIGTERM or SIGINT. `listening` is told the address as soon as there is one.
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
    // Threads that still wait for a disk or a remote must not keep the process alive.
    runtime.shutdown_background();
    ended
}

/// Answers on a listener until `stop` is ready, and then until all that was begun has ended.
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
        tracing::error!("a sync was cut off; the next one mends what it left");
    }
    // What a sync has told is on disk by now; the next run delivers what is left.
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

/// Is ready when the process is told to stop.
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
