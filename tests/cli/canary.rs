//! A command in every setting by which a repository can name one, in every kind of repository, under every command.

use crate::support::{BROKEN, Sandbox};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// All hooks that git knows.
const HOOKS: [&str; 28] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "p4-changelist",
    "p4-prepare-changelist",
    "p4-post-changelist",
    "p4-pre-submit",
    "post-index-change",
];
/// Settings whose value is a command. `{}` is the canary; it is told the setting's name.
const SETTINGS: [&str; 43] = [
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "sequence.editor",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.x509.program",
    "credential.helper",
    "uploadpack.packObjectsHook",
    "gc.recentObjectsHook",
    "interactive.diffFilter",
    "diff.external",
    "diff.canary.command",
    "diff.canary.textconv",
    "merge.canary.driver",
    "mergetool.canary.cmd",
    "difftool.canary.cmd",
    "browser.canary.cmd",
    "man.canary.cmd",
    "trailer.canary.command",
    "trailer.signed.cmd",
    "filter.one.clean",
    "filter.one.smudge",
    "filter.two.process",
    "remote.origin.uploadpack",
    "remote.origin.receivepack",
    "submodule.sub.update",
    "hook.canary.command",
    "pager.status",
    "pager.diff",
    "pager.ls-files",
    "pager.remote",
    "alias.ls-files",
    "alias.status",
    "alias.rev-parse",
    "alias.remote",
    "alias.commit",
    "alias.config",
];
/// And other ones that lead to them.
const SWITCHES: [(&str, &str); 15] = [
    ("core.repositoryFormatVersion", "1"),
    ("extensions.partialClone", "origin"),
    ("remote.origin.url", "."),
    ("remote.origin.promisor", "true"),
    ("remote.outside.url", "ext::{} remote.outside.url"),
    ("remote.outside.promisor", "true"),
    ("remote.secure.url", "ssh://localhost/acme/shop"),
    ("remote.secure.promisor", "true"),
    ("protocol.allow", "always"),
    ("protocol.ext.allow", "always"),
    ("hook.canary.event", "pre-commit"),
    ("gc.auto", "1"),
    ("log.showSignature", "true"),
    ("commit.verbose", "true"),
    ("status.submoduleSummary", "true"),
];
/// What `fix --commit` may run, as docs/commit.md has it: hooks of a commit, and filters.
const OF_A_COMMIT: [&str; 10] = [
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "reference-transaction",
    "post-index-change",
    "hook.canary.command",
    "filter.one.clean",
    "filter.one.smudge",
    "filter.two.process",
];
const KINDS: [&str; 8] =
    ["plain", "sparse", "split", "partial", "worktree", "submodule", "sha256", "untracked-cache"];

/// A repository of a kind, with its canaries: where it is, and where they say that they ran.
struct Mine {
    sandbox: Sandbox,
    dir: String,
}

impl Mine {
    fn new(kind: &str) -> Self {
        let sandbox = Sandbox::new([("out/deep/f", "x\n"), ("out/g", "y\n")]);
        let at = |file: &str| format!("app/{file}");
        for (file, text) in [
            ("nixpacks.toml", BROKEN),
            ("requirements.txt", "flask\n"),
            ("main.py", "import flask\n"),
            ("out/deep/f", "x\n"),
            ("out/g", "y\n"),
            (
                ".gitattributes",
                "*.py filter=one diff=canary merge=canary\n*.txt filter=two\n*.toml diff=canary\n",
            ),
        ] {
            sandbox.write(at(file), text);
        }
        sandbox.tool(
            "git",
            "app",
            &[
                "init",
                "-q",
                "-b",
                "main",
                if kind == "sha256" { "--object-format=sha256" } else { "--object-format=sha1" },
            ],
            "",
        );
        let mut mine = Self { sandbox, dir: "app".to_owned() };
        mine.git(&["config", "user.name", "a"]);
        mine.git(&["config", "user.email", "a@example.com"]);
        mine.git(&["add", "."]);
        mine.git(&["commit", "-qm", "a"]);
        match kind {
            "sparse" => mine.git(&["sparse-checkout", "set", "--cone", "--sparse-index"]),
            "split" => mine.git(&["update-index", "--split-index"]),
            "untracked-cache" => mine.git(&["update-index", "--force-untracked-cache"]),
            "worktree" => {
                mine.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
                "linked".clone_into(&mut mine.dir);
            }
            "submodule" => {
                mine.sandbox.write("top/README.md", "");
                mine.sandbox.tool("git", "top", &["init", "-q"], "");
                let add =
                    ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../app", "sub"];
                mine.sandbox.tool("git", "top", &add, "");
                "top/sub".clone_into(&mut mine.dir);
                mine.git(&["config", "user.name", "a"]);
                mine.git(&["config", "user.email", "a@example.com"]);
            }
            _ => {}
        }
        mine.plant();
        if ["sparse", "partial"].contains(&kind) {
            // Only a transport can bring it back.
            let objects =
                ["HEAD:out", "HEAD:out/deep", "HEAD:out/g"].map(|name| mine.git_line(&["rev-parse", name]));
            for id in objects {
                let file = mine.sandbox.path().join("app/.git/objects").join(&id[..2]).join(&id[2..]);
                fs::remove_file(file).unwrap();
            }
        }
        if kind == "sparse" {
            mine.sandbox.write("app/out/g", "y\n");
        }
        mine.clear();
        mine
    }

