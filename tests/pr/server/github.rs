//! GitHub's REST API, in the layout that GitHub Enterprise Server has: doors, repositories, trees, forks.

use super::call::{Call, Page, tree};
use super::http::{Request, Response};
use super::shared::Shared;
use super::state::{APP, Found, LOGIN, Repository, Settings};
use super::{APP_TOKEN, TOKEN, github_pulls};
use serde_json::{Value, json};

const DOCS: &str = "https://docs.github.com/rest";

/// An error, as GitHub words one.
pub fn refuse(status: u16, message: &str) -> Response {
    let body = json!({"message": message, "documentation_url": DOCS, "status": status.to_string()});
    Response::json(status, &body)
}

/// A 422 that names what is wrong.
pub fn invalid(error: &Value) -> Response {
    let body = json!({"message": "Validation Failed", "errors": [error], "documentation_url": DOCS});
    Response::json(422, &body)
}

/// What has to be right before anything is looked at; an answer if it is not.
pub fn door(shared: &Shared, request: &Request) -> Option<Response> {
    if request.header("user-agent").is_none_or(str::is_empty) {
        let text = "\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent header.\r\n";
        return Some(Response::text(403, text));
    }
    let sent = request.header("authorization").unwrap_or_default();
    if !matches!(sent.strip_prefix("Bearer "), Some(TOKEN | APP_TOKEN)) {
        let known = !sent.is_empty();
        return Some(refuse(401, if known { "Bad credentials" } else { "Requires authentication" }));
    }
    if shared.kind == super::Kind::GitHub && !request.path.ends_with("/graphql") {
        if request.header("accept") != Some("application/vnd.github+json") {
            shared.violation(request, "`Accept: application/vnd.github+json` is missing");
        }
        match request.header("x-github-api-version") {
            Some("2022-11-28") => {}
            Some(version) => return Some(refuse(400, &format!("Invalid API version: {version}"))),
            None => shared.violation(request, "`X-GitHub-Api-Version` is missing"),
        }
    }
    None
}

/// Answers what is below `/api/v3`.
pub fn serve(shared: &Shared, request: &Request) -> Response {
    if let Some(refused) = door(shared, request) {
        return refused;
    }
    match Call::new(shared, request) {
        Ok(call) => route(&call),
        Err(refused) => refused,
    }
}

fn route(call: &Call<'_>) -> Response {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.request.method.as_str(), segments.as_slice()) {
        ("GET", ["user"]) if is_app(call) => refuse(403, "Resource not accessible by integration"),
        ("GET", ["user"]) if call.world().hides_viewer => {
            refuse(403, "Resource not accessible by personal access token")
        }
        ("GET", ["user"]) => {
            call.knows(&[], &[]);
            let id = call.world().users[LOGIN];
            Response::json(200, &json!({"login": LOGIN, "id": id}))
        }
        ("GET", ["installation", "repositories"]) => installation(call),
        ("GET", ["orgs", owner, "repos"]) => owned(call, owner, true),
        ("GET", ["users", owner, "repos"]) => owned(call, owner, false),
        (_, ["repos", owner, name, rest @ ..]) => {
            let found = call.world().find(&format!("{owner}/{name}"));
            match found {
                Found::Here(key) => below(call, &key, rest),
                Found::Moved(key, _) => moved(call, &key),
                Found::Nowhere => refuse(404, "Not Found"),
            }
        }
        // What redirects of renamed repositories point to.
        (_, ["repositories", id, rest @ ..]) => {
            let world = call.world();
            let held = world.repositories.values().find(|held| held.id.to_string() == *id);
            let key = held.map(|held| held.name.clone());
            drop(world);
            key.map_or_else(|| refuse(404, "Not Found"), |key| below(call, &key, rest))
        }
        _ => unknown(call),
    }
}

/// What GitHub has not is a mistake of whoever asks.
fn unknown(call: &Call<'_>) -> Response {
    call.violation("there is no such operation");
    refuse(404, "Not Found")
}

fn moved(call: &Call<'_>, key: &str) -> Response {
    let id = call.world().repositories[key].id;
    let (url, api) = (&call.shared.url, call.shared.api());
    let url = format!("{url}{api}/repositories/{id}{}", call.beyond(3));
    let (status, message) =
        if call.request.method == "GET" { (301, "Moved Permanently") } else { (307, "Temporary Redirect") };
    let body = json!({"message": message, "url": url, "documentation_url": DOCS});
    Response::json(status, &body).header("Location", url)
}

fn below(call: &Call<'_>, key: &str, rest: &[&str]) -> Response {
    let settings = call.world().repositories[key].settings.clone();
    let method = call.request.method.as_str();
    if !settings.pull && !settings.public {
        return refuse(404, "Not Found");
    }
    if method != "GET" && settings.archived && rest != ["forks"] {
        return refuse(403, "Repository was archived so is read-only.");
    }
    match (method, rest) {
        ("GET", []) => {
            call.knows(&[], &[]);
            let world = call.world();
            Response::json(200, &describe(call, &world.repositories[key]))
        }
        ("GET", ["git", "trees", reference]) => trees(call, key, reference, &settings),
        ("POST", ["forks"]) => fork(call, key, &settings),
        _ => github_pulls::route(call, key, rest, &settings).unwrap_or_else(|| unknown(call)),
    }
}

