//! Gitea's REST API, which is Forgejo's: doors, repositories, trees, labels, forks.

use super::TOKEN;
use super::call::{Call, Page, tree};
use super::gitea_pulls;
use super::http::{Request, Response};
use super::shared::Shared;
use super::state::{Found, LOGIN, Repository, Settings};
use serde_json::{Value, json};

/// An error, as Gitea words one.
pub fn refuse(call: &Call<'_>, status: u16, message: &str) -> Response {
    Response::json(status, &json!({"message": message, "url": format!("{}/api/swagger", call.shared.url)}))
}

/// That something is not there.
pub fn missing(call: &Call<'_>) -> Response {
    let url = format!("{}/api/swagger", call.shared.url);
    let message = "The target couldn't be found.";
    Response::json(404, &json!({"message": message, "url": url, "errors": []}))
}

/// Answers what is below `/api/v1`.
pub fn serve(shared: &Shared, request: &Request) -> Response {
    let sent = request.header("authorization").unwrap_or_default();
    if sent.strip_prefix("token ").or(sent.strip_prefix("Bearer ")) != Some(TOKEN) {
        let url = format!("{}/api/swagger", shared.url);
        return Response::json(401, &json!({"message": "invalid username, password or token", "url": url}));
    }
    match Call::new(shared, request) {
        Ok(call) => route(&call),
        Err(refused) => refused,
    }
}

fn route(call: &Call<'_>) -> Response {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.request.method.as_str(), segments.as_slice()) {
        ("GET", ["user"]) if call.world().hides_viewer => {
            refuse(call, 403, "token does not have at least one of required scope(s): [read:user]")
        }
        ("GET", ["user"]) => {
            call.knows(&[], &[]);
            let id = call.world().users[LOGIN];
            Response::json(200, &json!({"id": id, "login": LOGIN}))
        }
        ("GET", ["orgs", owner, "repos"]) => owned(call, owner, true),
        ("GET", ["users", owner, "repos"]) => owned(call, owner, false),
        (_, ["repos", owner, name, rest @ ..]) => {
            let found = call.world().find(&format!("{owner}/{name}"));
            match found {
                Found::Here(key) => below(call, &key, rest),
                Found::Moved(_, new) => moved(call, &new),
                Found::Nowhere => missing(call),
            }
        }
        _ => unknown(call),
    }
}

fn unknown(call: &Call<'_>) -> Response {
    call.violation("there is no such operation");
    missing(call)
}

fn moved(call: &Call<'_>, new: &str) -> Response {
    let status = if call.request.method == "GET" { 301 } else { 307 };
    // Without the host, as Gitea does it.
    let path = format!("{}/repos/{new}{}", call.shared.api(), call.beyond(3));
    Response::text(status, "").header("Location", path)
}

fn below(call: &Call<'_>, key: &str, rest: &[&str]) -> Response {
    let settings = call.world().repositories[key].settings.clone();
    let method = call.request.method.as_str();
    if !settings.pull && !settings.public {
        return missing(call);
    }
    if method != "GET" && settings.archived {
        return refuse(call, 423, "the repository is archived");
    }
    match (method, rest) {
        ("GET", []) => {
            call.knows(&[], &[]);
            let world = call.world();
            Response::json(200, &describe(call, &world.repositories[key]))
        }
        ("GET", ["git", "trees", reference]) => trees(call, key, reference, &settings),
        ("GET", ["labels"]) => labels(call, key),
        ("POST", ["labels"]) => create_label(call, key, &settings),
        ("POST", ["forks"]) => fork(call, key),
        _ => gitea_pulls::route(call, key, rest, &settings).unwrap_or_else(|| unknown(call)),
    }
}

fn describe(call: &Call<'_>, repository: &Repository) -> Value {
    let (settings, full_name, url) = (&repository.settings, repository.full_name(), &call.shared.url);
    json!({
        "id": repository.id,
        "full_name": full_name,
        "owner": {"login": repository.owner()},
        "default_branch": settings.default_branch,
        "archived": settings.archived,
        "empty": repository.bare.tip(&settings.default_branch).is_none(),
        "fork": settings.fork,
        "parent": settings.parent.as_ref().map(|parent| json!({"full_name": parent})),
        "clone_url": format!("{url}/{full_name}.git"),
        "html_url": format!("{url}/{full_name}"),
        "permissions": {"push": settings.push, "pull": settings.pull, "admin": settings.admin},
    })
}

