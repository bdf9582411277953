//! The session in docs/pull-requests.md is what the command prints. `BLESS=1` writes it anew.

use crate::scene::Scene;
use crate::server::Kind;
use std::fs;
use std::path::Path;

const BEGINS: &str = "<!-- session: golden/seeds/002-externally-managed/before -->\n```console\n";
const COMMAND: &str = "$ nixpacks-fix pr acme/bot --dry-run --draft\n";

#[test]
fn the_session_is_what_the_command_prints() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let app = root.join("golden/seeds/002-externally-managed/before");
    let mut files = Vec::new();
    for entry in fs::read_dir(app).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.push((name, fs::read_to_string(path).unwrap()));
    }
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    scene.forge.repository("acme/bot", &files);
    let ran = scene.pr(&["acme/bot", "--dry-run", "--draft"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let out = ran.out.replace(&scene.forge.api_url(), "https://api.github.com");
    let out = out.replace(&scene.forge.url(), "https://github.com");
    // Blank lines of context would be trailing spaces in the document.
    let out: String = out.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();

    let path = root.join("docs/pull-requests.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGINS).unwrap();
    // The block of the session may be empty.
    let fence = if rest.starts_with("```\n") { 0 } else { rest.find("\n```\n").unwrap() + 1 };
    let wanted = format!("{COMMAND}{out}");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{BEGINS}{wanted}{}", &rest[fence..])).unwrap();
    } else {
        assert_eq!(&rest[..fence], wanted, "BLESS=1 writes it anew");
    }
}
