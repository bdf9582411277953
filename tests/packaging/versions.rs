use std::fs;
use std::path::Path;

/// A file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_hooks_install_the_wheel_of_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let hooks = read("pyproject.toml");
    assert!(hooks.contains(&format!("\nversion = \"{version}\"\n")), "{hooks}");
    assert!(hooks.contains(&format!("\ndependencies = [\"nixpacks-fix=={version}\"]\n")), "{hooks}");
}

#[test]
fn what_people_copy_names_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let gitlab = read("packaging/gitlab/nixpacks-fix.gitlab-ci.yml");
    assert!(gitlab.contains(&format!("NIXPACKS_FIX_VERSION: \"{version}\"")), "{gitlab}");
    for path in ["docs/installing.md", "packaging/gitlab/nixpacks-fix.gitlab-ci.yml"] {
        for (before, end) in
            [("nixpacks-fix/nixpacks-fix@v", "\n"), ("nixpacks-fix/nixpacks-fix/v", "/"), ("rev: v", "\n")]
        {
            for part in read(path).split(before).skip(1) {
                assert_eq!(part.split(end).next(), Some(version), "{path}: {before}");
            }
        }
    }
}

#[test]
fn the_document_has_every_hook_input_and_output() {
    let (document, action) = (read("docs/installing.md"), read("action.yml"));
    let (described, _) = action.split_once("\nruns:").unwrap();
    let inputs = described.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    let hooks = read(".pre-commit-hooks.yaml");
    let hooks = hooks.lines().filter_map(|line| line.strip_prefix("- id: "));
    let all: Vec<&str> = inputs.filter(|name| !name.starts_with(' ')).chain(hooks).collect();
    assert_eq!(all.len(), 15, "{all:?}");
    for name in all {
        assert!(document.contains(&format!("| `{name}` |")), "docs/installing.md has no row for {name}");
    }
}

#[test]
#[cfg(unix)]
fn the_formula_takes_its_checksums_from_the_list_of_the_release() {
    let fill = |listed: &[&str]| {
        let lines: Vec<String> = listed
            .iter()
            .enumerate()
            .map(|(at, target)| format!("{at:064}  nixpacks-fix-{target}.tar.gz"))
            .collect();
        let sums = lines.join("\n") + "\n";
        let sandbox = crate::support::Sandbox::new([("SHA256SUMS", sums)]);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/homebrew/fill.sh");
        let mut command = sandbox.command(std::process::Command::new(script), "");
        command.args(["1.2.3", "SHA256SUMS"]).output().unwrap()
    };
    let all = [
        "aarch64-apple-darwin",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
        "x86_64-unknown-linux-musl",
        "x86_64-unknown-linux-gnu",
    ];
    let output = fill(&all);
    let formula = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && !formula.contains('@'), "{formula}");
    for (at, target) in all.iter().take(4).enumerate() {
        let url = format!("/v1.2.3/nixpacks-fix-{target}.tar.gz\"\n      sha256 \"{at:064}\"\n");
        assert!(formula.contains(&url), "no {url} in\n{formula}");
    }
    let output = fill(&all[1..]);
    assert!(!output.status.success() && output.stdout.is_empty());
}
