//! Absolute paths of the image, as text.

/// Where the app stands in the image.
pub(crate) const APP: &str = "/app";
/// The home of the user that builds and, unless the plan says otherwise, runs the app.
pub(crate) const HOME: &str = "/root";
/// The directory of the Nix profile's programs.
pub(crate) const PROFILE_BIN: &str = "/root/.nix-profile/bin";
/// `PATH` of the base image.
pub(crate) const BASE_PATH: [&str; 7] = [
    PROFILE_BIN,
    "/nix/var/nix/profiles/default/bin",
    "/usr/local/bin",
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
];

/// Joins and normalises: `.` and `..` are resolved in the text, `~` and `$HOME` are the home.
pub(crate) fn join(cwd: &str, path: &str) -> String {
    let path = ["~", "$HOME", "${HOME}"]
        .iter()
        .find_map(|home| path.strip_prefix(home).filter(|rest| rest.is_empty() || rest.starts_with('/')))
        .map_or_else(|| path.to_owned(), |rest| format!("{HOME}{rest}"));
    let whole = if path.starts_with('/') { path } else { format!("{cwd}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The path relative to the app's root (`""` is the root itself), `None` outside it.
pub(crate) fn in_app(absolute: &str) -> Option<&str> {
    below(absolute, APP).map(|rest| rest.strip_prefix('/').unwrap_or(rest))
}

/// What follows a directory in a path at or below it: nothing, or `/…`.
pub(crate) fn below<'p>(path: &'p str, dir: &str) -> Option<&'p str> {
    path.strip_prefix(dir).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last part of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The directory of a path.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_normalises() {
        for (cwd, path, want) in [
            ("/app", "venv/bin/pip", "/app/venv/bin/pip"),
            ("/app/backend", "../requirements.txt", "/app/requirements.txt"),
            ("/app", "./start.sh", "/app/start.sh"),
            ("/app", "/opt//venv/", "/opt/venv"),
            ("/app", "$HOME/.local/bin", "/root/.local/bin"),
            ("/app", "~", "/root"),
            ("/", "../..", "/"),
        ] {
            assert_eq!(join(cwd, path), want, "{cwd} {path}");
        }
    }

    #[test]
    fn tells_the_app_from_its_neighbours() {
        assert_eq!(in_app("/app"), Some(""));
        assert_eq!(in_app("/app/x"), Some("x"));
        assert_eq!(in_app("/application/x"), None);
    }
}
