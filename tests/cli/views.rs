//! A directory, what git has of it, and a commit are views of one thing, and give one answer.

use crate::support::{BROKEN, Sandbox};
use serde_json::Value;
use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

/// Numbers that are drawn, the same at each run.
struct Draw(u32);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % end
    }

    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const DIRS: [&str; 12] =
    ["", "", "a", "a/b", "a/b/c", "b", "svc/api", "d e", "ü/\"q\"", ".h", ".h/x", "node_modules/m"];
const FILES: [&str; 8] = [
    "nixpacks.toml",
    "nixpacks.toml",
    "nixpacks.json",
    "requirements.txt",
    "main.py",
    "Procfile",
    "railway.toml",
    "manage.py",
];
const TARGETS: [&str; 16] = [
    "..",
    ".",
    "../..",
    "b",
    "../b",
    "a/b",
    "../a/b/nixpacks.toml",
    "nixpacks.toml",
    "../nixpacks.toml",
    "../../nixpacks.toml",
    "b/main.py",
    "nowhere",
    "/etc/hostname",
    "../../../../../../../etc",
    "../.h/requirements.txt",
    "./a/../a/b/../b/requirements.txt",
];
const NAMES: [&str; 8] =
    ["nixpacks.toml", "nixpacks.json", "requirements.txt", "main.py", "Procfile", "lib", "src", "a"];

fn text(file: &str, draw: &mut Draw) -> String {
    match file {
        "nixpacks.toml" => draw.of(&[BROKEN, "", "[start]\ncmd = \"python main.py\"\n", "[x\n"]).to_owned(),
        "nixpacks.json" => draw
            .of(&["{}", "{\"phases\": {\"install\": {\"cmds\": [\"pip install flask\"]}}}", "{"])
            .to_owned(),
        "requirements.txt" => draw.of(&["flask\n", "django\n-r other.txt\n", ""]).to_owned(),
        "Procfile" => draw.of(&["web: python main.py\n", "web: gunicorn a:b\n"]).to_owned(),
        "railway.toml" => "[deploy]\nstartCommand = \"python main.py\"\n".to_owned(),
        _ => draw.of(&["import flask\n", "", "print(1)\n"]).to_owned(),
    }
}

/// A directory with files and links.
fn draw(draw: &mut Draw) -> Sandbox {
    let sandbox = Sandbox::new([("top/README", "")]);
    let top = sandbox.path().join("top");
    for _ in 0..3 + draw.below(10) {
        let (dir, file) = (draw.of(&DIRS), draw.of(&FILES));
        let text = text(file, draw);
        sandbox.write(format!("top/{dir}/{file}"), text);
    }
    for _ in 0..draw.below(6) {
        let (dir, name, target) = (draw.of(&DIRS), draw.of(&NAMES), draw.of(&TARGETS));
        std::fs::create_dir_all(top.join(dir)).unwrap();
        // What is there already stays.
        let _ = symlink(target, top.join(dir).join(name));
    }
    sandbox
}

/// What a run says of each app, and of the patch for it.
fn said(sandbox: &Sandbox, args: &[&str]) -> (i32, Vec<(String, Value)>) {
    let ran = sandbox.run_in("top", &[&["diff", "--output-format", "json"], args].concat(), "");
    if ran.code == 3 {
        return (3, Vec::new());
    }
    assert!(ran.err.is_empty() && ran.code < 2, "{ran:?}");
    let json = ran.json();
    let apps = json["apps"].as_array().unwrap();
    (ran.code, apps.iter().map(|app| (app["path"].as_str().unwrap().to_owned(), app.clone())).collect())
}

#[test]
fn a_directory_an_index_and_a_commit_have_the_same_apps_and_patches() {
    let mut numbers = Draw(7);
    let (mut seen, mut patches, mut linked) = (0, 0, 0);
    for number in 0..40 {
        let sandbox = draw(&mut numbers);
        let plain = said(&sandbox, &[]);
        sandbox.tool("git", "top", &["init", "-q"], "");
        sandbox.tool("git", "top", &["add", "--force", "."], "");
        let identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
        sandbox.tool("git", "top", &[&identity[..], &["commit", "-qm", "a"]].concat(), "");
        let index = said(&sandbox, &[]);
        let list = || sandbox.tool("git", "top", &["ls-files", "-s"], "").out;
        assert_eq!(index, said(&sandbox, &["--rev", "HEAD"]), "{number}: {}", list());
        // Outside of git nothing is looked for in hidden directories.
        let shown = |(path, _): &&(String, Value)| !path.split('/').any(|part| part.starts_with(".h"));
        let index: Vec<_> = index.1.iter().filter(shown).collect();
        assert_eq!(plain.1.iter().collect::<Vec<_>>(), index, "{number}: {}", list());
        // What the patch says is what `fix` does, in the same files. Two apps may share one of them.
        let patch = sandbox.run_in("top", &["diff", "--rev", "HEAD"], "").out;
        let named: Vec<&str> = patch.lines().filter(|line| line.starts_with("+++ ")).collect();
        let files: BTreeSet<&str> = named.iter().copied().collect();
        if named.len() == files.len() && !named.is_empty() {
            sandbox.tool("git", "top", &["apply", "--cached", "-"], &patch);
            sandbox.run_in("top", &["fix"], "");
            let differ = sandbox.tool("git", "top", &["diff", "--name-only"], "").out;
            assert_eq!(differ, "", "{number}: {patch}");
        }
        seen += index.len();
        patches += files.len();
        linked += list().lines().filter(|line| line.starts_with("120000")).count();
    }
    assert!(seen > 40 && patches > 15 && linked > 40, "{seen} {patches} {linked}");
}
