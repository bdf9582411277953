//! git over HTTP: `git http-backend` behind the forge's own doors.

use super::bare;
use super::http::{Request, Response, from_base64};
use super::shared::{Shared, lock};
use super::state::{Found, LOGIN};
use std::io::Write as _;
use std::process::Stdio;

/// Whether this git can serve at all.
pub fn available() -> bool {
    let home = std::env::temp_dir();
    let asked = bare::git(&home).arg("--exec-path").output();
    asked.is_ok_and(|output| {
        let dir = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        ["git-http-backend", "git-http-backend.exe"]
            .iter()
            .any(|name| std::path::Path::new(&dir).join(name).exists())
    })
}

/// Answers what is below `/{owner}/{name}.git/`.
pub fn serve(shared: &Shared, request: &Request) -> Response {
    let Some((name, rest)) = request.path.trim_start_matches('/').split_once(".git/") else {
        return Response::text(404, "Not Found\n");
    };
    let signed_in = match password(request) {
        Some(token) if token == shared.token || token == super::APP_TOKEN => true,
        Some(_) => return sign_in(),
        None => false,
    };
    let pushes = rest == "git-receive-pack" || request.raw_query == "service=git-receive-pack";
    let (key, settings) = {
        let world = shared.world();
        let key = match world.find(name) {
            Found::Here(key) => key,
            Found::Moved(_, new) => {
                let query = &request.raw_query;
                return Response::empty(301)
                    .header("Location", format!("{}/{new}.git/{rest}?{query}", shared.url));
            }
            Found::Nowhere if signed_in => return Response::text(404, "remote: Repository not found.\n"),
            Found::Nowhere => return sign_in(),
        };
        let settings = world.repositories[&key].settings.clone();
        (key, settings)
    };
    if !signed_in && (pushes || !settings.public) {
        return sign_in();
    }
    if signed_in && !settings.pull && !settings.public {
        return Response::text(404, "remote: Repository not found.\n");
    }
    if pushes && settings.archived {
        return Response::text(403, "This repository was archived so it is read-only.\n");
    }
    if pushes && !settings.push {
        return Response::text(403, &format!("Permission to {name}.git denied to {LOGIN}.\n"));
    }
    // The lock goes before the work, which may push, too.
    let work = if pushes && rest == "info/refs" { lock(&shared.before_push).take() } else { None };
    if let Some(work) = work {
        work();
    }
    let response = backend(shared, &key, rest, request);
    if rest == "git-receive-pack" {
        shared.pushed(&key);
    }
    response
}

fn sign_in() -> Response {
    Response::text(401, "Authentication required\n").header("WWW-Authenticate", "Basic realm=\"forge\"")
}

fn password(request: &Request) -> Option<String> {
    let (scheme, rest) = request.header("authorization")?.split_once(' ')?;
    let text = String::from_utf8(from_base64(rest)?).ok()?;
    let (_, password) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| password.to_owned())
}

fn backend(shared: &Shared, key: &str, rest: &str, request: &Request) -> Response {
    let mut command = bare::git(&shared.home());
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", shared.root())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", format!("/{key}.git/{rest}"))
        .env("QUERY_STRING", &request.raw_query)
        .env("REQUEST_METHOD", &request.method)
        .env("CONTENT_TYPE", request.header("content-type").unwrap_or_default())
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("REMOTE_USER", LOGIN)
        .env("REMOTE_ADDR", "127.0.0.1");
    for (header, name) in
        [("content-encoding", "HTTP_CONTENT_ENCODING"), ("git-protocol", "HTTP_GIT_PROTOCOL")]
    {
        if let Some(value) = request.header(header) {
            command.env(name, value).env(name.trim_start_matches("HTTP_"), value);
        }
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // It may answer, or give up, before it has read everything.
        scope.spawn(move || stdin.write_all(&request.body));
        child.wait_with_output().unwrap()
    });
    from_cgi(&output.stdout).unwrap_or_else(|| {
        Response::text(500, &format!("git http-backend: {}\n", String::from_utf8_lossy(&output.stderr)))
    })
}

fn from_cgi(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let mut response = Response { body: bytes[end + 4..].to_vec(), ..Response::empty(200) };
    for line in std::str::from_utf8(&bytes[..end]).ok()?.lines() {
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("status") {
            response.status = value.trim().get(..3)?.parse().ok()?;
        } else {
            response = response.header(name, value.trim());
        }
    }
    Some(response)
}