fn describe(call: &Call<'_>, repository: &Repository) -> Value {
    let (settings, full_name) = (&repository.settings, repository.full_name());
    let url = &call.shared.url;
    // It says what a person may, and an App is none.
    let person = !is_app(call);
    let mut described = json!({
        "id": repository.id,
        "node_id": format!("R_{}", repository.id),
        "name": full_name.rsplit('/').next(),
        "full_name": full_name,
        "owner": {"login": repository.owner()},
        "default_branch": settings.default_branch,
        "archived": settings.archived,
        "disabled": settings.disabled,
        "fork": settings.fork,
        "clone_url": format!("{url}/{full_name}.git"),
        "html_url": format!("{url}/{full_name}"),
        "permissions": {
            "push": person && settings.push, "pull": person && settings.pull, "admin": person && settings.admin,
        },
        "allow_forking": settings.allow_forking,
    });
    if let Some(parent) = &settings.parent {
        described["parent"] = json!({ "full_name": parent });
    }
    described
}

/// Whether it is an App that asks.
pub fn is_app(call: &Call<'_>) -> bool {
    call.request.header("authorization").is_some_and(|sent| sent.ends_with(APP_TOKEN))
}

/// Who asks.
pub fn login(call: &Call<'_>) -> &'static str {
    if is_app(call) { APP } else { LOGIN }
}

/// Where the App is installed.
fn installation(call: &Call<'_>) -> Response {
    call.knows(&["per_page", "page"], &[]);
    if !is_app(call) {
        return refuse(403, "You must authenticate with an installation access token.");
    }
    let world = call.world();
    let held = world.repositories.values().filter(|held| held.settings.push);
    let page = call.page(held.map(|held| describe(call, held)).collect(), "per_page", 30, world.page_limit);
    let response = Response::json(200, &json!({"total_count": page.total, "repositories": page.items}));
    match call.link(&page) {
        Some(link) => response.header("Link", link),
        None => response,
    }
}

/// Adds the header of a listing.
pub fn listing(call: &Call<'_>, page: &Page) -> Response {
    let response = Response::json(200, &json!(page.items));
    match call.link(page) {
        Some(link) => response.header("Link", link),
        None => response,
    }
}

fn owned(call: &Call<'_>, owner: &str, organization: bool) -> Response {
    call.knows(&["per_page", "page", "type", "sort", "direction"], &[]);
    let world = call.world();
    let of_owner = |repository: &&Repository| repository.owner() == owner;
    let any = world.repositories.values().any(|repository| of_owner(&repository));
    let person = world.users.contains_key(owner);
    if !(any || person) || (organization && person) {
        return refuse(404, "Not Found");
    }
    let visible = world.repositories.values().filter(of_owner).filter(|repository| {
        repository.settings.public || (repository.settings.pull && !(person && owner != LOGIN))
    });
    let items = visible.map(|repository| describe(call, repository)).collect();
    listing(call, &call.page(items, "per_page", 30, world.page_limit))
}

fn trees(call: &Call<'_>, key: &str, reference: &str, settings: &Settings) -> Response {
    call.knows(&["recursive"], &[]);
    let bare = call.world().repositories[key].bare.clone();
    if bare.tip(&settings.default_branch).is_none() {
        return refuse(409, "Git Repository is empty.");
    }
    let name = bare.tip(reference).unwrap_or_else(|| reference.to_owned());
    let id =
        bare.try_git(&["rev-parse", "-q", "--verify", "--end-of-options", &format!("{name}^{{tree}}")], b"");
    let Ok(id) = id else {
        return refuse(404, "Not Found");
    };
    // Any value will do, as GitHub says.
    let recursive = call.query("recursive").is_some();
    let listed = bare.git(&["ls-tree", if recursive { "-rtz" } else { "-z" }, id.trim()]);
    let mut entries: Vec<Value> = tree(&listed)
        .into_iter()
        .map(|[path, mode, kind, sha]| json!({"path": path, "mode": mode, "type": kind, "sha": sha}))
        .collect();
    if settings.truncated_tree {
        entries.truncate(entries.len() / 2);
    }
    Response::json(200, &json!({"sha": id.trim(), "truncated": settings.truncated_tree, "tree": entries}))
}

fn fork(call: &Call<'_>, key: &str, settings: &Settings) -> Response {
    call.knows(&[], &["default_branch_only", "name", "organization"]);
    if !settings.allow_forking {
        return refuse(403, "Forking is disabled for this repository.");
    }
    let mut world = call.world();
    let short = key.rsplit('/').next().unwrap_or(key);
    let owner = call.text("organization").unwrap_or_else(|| LOGIN.to_owned());
    let name = format!("{owner}/{}", call.text("name").unwrap_or_else(|| short.to_owned()));
    if !world.repositories.contains_key(&name) {
        let only = call.body["default_branch_only"] == json!(true);
        let branch = only.then_some(settings.default_branch.as_str());
        world.fork(key, &name, branch);
    }
    Response::json(202, &describe(call, &world.repositories[&name]))
}