/// A listing with the headers that say where it goes on.
pub fn listing(call: &Call<'_>, page: &Page) -> Response {
    let response = Response::json(200, &json!(page.items)).header("X-Total-Count", page.total);
    match call.link(page) {
        Some(link) => response.header("Link", link),
        None => response,
    }
}

fn owned(call: &Call<'_>, owner: &str, organization: bool) -> Response {
    call.knows(&["limit", "page"], &[]);
    let world = call.world();
    let of_owner = |repository: &&Repository| repository.owner() == owner;
    let any = world.repositories.values().any(|repository| of_owner(&repository));
    let person = world.users.contains_key(owner);
    // An organization is a user as well, here.
    if !(any || person) || (organization && person) {
        return missing(call);
    }
    let visible = |repository: &&Repository| repository.settings.pull || repository.settings.public;
    let held = world.repositories.values().filter(of_owner).filter(visible);
    let items = held.map(|repository| describe(call, repository)).collect();
    listing(call, &call.page(items, "limit", 30, world.page_limit))
}

fn trees(call: &Call<'_>, key: &str, reference: &str, settings: &Settings) -> Response {
    call.knows(&["recursive", "per_page", "page"], &[]);
    let bare = call.world().repositories[key].bare.clone();
    let name = bare.tip(reference).unwrap_or_else(|| reference.to_owned());
    let id =
        bare.try_git(&["rev-parse", "-q", "--verify", "--end-of-options", &format!("{name}^{{tree}}")], b"");
    let Ok(id) = id else {
        return refuse(call, 404, &format!("object does not exist [id: {reference}, rel_path: ]"));
    };
    let recursive = call.query("recursive").is_some_and(|value| value == "true" || value == "1");
    let listed = bare.git(&["ls-tree", if recursive { "-rtz" } else { "-z" }, id.trim()]);
    let entries: Vec<Value> = tree(&listed)
        .into_iter()
        .map(|[path, mode, kind, sha]| json!({"path": path, "mode": mode, "type": kind, "sha": sha}))
        .collect();
    let page = call.page(entries, "per_page", 1000, 1000);
    let truncated = page.next.is_some() || settings.truncated_tree;
    let (sha, total, number) = (id.trim(), page.total, page.number);
    let body =
        json!({"sha": sha, "truncated": truncated, "total_count": total, "page": number, "tree": page.items});
    Response::json(200, &body)
}

fn labels(call: &Call<'_>, key: &str) -> Response {
    call.knows(&["limit", "page"], &[]);
    let world = call.world();
    let labels = world.repositories[key].labels.iter().zip(1_u64..);
    let items = labels.map(|(name, id)| json!({"id": id, "name": name})).collect();
    listing(call, &call.page(items, "limit", 30, world.page_limit))
}

fn create_label(call: &Call<'_>, key: &str, settings: &Settings) -> Response {
    call.knows(&[], &["name", "color", "description", "exclusive", "is_archived"]);
    if !settings.push || settings.refuses_extras {
        return refuse(call, 403, "user should have a permission to write to a repo");
    }
    let (Some(name), Some(color)) = (call.text("name"), call.text("color")) else {
        return refuse(call, 422, "[Name]: Required");
    };
    let digits = color.strip_prefix('#').unwrap_or(&color);
    if !(digits.len() == 6 || digits.len() == 3) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return refuse(call, 422, "bad color code");
    }
    let mut world = call.world();
    let repository = world.repositories.get_mut(key).unwrap();
    // Two of one name are two.
    repository.labels.push(name.clone());
    let id = repository.labels.len();
    Response::json(201, &json!({"id": id, "name": name, "color": digits}))
}

fn fork(call: &Call<'_>, key: &str) -> Response {
    call.knows(&[], &["name", "organization"]);
    let mut world = call.world();
    let short = key.rsplit('/').next().unwrap_or(key);
    let owner = call.text("organization").unwrap_or_else(|| LOGIN.to_owned());
    let name = format!("{owner}/{}", call.text("name").unwrap_or_else(|| short.to_owned()));
    if world.repositories.contains_key(&name) {
        return refuse(call, 409, "The repository with the same name already exists.");
    }
    world.fork(key, &name, None);
    Response::json(202, &describe(call, &world.repositories[&name]))
}
