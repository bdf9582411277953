use crate::cli::{Builder, Format, OutputArgs, PlaceArgs, PrAction, PrArgs};
use crate::errors::NoInput;
use crate::exit::Exit;
use crate::forge::address::Site;
use crate::forge::secret::{self, Token, variable};
use crate::forge::{self, Address, Client, Forge, Kind};
use crate::git::Git;
use crate::load;
use crate::pr::identity::Identity;
use crate::pr::kind::ProposalKind;
use crate::pr::list::{self, Shard};
use crate::pr::run::{self, Limits, NoToken, Target};
use crate::pr::transport;
use crate::pr::{PrOptions, Row, Status};
use crate::report::pulls::{self, Told};
use crate::settings::Resolver;
use crate::terminal::{Output, OutputStyle};
use anyhow::{Context as _, anyhow, bail};
use std::path::Path;
use std::sync::Arc;
use ureq::tls::RootCerts;

/// `pr`, `pr status` and `pr close`.
pub(super) fn run(
    args: &PrArgs,
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let place = match &args.action {
        Some(PrAction::Status(place) | PrAction::Close(place)) => place,
        None => &args.place,
    };
    if place.output_format == Format::Concise {
        bail!("cannot use `--output-format concise` with `pr`; help: `human` or `json`");
    }
    let neutral = transport::bare()?;
    neutral.sweep_others();
    let own = own_site(place)?;
    let mut forges = Forges::new(&own, neutral.path())?;
    let (addresses, many) = addresses(place, &own, &mut forges)?;
    for address in &addresses {
        forges.open(&address.site);
    }
    if addresses.is_empty() {
        return Err(NoInput("no repository to check").into());
    }
    let pr_options = Arc::new(pr_options(args, place, many, &forges, neutral.path())?);
    if pr_options.api_commits
        && forges.opened.iter().any(|(_, forge, _)| !forge.capabilities().verified_commits)
    {
        bail!("cannot use `--api-commits` here: only GitHub takes commits that way");
    }
    let targets: Vec<Target> = addresses
        .into_iter()
        .map(|address| Target { forge: forges.of(&address.site, place.dry_run), address })
        .collect();
    let limits = Limits {
        new: args.max_new,
        hourly: args.max_hourly,
        concurrency: place.concurrency.clamp(1, 64),
        ask_first: many && !place.yes,
    };
    let rows = match &args.action {
        Some(PrAction::Status(_)) => run::status(&targets, &pr_options, limits),
        Some(PrAction::Close(_)) => run::close_all(&targets, &pr_options, limits),
        None => run::propose(&targets, &pr_options, limits),
    };
    let told = Told {
        rows: &rows,
        ask_first: limits.ask_first && !place.dry_run,
        table: many || matches!(args.action, Some(PrAction::Status(_))),
    };
    match place.output_format {
        Format::Json => output.stdout = pulls::json(&told)?,
        _ => pulls::human(&told, output_args, style, output),
    }
    // Whatever a forge or a repository has of the token in its texts.
    output.stdout = forges.clean(std::mem::take(&mut output.stdout));
    output.stderr = forges.clean(std::mem::take(&mut output.stderr));
    Ok(status(&rows))
}

/// How it ended: failures first, then what has not been done.
fn status(rows: &[Row]) -> Exit {
    let exit = |row: &Row| match row.status {
        Status::Failed => Exit::Unusable,
        Status::Limited => Exit::Findings,
        _ if row.pending => Exit::Findings,
        _ => Exit::Clean,
    };
    rows.iter().map(exit).max().unwrap_or(Exit::Clean)
}

fn pr_options(
    args: &PrArgs,
    place: &PlaceArgs,
    many: bool,
    forges: &Forges<'_>,
    neutral: &Path,
) -> anyhow::Result<PrOptions> {
    let prefix = &place.head_prefix;
    if !git2::Reference::is_valid_name(&format!("refs/heads/{prefix}x")) || prefix.is_empty() {
        bail!("cannot use `--head-prefix {prefix}`: no branch name can start like that");
    }
    let engine = Resolver::new(&args.engine, None)?;
    let kind = if place.migrate { ProposalKind::Migration } else { ProposalKind::Repair };
    let named = match args.engine.builder {
        Some(Builder::Railpack(named)) => named,
        _ => None,
    };
    let token = forges.opened.iter().find_map(|(_, _, token)| token.as_ref());
    Ok(PrOptions {
        kind,
        target: args.to.or(named),
        base: place.base.clone(),
        prefix: kind.prefix(prefix),
        per_app: args.per_app,
        fork: place.fork,
        include_forks: place.include_forks,
        draft: args.draft,
        labels: args.labels.clone(),
        reviewers: args.reviewers.clone(),
        api_commits: args.api_commits,
        list_first: many,
        dry_run: place.dry_run,
        engine,
        // What GitHub makes has the token's user for its author, whoever git says commits here.
        identity: Identity::find(neutral, token)
            .map(|found| Identity { own: found.own && !args.api_commits, ..found }),
    })
}

