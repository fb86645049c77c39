//! `modreg serve`

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

/// How long the receiver of a webhook may take, as the Standard Webhooks specification recommends.
const WEBHOOK_PATIENCE: Duration = Duration::from_secs(15);

/// Serve the registry over HTTP
///
/// The snapshot at HEAD is served from memory and swapped whole when the branch moves. The first line on standard output
/// is the address. SIGTERM and SIGINT end it: requests and a sync that runs are finished first.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Where to listen; port 0 takes any that is free. The default is `listen` of modreg.toml
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Push what syncs publish, and have it on the local branch only once the remote has accepted it; REMOTE is as for
    /// `modreg sync --push`
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, default_missing_value = "")]
    push: Option<String>,
    /// Look for new commits at the remote, every 60 seconds unless it is said otherwise, and follow them
    #[arg(
        long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "60",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    follow: Option<u64>,
    /// Leave an empty registry empty, and do not give it the built-in modules
    #[arg(long)]
    no_builtins: bool,
    /// What the log on standard error looks like
    #[arg(long, value_name = "FORM", value_enum, default_value_t)]
    log_format: LogFormat,
}

/// What the log looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum LogFormat {
    /// For people on a terminal, for programs elsewhere
    #[default]
    Auto,
    /// For people
    Human,
    /// For programs: a JSON object on each line
    Json,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<Exit, CliError> {
    let repository = workspace::repository(context)?;
    let settings = settings(&repository)?;
    let top = repository.top().to_owned();
    let secret = Context::secret(auth::SECRET_VARIABLE).map(|bytes| JwtSecret::new(&bytes)).transpose()?;
    let auth = Auth::new(&settings.auth, secret.as_ref(), &top, Arc::new(Context::clock()))?;
    let webhooks = webhooks::open(&repository, &settings.webhooks, WEBHOOK_PATIENCE);
    for flaw in webhooks.iter().flat_map(|(_, flaws)| flaws) {
        context.warn(&format!("{flaw}: its messages wait until the server is started with it"));
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
    let _log = Logger::install(args.form(context), level(context), Context::clock(), io::stderr());
    let mut printed = Ok(());
    serve::start(options, auth, |address| {
        printed = output::print_line(&format!("http://{address}"));
    })?;
    printed.map(|()| Exit::Done)
}

impl Args {
    fn form(&self, context: &Context) -> LineFormat {
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

/// The settings at HEAD, or the defaults where there is no commit yet.
fn settings(repository: &Repository) -> Result<Settings, CliError> {
    Ok(match repository.head()?.commit() {
        Some(commit) => sync::compiler_at(repository, commit)?.settings,
        None => Settings::default(),
    })
}

/// Refuses a remote that git does not know before the server starts, rather than in each sync. One that cannot be
/// reached now may be there later.
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
    let error = CliError::cannot_run(format!("git knows no remote `{remote}` to push to or to follow"));
    Err(error.hint(format!("add it: `git remote add {remote} URL`; `git remote -v` lists all")))
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080 or [::]:8080")
}

impl From<AuthError> for CliError {
    fn from(error: AuthError) -> Self {
        let hint = match &error {
            AuthError::ShortSecret { .. } => {
                "make one that cannot be guessed, for example by `openssl rand -base64 48`"
            }
            AuthError::Unreadable { .. } => "`file` of `[[serve.auth.keys]]` is relative to the repository",
            AuthError::NotAKey { .. } => "the file begins with `-----BEGIN PUBLIC KEY-----`",
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
                        "another program listens there; `--listen 127.0.0.1:0` takes a free port"
                    }
                    io::ErrorKind::PermissionDenied => {
                        "ports below 1024 take a privilege; name another with `--listen`"
                    }
                    _ => "`--listen` takes an address of this machine",
                };
                Self::cannot_run(format!("cannot listen on {address}")).hint(hint).because(source)
            }
            ServeError::System(source) => Self::cannot_run("cannot start the server").because(source),
        }
    }
}
