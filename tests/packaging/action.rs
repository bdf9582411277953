//! The steps of action.yml, with the real command where it matters and stand-ins for what only GitHub has.

use crate::is_installed;
use crate::support::{BROKEN, Ran, Sandbox};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

const FIXED: &str = "[phases.setup]\nnixPkgs = [\"python311\"]\n\n[start]\ncmd = \"python main.py\"\n";
const ME: u64 = 7;

/// A runner: a checkout below `app`, stand-ins below `bin`, and what a step leaves below `temp`.
struct Runner(Sandbox);

impl Runner {
    fn new(config: &str) -> Self {
        let runner = Self(Sandbox::new([
            ("app/nixpacks.toml", config),
            ("app/requirements.txt", "flask\n"),
            ("app/main.py", "import flask\n"),
            ("temp/.keep", ""),
            ("bin/.keep", ""),
        ]));
        // Answers what the test has put there, and keeps what it was asked.
        runner.stand_in(
            "gh",
            r#"#!/bin/bash
printf '%s\n' "gh $*" >>"$CALLS"
method=GET path='' filter=.
while (($#)); do
    case $1 in
        --method) method=$2; shift ;;
        --input) cp "$2" "$ANSWERS/sent.json"; shift ;;
        --jq) filter=$2; shift ;;
        -f) shift ;;
        graphql | repos/*) path=$1 ;;
    esac
    shift
done
case "$method $path" in
    'GET graphql') file=viewer ;;
    'GET repos/acme/shop/issues?state=all&creator=github-actions%5Bbot%5D&per_page=100') file=issues ;;
    'GET repos/acme/shop/issues/'*) file=issue ;;
    'POST repos/acme/shop/issues' | 'PATCH repos/acme/shop/issues/'*) file=written ;;
    *) echo "not known: $method $path" >&2; exit 1 ;;
esac
jq -r "$filter" "$ANSWERS/$file.json"
"#,
        );
        runner.answer("viewer", r#"{"data":{"viewer":{"login":"github-actions[bot]","databaseId":7}}}"#);
        runner.answer("issues", "[]");
        runner.answer("written", r#"{"html_url":"https://github.com/acme/shop/issues/5"}"#);
        runner
    }

    fn stand_in(&self, name: &str, script: &str) {
        self.0.write(format!("bin/{name}"), script);
        let path = self.0.path().join("bin").join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn answer(&self, name: &str, json: &str) {
        self.0.write(format!("answers/{name}.json"), json);
    }

    /// Runs a step in the checkout.
    fn step(&self, name: &str, variables: &[(&str, &str)]) -> Ran {
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/action").join(name).with_extension("sh");
        let mut command = self.0.command(Command::new("bash"), "app");
        let path = format!("{}:{}", self.0.path().join("bin").display(), env::var("PATH").unwrap());
        for (name, value) in
            [("RUNNER_TEMP", "temp"), ("GITHUB_OUTPUT", "output"), ("CALLS", "calls"), ("ANSWERS", "answers")]
        {
            command.env(name, self.0.path().join(value));
        }
        command.env("PROGRAM", env!("CARGO_BIN_EXE_nixpacks-fix"));
        command.envs([
            ("PATH", path.as_str()),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "acme/shop"),
            ("GITHUB_SHA", "0123456789abcdef0123456789abcdef01234567"),
            ("GITHUB_RUN_ID", "77"),
        ]);
        let output = command.envs(variables.iter().copied()).arg(script).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A result of the last steps.
    fn output(&self, name: &str) -> Option<String> {
        let text = self.0.read("output");
        let found = text.lines().filter_map(|line| line.strip_prefix(&format!("{name}="))).next_back();
        found.map(str::to_owned)
    }

    /// What was written to an issue, and the call that did it.
    fn sent(&self) -> Option<(String, Value)> {
        let call = self.0.read("calls").lines().find(|line| line.contains("--method"))?.to_owned();
        Some((call, serde_json::from_str(&self.0.read("answers/sent.json")).unwrap()))
    }

    /// The issues that are there: `(number, state, user, first line)`.
    fn issues(&self, issues: &[(u64, &str, u64, &str)]) {
        let issues: Vec<Value> = issues
            .iter()
            .map(|(number, state, user, body)| {
                serde_json::json!({"number": number, "state": state, "user": {"id": user}, "body": body})
            })
            .collect();
        self.answer("issues", &Value::from(issues).to_string());
    }

    fn dashboard(&self) -> Ran {
        let ran = self.step("dashboard", &[("TITLE", "Red services")]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
        assert_eq!(self.output("status").as_deref(), Some("0"));
        ran
    }
}

const MARKER: &str = "<!-- nixpacks-fix:dashboard -->";

#[test]
fn the_dashboard_is_opened_for_the_first_failing_service() {
    if !is_installed("jq") {
        return;
    }
    let runner = Runner::new(BROKEN);
    let ran = runner.dashboard();
    assert_eq!(ran.out, "opened: https://github.com/acme/shop/issues/5\n");
    let (call, sent) = runner.sent().unwrap();
    assert!(call.starts_with("gh api --method POST repos/acme/shop/issues "), "{call}");
    assert_eq!(sent["title"], "Red services");
    let body = sent["body"].as_str().unwrap();
    assert!(body.starts_with(MARKER), "{body}");
    for wanted in [
        "1 of 1 service is predicted to fail",
        "[the repository](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/nixpacks.toml#L2)",
        "when Nix installs the packages",
        "`error: undefined variable 'pip'`",
        "`nixpacks-fix fix` repairs it",
        "https://github.com/acme/shop/actions/runs/77",
    ] {
        assert!(body.contains(wanted), "no {wanted} in\n{body}");
    }
    assert_eq!(runner.output("failing").as_deref(), Some("1"));
    assert_eq!(runner.output("issue").as_deref(), Some("https://github.com/acme/shop/issues/5"));
}

#[test]
fn the_dashboard_is_updated_and_closed_and_opened_again() {
    if !is_installed("jq") {
        return;
    }
    for (config, state, closed_by, wanted) in [
        (BROKEN, "open", 0, Some(("updated", None))),
        (BROKEN, "closed", ME, Some(("opened again", Some("open")))),
        // A person did not want it.
        (BROKEN, "closed", 8, None),
        (FIXED, "open", 0, Some(("closed", Some("closed")))),
        (FIXED, "closed", ME, None),
    ] {
        let runner = Runner::new(config);
        runner.issues(&[(3, "open", ME, "another issue"), (5, state, ME, MARKER)]);
        runner.answer("issue", &format!("{{\"closed_by\":{{\"id\":{closed_by}}}}}"));
        let ran = runner.dashboard();
        let Some((done, state)) = wanted else {
            assert_eq!(runner.sent(), None, "{ran:?}");
            continue;
        };
        assert_eq!(ran.out, format!("{done}: https://github.com/acme/shop/issues/5\n"));
        let (call, sent) = runner.sent().unwrap();
        assert!(call.starts_with("gh api --method PATCH repos/acme/shop/issues/5 "), "{call}");
        assert_eq!(sent.get("state").and_then(Value::as_str), state);
        assert_eq!(sent.get("title"), None, "a person may have changed it");
    }
}

#[test]
fn an_issue_of_somebody_else_with_the_same_first_line_is_not_touched() {
    if !is_installed("jq") {
        return;
    }
    let runner = Runner::new(BROKEN);
    runner.issues(&[(4, "open", 8, MARKER)]);
    assert_eq!(runner.dashboard().out, "opened: https://github.com/acme/shop/issues/5\n");
}

#[test]
fn nothing_fails_and_there_is_no_issue() {
    if !is_installed("jq") {
        return;
    }
    let runner = Runner::new(FIXED);
    assert_eq!(runner.dashboard().out, "");
    assert_eq!(runner.sent(), None);
    assert_eq!(runner.output("failing").as_deref(), Some("0"));
}

#[test]
fn names_and_commands_of_the_repository_stay_text() {
    if !is_installed("jq") {
        return;
    }
    let runner = Runner::new(FIXED);
    let hostile = "a](evil.example)|`@admin` #1 <img src=x>";
    runner.0.write(
        format!("app/{hostile}/nixpacks.toml"),
        "[phases.install]\ncmds = [\"pip install `x` | @admin <b> \\u0007 https://evil.example\"]\n\n[start]\ncmd = \"python main.py\"\n",
    );
    runner.0.write(format!("app/{hostile}/requirements.txt"), "flask\n");
    runner.dashboard();
    let (_, sent) = runner.sent().unwrap();
    let body = sent["body"].as_str().unwrap();
    let row = body.lines().find(|line| line.contains("evil")).unwrap();
    // All of it is in code spans, whose fences are longer than what is in them, or encoded in an address.
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let wanted = format!(
        "| [`` a](evil.example)\\|`@admin` #1 <img src=x> ``](https://github.com/acme/shop/blob/{commit}/a%5D%28evil.example%29\
         %7C%60%40admin%60%20%231%20%3Cimg%20src%3Dx%3E/nixpacks.toml#L2) | in the build, at \
         `` pip install `x` \\| @admin <b>   https://evil.example `` | `pip: command not found` | `nixpacks-fix fix` repairs a part |"
    );
    assert_eq!(row, wanted);
}

/// A stand-in for the command that says how it was called.
const SAYS: &str = "#!/bin/bash\nprintf '%s\\n' \"$*\" >>\"$CALLS\"\ncase \"$*\" in *sarif*) echo '{\"version\": \"2.1.0\"}' ;; *) echo '::error::wrong' ;; esac\nexit \"${ENDS:-0}\"\n";

#[test]
fn the_check_prints_annotations_and_leaves_a_sarif_file() {
    for (ends, sarif) in [("0", true), ("1", true), ("2", true), ("3", false)] {
        let runner = Runner::new(BROKEN);
        runner.stand_in("stand-in", SAYS);
        let variables = [
            ("PROGRAM", "stand-in"),
            ("ARGUMENTS", "--platform=railway\n\n  --env=A=b c \r\n"),
            ("PATHS", "services/a b\n-x"),
            ("SARIF", "true"),
            ("ENDS", ends),
        ];
        let ran = runner.step("check", &variables);
        assert_eq!((ran.code, ran.out.as_str()), (0, "::error::wrong\n"), "{ran:?}");
        assert_eq!(runner.output("status").as_deref(), Some(ends));
        let calls = runner.0.read("calls");
        let first = calls.lines().next().unwrap();
        assert_eq!(first, "check --output-format github --platform=railway --env=A=b c -- services/a b -x");
        assert_eq!(calls.lines().count(), 1 + usize::from(sarif));
        let file = runner.output("sarif");
        assert_eq!(file.is_some(), sarif);
        if let Some(file) = file {
            assert_eq!(fs::read_to_string(file).unwrap(), "{\"version\": \"2.1.0\"}\n");
        }
    }
}

#[test]
fn the_check_reports_with_the_formats_of_the_command() {
    let runner = Runner::new(BROKEN);
    let ran = runner.step("check", &[("SARIF", "true")]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert!(ran.out.starts_with("::error title=undefined-nix-package,file=nixpacks.toml,line=2,"), "{ran:?}");
    assert_eq!(runner.output("status").as_deref(), Some("1"));
    let file = fs::read_to_string(runner.output("sarif").unwrap()).unwrap();
    let sarif: Value = serde_json::from_str(&file).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "nixpacks.toml", "{sarif}");
}

#[test]
fn the_pull_request_fails_only_where_something_failed() {
    for (ends, status, said) in
        [("0", "0", ""), ("1", "0", "::warning::"), ("2", "2", ""), ("3", "0", "::notice::")]
    {
        let runner = Runner::new(BROKEN);
        runner.stand_in("stand-in", SAYS);
        let ran =
            runner.step("pull-request", &[("PROGRAM", "stand-in"), ("ARGUMENTS", "--draft"), ("ENDS", ends)]);
        assert_eq!((ran.code, runner.output("status").as_deref()), (0, Some(status)), "{ran:?}");
        assert_eq!(runner.0.read("calls"), "pr --draft\n");
        assert!(ran.out.trim_start_matches("::error::wrong\n").starts_with(said), "{ran:?}");
    }
}

#[test]
fn a_program_that_is_there_is_used_as_it_is() {
    let runner = Runner::new(BROKEN);
    let program = env!("CARGO_BIN_EXE_nixpacks-fix");
    assert_eq!(runner.step("install", &[("GIVEN", program)]).code, 0);
    assert_eq!(runner.output("program").as_deref(), Some(program));
    let ran = runner.step("install", &[("GIVEN", "/nowhere/%0A::error::x")]);
    assert_eq!(ran.code, 2);
    assert!(ran.out.ends_with("that runs: /nowhere/%250A::error::x\n"), "{ran:?}");
}