/// The forge for names without an address.
fn own_site(place: &PlaceArgs) -> anyhow::Result<Site> {
    let (name, typed) = match &place.api_url {
        Some(url) => ("--api-url", Some(url.clone())),
        None => ("GITHUB_API_URL", variable("GITHUB_API_URL")),
    };
    let Some(url) = typed else { return Ok(Site::github()) };
    Site::at(&url).with_context(|| format!("cannot use `{name}`"))
}

/// The repositories that were named, and whether that is a list.
fn addresses(place: &PlaceArgs, own: &Site, forges: &mut Forges<'_>) -> anyhow::Result<(Vec<Address>, bool)> {
    let shard = place.shard.as_deref().map(Shard::parse).transpose()?;
    let parse = |typed: &String| Address::parse(typed, own);
    let mut found = place.repositories.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let mut many = found.len() > 1;
    if let Some(file) = &place.repos {
        found.extend(list::read(file, own)?);
        many = true;
    }
    if let Some(owner) = &place.org {
        forges.open(own);
        let forge = forges.of(own, place.dry_run)?;
        let listed = list::of(forge.as_ref(), own, owner, place.include_forks);
        found.extend(listed.with_context(|| format!("cannot list `{owner}`"))?);
        many = true;
    }
    if found.is_empty() && !many {
        found.push(at_hand(&place.remote, own)?);
    }
    if shard.is_some() && !many {
        bail!("cannot use `--shard` without a list: `--repos` or `--org`");
    }
    Ok((list::once(found, shard), many))
}

/// The repository whose work tree this is: what its remote is called.
fn at_hand(remote: &str, own: &Site) -> anyhow::Result<Address> {
    let here = Path::new(".");
    let inside = Git::reading(here).args(["rev-parse", "--git-dir"]).line();
    if let Err(failed) = inside {
        let why = failed.stderr.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned();
        bail!("no repository in the current directory ({why}); help: name one, `nixpacks-fix pr OWNER/NAME`");
    }
    let url =
        Git::reading(here).args(["remote", "get-url", "--push", "--", remote]).line().map_err(|_| {
            anyhow!("there is no remote `{remote}`; help: `--remote NAME`, or name the repository")
        })?;
    // Credentials in the address of a remote are not taken, and not shown.
    let url = match url.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        _ => url,
    };
    Address::of_remote(&url, own).with_context(|| format!("the remote `{remote}`"))
}

type Opened = (Site, Arc<dyn Forge>, Option<Token>);

/// The forges of this run, each once.
struct Forges<'a> {
    own: &'a Site,
    neutral: &'a Path,
    roots: Option<RootCerts>,
    opened: Vec<Opened>,
}

impl<'a> Forges<'a> {
    fn new(own: &'a Site, neutral: &'a Path) -> anyhow::Result<Self> {
        let roots = variable("SSL_CERT_FILE").map(|file| load::read(Path::new(&file), load::SOURCE_LIMIT));
        let roots = roots.transpose().context("cannot read the file that SSL_CERT_FILE names")?;
        let roots = roots.map(|pem| forge::certificates(&pem).context("SSL_CERT_FILE holds no certificate"));
        let roots = roots.transpose()?;
        Ok(Self { own, neutral, roots, opened: Vec::new() })
    }

    fn open(&mut self, site: &Site) {
        if self.opened.iter().all(|(known, ..)| known != site) {
            let token = secret::token(site, site.takes_variables(self.own), self.neutral);
            let forge = speak(site, token.as_ref(), self.roots.as_ref());
            self.opened.push((site.clone(), forge, token));
        }
    }

    fn clean(&self, text: String) -> String {
        let tokens = self.opened.iter().filter_map(|(_, _, token)| token.as_ref());
        tokens.fold(text, |text, token| token.secret.strip(&text))
    }

    /// The forge of a site. Without a token it may only be read, for a dry run.
    fn of(&self, site: &Site, dry_run: bool) -> Result<Arc<dyn Forge>, NoToken> {
        let opened = self.opened.iter().find(|(known, ..)| known == site);
        let usable = opened.filter(|(_, _, token)| token.is_some() || dry_run);
        let no_token = || NoToken { host: site.host().to_owned(), variables: secret::variables(site.kind) };
        usable.map(|(_, forge, _)| Arc::clone(forge)).ok_or_else(no_token)
    }
}

fn speak(site: &Site, token: Option<&Token>, roots: Option<&RootCerts>) -> Arc<dyn Forge> {
    let secret = token.map(|token| token.secret.clone());
    let exposed = secret.as_ref().map(|secret| secret.expose().to_owned());
    let headers = forge::headers(site.kind, exposed.as_deref());
    let client = Client::new(&site.api, headers, secret, roots);
    match site.kind {
        Kind::GitHub => Arc::new(forge::GitHub::new(client)),
        Kind::GitLab => Arc::new(forge::GitLab::new(client)),
        Kind::Gitea => Arc::new(forge::Gitea::new(client)),
    }
}
