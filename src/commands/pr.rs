use crate::cli::{Format, OutputArgs, PlaceArgs, PrAction, PrArgs};
use crate::exit::{Exit, Failure};
use crate::forge::address::Site;
use crate::forge::secret::{self, Token, variable};
use crate::forge::{self, Address, Client, Forge, Kind};
use crate::git::Git;
use crate::load;
use crate::options;
use crate::pr::identity::Identity;
use crate::pr::list::{self, Shard};
use crate::pr::run::{self, Limits, Target};
use crate::pr::transport;
use crate::pr::{Row, Status, Wants};
use crate::report::pulls::{self, Told};
use crate::terminal::{Output, OutputStyle};
use nixpacks_transforms::engine::Options;
use std::path::Path;

/// `pr`, `pr status` and `pr close`.
pub(super) fn run(
    args: &PrArgs,
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let place = match &args.action {
        Some(PrAction::Status(place) | PrAction::Close(place)) => place,
        None => &args.place,
    };
    if place.output_format == Format::Concise {
        return Err(Failure::unusable(
            "cannot use `--output-format concise` with `pr`; help: `human` or `json`",
        ));
    }
    let neutral = transport::bare().map_err(Failure::unusable)?;
    neutral.sweep_others();
    let own = own_site(place)?;
    let mut forges = Forges::new(&own, neutral.path())?;
    let (addresses, many) = addresses(place, &own, &mut forges)?;
    for address in &addresses {
        forges.open(&address.site);
    }
    if addresses.is_empty() {
        return Err(Failure::no_input("no repository to check"));
    }
    let wants = wants(args, place, many, &forges, neutral.path())?;
    if wants.verified
        && forges
            .opened
            .iter()
            .any(|(_, forge, _)| forge.as_ref().is_ok_and(|forge| !forge.capabilities().verified_commits))
    {
        return Err(Failure::unusable("cannot use `--api-commits` here: only GitHub takes commits that way"));
    }
    let targets: Vec<Target<'_>> = addresses
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
        Some(PrAction::Status(_)) => run::status(&targets, &wants, limits),
        Some(PrAction::Close(_)) => run::close_all(&targets, &wants, limits),
        None => run::propose(&targets, &wants, limits),
    };
    let told = Told {
        rows: &rows,
        ask_first: limits.ask_first && !place.dry_run,
        table: many || matches!(args.action, Some(PrAction::Status(_))),
    };
    match place.output_format {
        Format::Json => output.stdout = pulls::json(&told).map_err(Failure::unusable)?,
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
        _ if row.would => Exit::Findings,
        _ => Exit::Clean,
    };
    rows.iter().map(exit).max().unwrap_or(Exit::Clean)
}

fn wants(
    args: &PrArgs,
    place: &PlaceArgs,
    many: bool,
    forges: &Forges<'_>,
    neutral: &Path,
) -> Result<Wants, Failure> {
    let prefix = &place.head_prefix;
    if !git2::Reference::is_valid_name(&format!("refs/heads/{prefix}x")) || prefix.is_empty() {
        return Err(Failure::unusable(format!(
            "cannot use `--head-prefix {prefix}`: no branch name can start like that"
        )));
    }
    let options: Options = options::resolve(&args.engine)?;
    let token = forges.opened.iter().find_map(|(_, _, token)| token.as_ref());
    Ok(Wants {
        base: place.base.clone(),
        prefix: prefix.clone(),
        per_app: args.per_app,
        fork: place.fork,
        include_forks: place.include_forks,
        draft: args.draft,
        labels: args.labels.clone(),
        reviewers: args.reviewers.clone(),
        verified: args.api_commits,
        list_first: many,
        dry_run: place.dry_run,
        options,
        // What GitHub makes has the token's user for its author, whoever git says commits here.
        identity: Identity::find(neutral, token)
            .map(|found| Identity { own: found.own && !args.api_commits, ..found }),
    })
}

/// The forge for names without an address.
fn own_site(place: &PlaceArgs) -> Result<Site, Failure> {
    let (name, typed) = match &place.api_url {
        Some(url) => ("--api-url", Some(url.clone())),
        None => ("GITHUB_API_URL", variable("GITHUB_API_URL")),
    };
    let Some(url) = typed else { return Ok(Site::github()) };
    Site::at(&url).map_err(|why| Failure::unusable(format!("cannot use `{name}`: {why}")))
}