    fn git(&self, args: &[&str]) {
        self.sandbox.tool("git", &self.dir, args, "");
    }

    fn git_line(&self, args: &[&str]) -> String {
        self.sandbox.tool("git", &self.dir, args, "").out.trim().to_owned()
    }

    /// Puts a canary wherever there is room for one.
    fn plant(&self) {
        let top = self.sandbox.path();
        let script = format!(
            "#!/bin/sh\necho \"$1\" >> '{}'\ncase $1 in filter.*) cat ;; *) exit 1 ;; esac\n",
            top.join("ran").display()
        );
        let canary = top.join("canary").display().to_string();
        self.executable("canary", &script);
        let common = self.git_line(&["rev-parse", "--path-format=absolute", "--git-common-dir"]);
        let mut config = String::new();
        for name in SETTINGS {
            let bang = if name.starts_with("alias.") || name == "credential.helper" { "!" } else { "" };
            config += &setting(name, &format!("{bang}{canary} {name}"));
        }
        for (name, value) in SWITCHES {
            config += &setting(name, &value.replace("{}", &canary));
        }
        self.sandbox.write("included", &config);
        let own = format!("{common}/config");
        let before = fs::read_to_string(&own).unwrap();
        let include = setting("include.path", &top.join("included").display().to_string());
        fs::write(own, format!("{before}{config}{include}")).unwrap();
        for hook in HOOKS {
            let script = format!("#!/bin/sh\necho {hook} >> '{}'\n", top.join("ran").display());
            let path = format!("{common}/hooks/{hook}");
            self.executable(&path, &script);
        }
    }

    fn executable(&self, path: &str, text: &str) {
        self.sandbox.write(path, text);
        fs::set_permissions(self.sandbox.path().join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn clear(&self) {
        let _ = fs::remove_file(self.sandbox.path().join("ran"));
    }

    /// Which canaries have run since the last time.
    fn ran(&self) -> BTreeSet<String> {
        let ran = fs::read_to_string(self.sandbox.path().join("ran")).unwrap_or_default();
        self.clear();
        ran.lines().map(str::to_owned).collect()
    }
}

/// The lines of a configuration that give `name` its value.
fn setting(name: &str, value: &str) -> String {
    let (section, key) = name.rsplit_once('.').unwrap();
    let section = section.split_once('.').map_or(section.to_owned(), |(one, two)| format!("{one} \"{two}\""));
    format!("[{section}]\n\t{key} = \"{value}\"\n")
}

#[test]
fn no_reading_command_runs_what_a_repository_names() {
    for kind in KINDS {
        let mine = Mine::new(kind);
        for args in [
            "check",
            "check --output-format json .",
            "diff",
            "plan",
            "check --rev HEAD",
            "diff --rev HEAD",
            "plan --rev HEAD",
            "check -",
            "check - --app .",
            "pr --dry-run",
            "pr --dry-run --remote outside",
            "pr --dry-run --remote secure",
            "pr status",
            "fix",
        ] {
            let ran = mine.sandbox.run_in(&mine.dir, &args.split(' ').collect::<Vec<_>>(), BROKEN);
            assert_eq!(mine.ran(), BTreeSet::new(), "{kind}: {args}: {ran:?}");
            if args == "fix" {
                assert_eq!(ran.code, 0, "{kind}: {ran:?}");
                assert_ne!(mine.sandbox.read(format!("{}/nixpacks.toml", mine.dir)), BROKEN, "{kind}");
            }
        }
    }
}

#[test]
fn a_commit_runs_its_hooks_and_filters_and_nothing_else() {
    let allowed: BTreeSet<String> = OF_A_COMMIT.iter().map(|name| (*name).to_owned()).collect();
    for kind in KINDS {
        for args in ["fix --commit", "fix --commit --branch aside", "fix --commit --no-verify"] {
            let mine = Mine::new(kind);
            let ran = mine.sandbox.run_in(&mine.dir, &args.split(' ').collect::<Vec<_>>(), "");
            let seen = mine.ran();
            let more: Vec<&String> = seen.difference(&allowed).collect();
            assert!(more.is_empty(), "{kind}: {args}: {more:?} {ran:?}");
            // A partial clone may lack what the commit needs, and then says so.
            if !["partial", "sparse"].contains(&kind) {
                assert_eq!(ran.code, 0, "{kind}: {args}: {ran:?}");
                assert_eq!(seen.contains("pre-commit"), args == "fix --commit", "{kind}: {args}: {seen:?}");
            }
        }
    }
}
