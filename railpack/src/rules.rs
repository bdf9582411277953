//! What may change where Railpack builds an app in place of Nixpacks: the rules of `check --builder railpack`.

use nixpacks_transforms::rules::RuleInfo;

macro_rules! rules {
    ($($name:ident: $id:literal, $summary:literal, $does:literal, $why:literal, $fix:literal;)*) => {
        $(pub(crate) static $name: RuleInfo = RuleInfo {
            id: $id,
            summary: $summary,
            docs: concat!(
                "## What it does\n", $does, "\n\n## Why it fails\n", $why, "\n\n## Fix\n", $fix, "\n"
            ),
        };)*

        /// Every rule, sorted by id. No id is one of a rule for Nixpacks.
        pub static RULES: &[&RuleInfo] = &[$(&$name),*];
    };
}

rules! {
    DOCKERFILE_WINS: "dockerfile-wins",
        "Railway builds the Dockerfile of this app, and neither Nixpacks nor Railpack",
        "Finds apps for Railway with a `Dockerfile` at their root.",
        "Railway builds a Dockerfile that is there, whatever builder the service is set to. So a move to Railpack changes nothing.",
        "There is no automatic fix. Remove or rename the Dockerfile if Railpack is to build the app.";
    EXACT_PYTHON_VERSION: "exact-python-version",
        "a file asks for an exact version of Python, which Railpack often cannot install",
        "Finds files such as `runtime.txt` and `.python-version` that ask for a version with three numbers.",
        "Railpack installs Python with mise, which looks for the attestation of the build on GitHub. Many exact versions have none, and the build stops: `No GitHub artifact attestations found for python@3.11.9`.",
        "`migrate` leaves the first two numbers, which is all that Nixpacks ever used.";
    INCLUDED_REQUIREMENTS: "included-requirements",
        "a requirements file names other files, which are not there yet when it is installed",
        "Finds requirements files with `-r`, `-c`, `-e` or a path in them.",
        "Railpack copies the requirements file alone before it installs, so that the layer can be cached. pip then finds none of the files that it names.",
        "`migrate` copies all files before the install.";
    LOST_ASSET: "lost-asset",
        "a file of `staticAssets` is not written",
        "Finds entries of `staticAssets` in `nixpacks.toml`.",
        "Nixpacks writes them to `/assets`. Railpack has nothing like it.",
        "There is no automatic fix. Put the files into the repository, and change what names `/assets`.";
    LOST_BROWSERS: "lost-browsers",
        "the browsers of Playwright are not in the image",
        "Finds apps that download browsers of Playwright while they are built.",
        "Railpack runs no `playwright install` unless it is told to, and does not ship the directory where the browsers are.",
        "`migrate` installs them in a directory that is part of the image.";
    LOST_COMMAND: "lost-command",
        "a build command does not run",
        "Finds commands of phases that Railpack does not run.",
        "Railpack reads nothing of `nixpacks.toml`, so its commands do not run: no static files, no generated code, no downloaded models.",
        "`migrate` adds the command to `steps.build.commands` of `railpack.json`.";
    LOST_INSTALL: "lost-install",
        "a command that installs Python packages does not run",
        "Finds install commands of the app's own whose packages Railpack does not install.",
        "Railpack installs `requirements.txt` or the project, and reads no `[phases.install]`. What else was installed is missing: expect `ModuleNotFoundError`.",
        "`migrate` adds the command to `steps.install` of `railpack.json`.";
    LOST_PACKAGE: "lost-package",
        "a system package is not installed",
        "Finds packages of `nixPkgs`, `nixLibs` and `aptPkgs`, and of `apt-get install` in commands, that Railpack does not install.",
        "Railpack reads no list of `nixpacks.toml`. A program or a library is missing then: `ffmpeg: not found`, `ImportError: libGL.so.1`.",
        "`migrate` adds the package, under its name in Debian, to `deploy.aptPackages` or `buildAptPackages` of `railpack.json`.";
    LOST_START_COMMAND: "lost-start-command",
        "Railpack finds no start command",
        "Finds apps that Nixpacks starts and for which Railpack finds no start command.",
        "Railpack does not read `[start]` of `nixpacks.toml`. The build stops with `No start command detected`, or the container has nothing to run.",
        "`migrate` sets `deploy.startCommand` in `railpack.json`.";
    LOST_TOOL: "lost-tool",
        "a tool such as Node.js is not installed",
        "Finds tools of `nixPkgs`, such as Node.js, that Railpack installs with mise and not with apt.",
        "Railpack installs the tools of the language that it found, and no other.",
        "`migrate` adds the tool to `packages` of `railpack.json`.";
    LOST_USER: "lost-user",
        "the app runs as root",
        "Finds `user` in `[start]`.",
        "Railpack's image has no other user than root. An app that refuses to run as root stops.",
        "There is no automatic fix. Build the app with a Dockerfile; on Railway the variable `RAILWAY_RUN_UID` sets the user.";
    LOST_VARIABLE: "lost-variable",
        "a variable of `[variables]` is not set",
        "Finds variables of `nixpacks.toml` that nothing sets.",
        "Railpack does not read `[variables]`. The app starts without the variable, or stops because it is missing.",
        "`migrate` sets it in `railpack.json`, unless its value looks like a secret.";
    MISSING_FILE: "missing-file",
        "a file that is installed is not in the repository",
        "Finds requirements files that an install command names and that are not there.",
        "pip stops at a file that is missing. So it does with Nixpacks.",
        "There is no automatic fix. Commit the file.";
    NIXPACKS_VARIABLE: "nixpacks-variable",
        "a variable of Nixpacks is set, which Railpack does not read",
        "Finds variables such as `NIXPACKS_PYTHON_VERSION` that Railpack has under another name.",
        "Railpack reads variables that begin with `RAILPACK_`, and ignores those of Nixpacks.",
        "There is no automatic fix. Rename the variable in the dashboard.";
    NO_LANGUAGE: "no-language",
        "Railpack installs no Python",
        "Finds Python apps for which Railpack recognizes no language.",
        "Railpack looks for `main.py`, `requirements.txt`, `pyproject.toml` and `Pipfile` in the root directory. Without one of them it installs no Python.",
        "`migrate` sets `provider` in `railpack.json`.";
    NO_PLAN: "no-plan",
        "Railpack refuses the app",
        "Finds what stops Railpack before anything is built: a `railpack.json` or a Procfile that it cannot read, or a directory in which it recognizes nothing.",
        "The build stops with the error that is quoted.",
        "There is no automatic fix. Correct the file that is named, or set the root directory of the service to the directory that has the app.";
    NO_SUCH_PACKAGE: "no-such-package",
        "a package has no replacement that is known",
        "Finds names of `nixPkgs` and `aptPkgs` that are in no table of packages of Debian.",
        "Railpack's image is Debian. Some packages of Nix and Ubuntu do not exist there, such as `wkhtmltopdf` in Debian 13, and others have a name that is not known here.",
        "There is no automatic fix, because no name is guessed. Look for it at packages.debian.org; if there is none, build the app with a Dockerfile.";
    NOT_COMPARABLE: "not-comparable",
        "Nixpacks cannot read the app's files, so there is nothing to compare with",
        "Finds apps whose files Nixpacks refuses.",
        "What Railpack loses is known only by comparing it with what Nixpacks does.",
        "There is no automatic fix here. `nixpacks-fix check` shows the mistake, and `nixpacks-fix fix` often corrects it.";
    NOT_IN_IMAGE: "not-in-image",
        "a build command writes to a path that is not part of the image",
        "Finds build commands that write outside of /app, such as `mkdir -p /data` or `python -m nltk.downloader`.",
        "Nixpacks ships all that the build leaves. Railpack ships /app, and what `deploy.inputs` names.",
        "`migrate` adds the path to `deploy.inputs` of `railpack.json`.";
    OLD_PATH: "old-path",
        "a command uses a path that only Nixpacks' image has",
        "Finds `/opt/venv`, `.nix-profile` and `/nix/store` in commands and in scripts that they run, and programs below directories that are not part of Railpack's image.",
        "Railpack's virtual environment is /app/.venv, and there is no Nix: `/opt/venv/bin/python: No such file or directory`.",
        "`migrate` rewrites commands that it moves to `railpack.json`. Change scripts yourself: call the program by its name, since the virtual environment is on PATH.";
    OTHER_LANGUAGE: "other-language",
        "Railpack builds the app in another language, and installs no Python",
        "Finds Python apps that Railpack takes for another language, mostly Node.js because of a `package.json`.",
        "Railpack builds one language, and takes the first that it recognizes. Python and your requirements are not installed then.",
        "`migrate` sets `provider` to `python` in `railpack.json`.";
    OTHER_PYTHON: "other-python",
        "the app gets another version of Python",
        "Finds apps that ask for a version of Python where Railpack does not look.",
        "Railpack does not read `nixPkgs` or `NIXPACKS_PYTHON_VERSION`, and installs its default version. Packages without a wheel for it do not install.",
        "`migrate` sets `packages.python` in `railpack.json`.";
    OTHER_START_COMMAND: "other-start-command",
        "Railpack starts the app with another command",
        "Finds apps that Railpack starts otherwise than Nixpacks does.",
        "Railpack does not read `[start]` of `nixpacks.toml`, and takes a process of the Procfile or what it guesses from the files.",
        "`migrate` sets `deploy.startCommand` in `railpack.json`.";
    RAILWAY_SETTING: "railway-setting",
        "a setting is in Railway's own file, which is not read from 2026-12-01 on",
        "Finds settings of `railway.json` and `railway.toml` that no file of Railpack has a place for.",
        "Railway stops reading these files on 2026-12-01. Health checks, cron schedules and restart policies in them end then.",
        "There is no automatic fix. Set it in the dashboard.";
    RELEASE_COMMAND: "release-command",
        "the `release` process of the Procfile never runs",
        "Finds a `release` process in the Procfile.",
        "Nixpacks runs it while it builds, and Railpack never does. Migrations are then not made: `relation \"…\" does not exist`.",
        "There is no automatic fix. Set the command as the pre-deploy command of the service.";
    SECRET_NOT_COPIED: "secret-not-copied",
        "a value looks like a secret, and is not copied",
        "Finds variables and commands of `nixpacks.toml` whose values look like secrets.",
        "A secret in a file can be read by everyone who can read the repository or the image. So `migrate` copies none to `railpack.json`, and the value is missing.",
        "There is no automatic fix. Set it in the dashboard, and remove it from the file.";
    UNKNOWN_START_PROGRAM: "unknown-start-program",
        "nothing that is installed brings the program that starts the app",
        "Finds programs of the start command that come from no requirement, no package and not from the image.",
        "The container stops with `command not found`.",
        "There is no automatic fix. Add the package of the program to your requirements.";
    UNPREDICTABLE_START_COMMAND: "unpredictable-start-command",
        "Railpack takes any process of the Procfile as the start command",
        "Finds Procfiles with several processes and no `web`.",
        "Railpack takes any of them, another one in each build.",
        "Name the process that serves requests `web`. `migrate` sets `deploy.startCommand` in `railpack.json` where Nixpacks starts one of them.";
    UNSUPPORTED_PYTHON: "unsupported-python",
        "the app asks for a Python before 3.10",
        "Finds apps that ask for Python 3.9 or before.",
        "Railpack supports Python 3.10 and later.",
        "There is no automatic fix. Move the app to a later Python, or build it with a Dockerfile.";
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static RuleInfo> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Whether what a rule finds has a value that is not to be shown.
pub fn finds_secrets(rule: &RuleInfo) -> bool {
    rule.id == SECRET_NOT_COPIED.id
}

#[cfg(test)]
mod tests {
    use super::RULES;

    #[test]
    fn ids_are_sorted_and_no_rule_for_nixpacks_has_one() {
        assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
        let clash = RULES.iter().find(|rule| nixpacks_transforms::rules::rule(rule.id).is_some());
        assert!(clash.is_none(), "{clash:?}");
    }
}