/// The repositories that were named, and whether that is a list.
fn addresses(
    place: &PlaceArgs,
    own: &Site,
    forges: &mut Forges<'_>,
) -> Result<(Vec<Address>, bool), Failure> {
    let shard = place.shard.as_deref().map(Shard::parse).transpose().map_err(Failure::unusable)?;
    let parse = |typed: &String| Address::parse(typed, own).map_err(Failure::unusable);
    let mut found = place.repositories.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let mut many = found.len() > 1;
    if let Some(file) = &place.repos {
        found.extend(list::read(file, own).map_err(Failure::unusable)?);
        many = true;
    }
    if let Some(owner) = &place.org {
        forges.open(own);
        let forge = forges.of(own, place.dry_run).map_err(Failure::unusable)?;
        let listed = list::of(forge, own, owner, place.include_forks);
        found.extend(listed.map_err(|why| Failure::unusable(format!("cannot list `{owner}`: {why}")))?);
        many = true;
    }
    if found.is_empty() && !many {
        found.push(at_hand(&place.remote, own)?);
    }
    if shard.is_some() && !many {
        return Err(Failure::unusable("cannot use `--shard` without a list: `--repos` or `--org`"));
    }
    Ok((list::once(found, shard), many))
}

/// The repository whose work tree this is: what its remote is called.
fn at_hand(remote: &str, own: &Site) -> Result<Address, Failure> {
    let here = Path::new(".");
    let inside = Git::reading(here).args(["rev-parse", "--git-dir"]).line();
    if let Err(failed) = inside {
        let why = failed.said.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned();
        return Err(Failure::unusable(format!(
            "no repository in the current directory ({why}); help: name one, `nixpacks-fix pr OWNER/NAME`"
        )));
    }
    let url =
        Git::reading(here).args(["remote", "get-url", "--push", "--", remote]).line().map_err(|_| {
            Failure::unusable(format!(
                "there is no remote `{remote}`; help: `--remote NAME`, or name the repository"
            ))
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
    Address::of_remote(&url, own).map_err(|why| Failure::unusable(format!("the remote `{remote}`: {why}")))
}

type Opened = (Site, Result<Box<dyn Forge>, String>, Option<Token>);

/// The forges of this run, each once.
struct Forges<'a> {
    own: &'a Site,
    neutral: &'a Path,
    roots: Option<Vec<u8>>,
    opened: Vec<Opened>,
}

impl<'a> Forges<'a> {
    fn new(own: &'a Site, neutral: &'a Path) -> Result<Self, Failure> {
        let roots = variable("SSL_CERT_FILE").map(|file| load::read(Path::new(&file), load::SOURCE_LIMIT));
        let roots = roots
            .transpose()
            .map_err(|_| Failure::unusable("cannot read the file that SSL_CERT_FILE names"))?;
        Ok(Self { own, neutral, roots, opened: Vec::new() })
    }

    fn open(&mut self, site: &Site) {
        if self.opened.iter().all(|(known, ..)| known != site) {
            let token = secret::token(site, site.takes_variables(self.own), self.neutral);
            let forge = speak(site, token.as_ref(), self.roots.as_deref());
            self.opened.push((site.clone(), forge, token));
        }
    }

    fn clean(&self, text: String) -> String {
        let tokens = self.opened.iter().filter_map(|(_, _, token)| token.as_ref());
        tokens.fold(text, |text, token| token.secret.strip(&text))
    }

    /// The forge of a site. Without a token it may only be read, for a dry run.
    fn of(&self, site: &Site, dry_run: bool) -> Result<&dyn Forge, String> {
        let Some((_, forge, token)) = self.opened.iter().find(|(known, ..)| known == site) else {
            return Err("its forge was not opened".to_owned());
        };
        if token.is_none() && !dry_run {
            return Err(format!(
                "no token for {}; help: set {}, or let git's credential helper know one",
                site.host(),
                secret::variables(site.kind).join(" or ")
            ));
        }
        forge.as_deref().map_err(Clone::clone)
    }
}

fn speak(site: &Site, token: Option<&Token>, roots: Option<&[u8]>) -> Result<Box<dyn Forge>, String> {
    let secret = token.map(|token| token.secret.clone());
    let exposed = secret.as_ref().map(|secret| secret.expose().to_owned());
    let headers = forge::headers(site.kind, exposed.as_deref());
    let client = Client::new(&site.api, headers, secret, roots)?;
    Ok(match site.kind {
        Kind::GitHub => Box::new(forge::GitHub::new(client)),
        Kind::GitLab => Box::new(forge::GitLab::new(client)),
        Kind::Gitea => Box::new(forge::Gitea::new(client)),
    })
}
