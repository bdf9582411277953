//! What came of an app, named from the text that a user would see.

use serde_json::Value;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// `plan`, `nix`, `build`, or `start`.
    pub(crate) stage: String,
    /// What failed, or the start command.
    pub(crate) command: String,
    /// `None` if it installs and starts.
    pub(crate) reason: Option<&'static str>,
    pub(crate) output: String,
    /// The box with the plan; empty where there is none.
    pub(crate) plan: String,
    /// The exit code of the command; 1 where nothing tells it.
    pub(crate) code: i64,
}

impl Outcome {
    /// From what the process in the sandbox says.
    pub(crate) fn read(json: &Value) -> Self {
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let output = text("output");
        // Nixpacks' own words are not looked at: that it stops is enough.
        let refused = json["stage"] == "plan";
        let reason = (json["ok"] != true).then(|| if refused { "plan-error" } else { reason(&output) });
        let code = json["code"].as_i64().unwrap_or(1);
        Self { stage: text("stage"), command: text("command"), reason, output, plan: String::new(), code }
    }

    /// `works`, or the reason and where.
    pub(crate) fn word(&self) -> String {
        self.reason.map_or("works".to_owned(), |reason| format!("{reason} ({})", self.stage))
    }
}

/// The error that a log ends with. These are texts of bash, pip, Python and Nix, not of the model.
pub(crate) fn reason(log: &str) -> &'static str {
    // uv says what it could not run on the line before the system's own words.
    if log.contains("error: Failed to spawn: `") {
        return "command-not-found";
    }
    log.lines().rev().find_map(of_line).unwrap_or("other")
}

fn of_line(line: &str) -> Option<&'static str> {
    let has = |text: &str| line.contains(text);
    let absent = has("No such file or directory");
    Some(match () {
        () if has("error: undefined variable '") => "undefined-variable",
        () if has("error: externally-managed-environment") => "externally-managed",
        () if has("error: The interpreter at ") && has(" is externally managed") => "externally-managed",
        () if line.starts_with("Command not found: ") => "command-not-found",
        () if has("No module named pip") => "no-pip-module",
        () if absent && has("venv/bin/") => "venv-missing",
        () if has(": command not found") => {
            let program = line.trim_end_matches(": command not found").rsplit(": ").next()?;
            match program {
                "pip" | "pip3" => "pip-not-found",
                _ if program.starts_with("python") => "python-not-found",
                _ => "command-not-found",
            }
        }
        () if has("libstdc++.so.6: cannot open shared object file") => "native-lib-missing",
        () if has("No module named ") => "module-not-found",
        () if absent => "no-such-file",
        () if has("No matching distribution found") => "resolution",
        () if has("has no installation candidate") => "apt-package-missing",
        () if has("Could not resolve host") => "network",
        () => return None,
    })
}

/// What must hold of the above, for a harness that knows no `#[test]`.
pub(crate) fn names_errors_by_their_last_line() {
    for (log, wanted) in [
        ("/bin/bash: line 1: pip: command not found\n", "pip-not-found"),
        ("/bin/bash: line 1: python3.11: command not found\n", "python-not-found"),
        ("/bin/bash: line 1: gunicorn: command not found\n", "command-not-found"),
        ("/bin/bash: line 1: /opt/venv/bin/pip: No such file or directory\n", "venv-missing"),
        ("/bin/bash: line 1: cd: server: No such file or directory\n", "no-such-file"),
        ("/root/.nix-profile/bin/python: No module named pip\n", "no-pip-module"),
        ("/root/.nix-profile/bin/python: No module named uvicorn\n", "module-not-found"),
        ("error: undefined variable 'pip'\n\n       at /app/x.nix:19:9\n", "undefined-variable"),
        ("error: externally-managed-environment\n\n× …\nhint: See PEP 668.\n", "externally-managed"),
        ("x: No module named pip\n/bin/bash: line 1: pip: command not found\n", "pip-not-found"),
        ("Traceback\nValueError\n", "other"),
    ] {
        assert_eq!(reason(log), wanted, "{log}");
    }
}
