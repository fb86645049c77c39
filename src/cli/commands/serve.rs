//! `modreg serve` starts the HTTP server.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use clap::ValueEnum;

use crate::{
    cli::{
        context::{Context, Verbosity},
        error::CliError,
        exit::Exit,
        output, webhooks, workspace,
    },
    git::{Head, Repository},
    serve::{
        self, Level, LineFormat, Logger, Options, PushTo, ServeError,
        auth::{self, Auth, AuthError, JwtSecret},
    },
    settings::{Push, Settings},
    sync,
};

/// The time within which the receiver of a webhook must answer, as the Standard Webhooks specification recommends.
const WEBHOOK_PATIENCE: Duration = Duration::from_secs(15);

/// Serve the registry over HTTP
///
/// The server keeps the snapshot at HEAD in memory, and replaces it as a whole when the branch moves. The first line on
/// standard output is the address. SIGTERM and SIGINT stop the server after the current requests and a running sync.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The address to listen on; port 0 is any free port, and the default is `listen` of modreg.toml
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Push the new snapshot of each sync to a remote
    ///
    /// REMOTE is the name of a remote or a URL; the default is the remote that `git push` uses. The local branch gets a
    /// snapshot only after the remote has accepted it.
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, default_missing_value = "")]
    push: Option<String>,
    /// Fetch new commits from the remote at this interval, 1 second or more; without a number, every 60 seconds
    #[arg(
        long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "60",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    follow: Option<u64>,
    /// Do not add the built-in modules to an empty registry
    #[arg(long)]
    no_builtins: bool,
    /// The format of the log on standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
}

/// The formats of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum LogFormat {
    /// `human` on a terminal, otherwise `json`
    #[default]
    Auto,
    /// Text for people
    Human,
    /// One JSON object on each line, for programs
    Json,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let settings = settings(&repository)?;
    let top = repository.top().to_owned();
    let secret = Context::secret(auth::SECRET_VARIABLE).map(|bytes| JwtSecret::new(&bytes)).transpose()?;
    let auth = Auth::new(&settings.auth, secret.as_ref(), &top, Arc::new(Context::clock()))?;
    let webhooks = webhooks::open(&repository, &settings.webhooks, WEBHOOK_PATIENCE);
    for secret in webhooks.iter().flat_map(|(_, unusable)| unusable) {
        context.warn(&format!("{secret}: messages are kept until the server is started with this secret"));
    }
    let push = args.push.as_deref().map(|remote| match remote {
        "" => PushTo::Usual,
        remote => PushTo::Remote(remote.to_owned()),
    });
    let follow = args.follow.map(Duration::from_secs).or(settings.serve.follow);
    if push.is_some() || follow.is_some() {
        check_remote(&repository, push.as_ref(), &settings.push)?;
    }
    let settings = settings.serve;
    let options = Options {
        repository: top,
        listen: args.listen.unwrap_or(settings.listen),
        workers: context.jobs,
        push,
        follow,
        built_ins: !args.no_builtins,
        silences_ssh: context.silences_ssh,
        webhooks: webhooks.map(|(webhooks, _)| Arc::new(webhooks)),
        clock: Context::clock(),
        settings,
    };
    drop(repository);
    let _log = Logger::install(args.line_format(context), level(context), Context::clock(), io::stderr());
    let mut printed = Ok(());
    serve::start(options, auth, |address| {
        printed = output::print_line(&format!("http://{address}"));
    })?;
    printed.map(|()| Exit::Done)
}

impl Args {
    fn line_format(&self, context: &Context) -> LineFormat {
        match self.log_format {
            LogFormat::Human => LineFormat::Human,
            LogFormat::Auto if context.on_terminal => LineFormat::Human,
            LogFormat::Auto | LogFormat::Json => LineFormat::Json,
        }
    }
}

fn level(context: &Context) -> Level {
    match context.verbosity {
        Verbosity::Quiet => Level::WARN,
        Verbosity::Normal => Level::INFO,
        Verbosity::Verbose => Level::DEBUG,
    }
}

/// Returns the settings at HEAD, or the defaults if there is no commit yet.
fn settings(repository: &Repository) -> Result<Settings, CliError> {
    Ok(match repository.head()?.commit() {
        Some(commit) => sync::compiler_at(repository, commit)?.settings,
        None => Settings::default(),
    })
}

/// Refuses an unknown remote before the server starts, rather than in each sync. A remote that cannot be reached now may
/// be available later.
fn check_remote(repository: &Repository, push: Option<&PushTo>, settings: &Push) -> Result<(), CliError> {
    let head = repository.head()?;
    let branch = match &head {
        Head::Branch { branch, .. } | Head::Unborn { branch } => Some(branch.as_str()),
        Head::Detached { .. } => None,
    };
    let remote = sync::target(repository, branch, push.and_then(PushTo::remote), settings)?.remote;
    if repository.can_find(&remote) {
        return Ok(());
    }
    let error = CliError::cannot_run(format!(
        "the Git remote `{remote}` does not exist, so it cannot be pushed to or followed"
    ));
    Err(error.hint(format!("add it: `git remote add {remote} URL`; `git remote -v` lists all")))
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080 or [::]:8080")
}

impl From<AuthError> for CliError {
    fn from(error: AuthError) -> Self {
        let hint = match &error {
            AuthError::ShortSecret { .. } => {
                "create a random secret, for example with `openssl rand -base64 48`"
            }
            AuthError::Unreadable { .. } => {
                "`file` in `[[serve.auth.keys]]` is a path relative to the repository"
            }
            AuthError::NotAKey { .. } => "a file with a public key begins with `-----BEGIN PUBLIC KEY-----`",
        };
        Self::cannot_run(error.to_string()).hint(hint)
    }
}

impl From<ServeError> for CliError {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Sync(error) => error.into(),
            ServeError::Listen { address, source } => {
                let hint = match source.kind() {
                    io::ErrorKind::AddrInUse => {
                        "another program uses this port; `--listen 127.0.0.1:0` uses any free port"
                    }
                    io::ErrorKind::PermissionDenied => {
                        "ports below 1024 need special rights; choose another port with `--listen`"
                    }
                    _ => "`--listen` needs an address of this machine",
                };
                Self::cannot_run(format!("cannot listen on {address}")).hint(hint).because(source)
            }
            ServeError::System(source) => Self::cannot_run("cannot start the server").because(source),
        }
    }
}
