//! The sessions of `pr` in the documents are what the command prints. `BLESS=1` writes them anew.

use crate::scene::Scene;
use crate::server::Kind;
use std::fs;
use std::path::Path;

/// Reads a folder and those in it: paths with `/`, and texts.
fn files(dir: &Path, below: &str, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files(&path, &format!("{name}/"), found);
        } else {
            found.push((name, fs::read_to_string(path).unwrap()));
        }
    }
}

/// Holds the block after `<!-- session: APP -->` in a document to what `nixpacks-fix pr ARGS` prints for that app in the
/// repository that the first of the arguments names.
fn judge(document: &str, app: &str, args: &[&str]) {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join(app), "", &mut found);
    found.sort();
    let found: Vec<(&str, &str)> = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    scene.forge.repository(args[0], &found);
    let ran = scene.pr(args);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let out = ran.out.replace(&scene.forge.api_url(), "https://api.github.com");
    let out = out.replace(&scene.forge.url(), "https://github.com");
    // Blank lines of context would be trailing spaces in the document.
    let out: String = out.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();

    let path = root.join(document);
    let text = fs::read_to_string(&path).unwrap();
    let begins = format!("<!-- session: {app} -->\n```console\n");
    let (before, rest) = text.split_once(&begins).unwrap();
    // The block of the session may be empty.
    let fence = if rest.starts_with("```\n") { 0 } else { rest.find("\n```\n").unwrap() + 1 };
    let wanted = format!("$ nixpacks-fix pr {}\n{out}", args.join(" "));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{begins}{wanted}{}", &rest[fence..])).unwrap();
    } else {
        assert_eq!(&rest[..fence], wanted, "BLESS=1 writes it anew");
    }
}

#[test]
fn the_session_of_a_repair_is_what_the_command_prints() {
    let app = "golden/seeds/002-externally-managed/before";
    judge("docs/pull-requests.md", app, &["acme/bot", "--dry-run", "--draft"]);
}

#[test]
fn the_session_of_a_migration_is_what_the_command_prints() {
    judge(
        "docs/moving-to-railpack.md",
        "golden-railpack/django/before",
        &["acme/shop", "--migrate", "--dry-run"],
    );
}
