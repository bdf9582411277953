//! GitLab's REST API: doors, projects, groups, trees, users.

use super::TOKEN;
use super::call::{Call, Page, tree};
use super::gitlab_merges;
use super::http::{Request, Response};
use super::shared::Shared;
use super::state::{Found, LOGIN, Repository, Settings};
use serde_json::{Value, json};

/// An error, as GitLab words one.
pub fn refuse(status: u16, message: &str) -> Response {
    Response::json(status, &json!({"message": message}))
}

/// Answers what is below `/api/v4`.
pub fn serve(shared: &Shared, request: &Request) -> Response {
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if request.header("private-token").or(bearer) != Some(TOKEN) {
        return refuse(401, "401 Unauthorized");
    }
    match Call::new(shared, request) {
        Ok(call) => route(&call),
        Err(refused) => refused,
    }
}

fn route(call: &Call<'_>) -> Response {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.request.method.as_str(), segments.as_slice()) {
        ("GET", ["user"]) if call.world().hides_viewer => refuse(403, "insufficient_scope"),
        ("GET", ["user"]) => {
            call.knows(&[], &[]);
            let id = call.world().users[LOGIN];
            Response::json(200, &json!({"id": id, "username": LOGIN}))
        }
        ("GET", ["users"]) => users(call),
        ("GET", ["groups", group, "projects"]) => group_projects(call, group),
        (_, ["projects", id, rest @ ..]) => {
            let world = call.world();
            let numbered = world.repositories.values().find(|held| held.id.to_string() == *id);
            let found = numbered.map_or_else(|| world.find(id), |held| Found::Here(held.name.clone()));
            drop(world);
            match found {
                Found::Here(key) => below(call, &key, rest),
                Found::Moved(key, _) => moved(call, &key),
                Found::Nowhere => refuse(404, "404 Project Not Found"),
            }
        }
        _ => unknown(call),
    }
}

fn unknown(call: &Call<'_>) -> Response {
    call.violation("there is no such operation");
    Response::json(404, &json!({"error": "404 Not Found"}))
}

fn moved(call: &Call<'_>, key: &str) -> Response {
    if call.request.method != "GET" {
        return refuse(405, "405 Non GET methods are not allowed for moved projects");
    }
    let id = call.world().repositories[key].id;
    let (url, api) = (&call.shared.url, call.shared.api());
    Response::text(302, "").header("Location", format!("{url}{api}/projects/{id}{}", call.beyond(2)))
}

fn below(call: &Call<'_>, key: &str, rest: &[&str]) -> Response {
    let settings = call.world().repositories[key].settings.clone();
    let method = call.request.method.as_str();
    if !settings.pull && !settings.public {
        return refuse(404, "404 Project Not Found");
    }
    match (method, rest) {
        ("GET", []) => {
            call.knows(&["license", "statistics", "with_custom_attributes"], &[]);
            let world = call.world();
            Response::json(200, &describe(call, &world.repositories[key]))
        }
        ("GET", ["repository", "tree"]) => trees(call, key, &settings),
        _ => gitlab_merges::route(call, key, rest, &settings).unwrap_or_else(|| unknown(call)),
    }
}

fn describe(call: &Call<'_>, repository: &Repository) -> Value {
    let (settings, full_name, url) = (&repository.settings, repository.full_name(), &call.shared.url);
    let level = match (settings.admin, settings.push, settings.pull) {
        (true, ..) => Some(40),
        (_, true, _) => Some(30),
        (_, _, true) => Some(20),
        _ => None,
    };
    let empty = repository.bare.tip(&settings.default_branch).is_none();
    let mut project = json!({
        "id": repository.id,
        "path_with_namespace": full_name,
        "default_branch": if empty { Value::Null } else { json!(settings.default_branch) },
        "archived": settings.archived,
        "empty_repo": empty,
        "http_url_to_repo": format!("{url}/{full_name}.git"),
        "web_url": format!("{url}/{full_name}"),
        "permissions": {
            "project_access": level.map(|level| json!({"access_level": level})),
            "group_access": null,
        },
    });
    if settings.fork {
        let parent = settings.parent.as_deref().unwrap_or("gone/parent");
        project["forked_from_project"] = json!({"id": 1, "path_with_namespace": parent});
    }
    project
}

/// A listing with the headers that say where it goes on.
pub fn listing(page: &Page) -> Response {
    let next = page.next.map(|next| next.to_string()).unwrap_or_default();
    Response::json(200, &json!(page.items))
        .header("X-Next-Page", next)
        .header("X-Page", page.number)
        .header("X-Per-Page", page.size)
        .header("X-Total", page.total)
}

fn users(call: &Call<'_>) -> Response {
    call.knows(&["username", "per_page", "page"], &[]);
    let world = call.world();
    let wanted = call.query("username").unwrap_or_default();
    let found = world.users.iter().filter(|(login, _)| login.eq_ignore_ascii_case(wanted));
    let items = found.map(|(login, id)| json!({"id": id, "username": login})).collect();
    listing(&call.page(items, "per_page", 20, world.page_limit))
}

fn group_projects(call: &Call<'_>, group: &str) -> Response {
    call.knows(&["include_subgroups", "per_page", "page", "archived", "order_by", "sort", "simple"], &[]);
    let world = call.world();
    let nested = call.query("include_subgroups") == Some("true");
    let within = |repository: &&Repository| {
        let owner = repository.owner();
        owner == group || (nested && owner.starts_with(&format!("{group}/")))
    };
    let below = format!("{group}/");
    if world.users.contains_key(group)
        || !world.repositories.values().any(|held| held.full_name().starts_with(&below))
    {
        return refuse(404, "404 Group Not Found");
    }
    let archived = call.query("archived").map(|value| value == "true");
    let items = world
        .repositories
        .values()
        .filter(within)
        .filter(|repository| repository.settings.pull || repository.settings.public)
        .filter(|repository| archived.is_none_or(|archived| archived == repository.settings.archived))
        .map(|repository| describe(call, repository))
        .collect();
    listing(&call.page(items, "per_page", 20, world.page_limit))
}

fn trees(call: &Call<'_>, key: &str, settings: &Settings) -> Response {
    call.knows(&["recursive", "ref", "per_page", "page", "path"], &[]);
    let world = call.world();
    let bare = world.repositories[key].bare.clone();
    let reference = call.query("ref").unwrap_or(&settings.default_branch);
    let name = bare.tip(reference).unwrap_or_else(|| reference.to_owned());
    let Some(commit) = bare.resolve(&name) else {
        return refuse(404, "404 Tree Not Found");
    };
    let recursive = call.query("recursive") == Some("true");
    let listed = bare.git(&["ls-tree", if recursive { "-rtz" } else { "-z" }, &commit]);
    let items = tree(&listed)
        .into_iter()
        .map(|[path, mode, kind, id]| {
            let name = path.rsplit('/').next().unwrap_or_default();
            json!({"id": id, "name": name, "type": kind, "path": path, "mode": mode})
        })
        .collect();
    listing(&call.page(items, "per_page", 20, world.page_limit))
}
