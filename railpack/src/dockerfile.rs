//! A Dockerfile for what Railpack cannot do: a package that only Debian 12 has, a Python before 3.10, a user of its own.

use crate::acts::Act;
use crate::release::Debian;
use crate::wanted::Wanted;
use nixpacks_transforms::app::AppView;
use nixpacks_transforms::plan::{Dashboard, model};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The name of the file.
pub const DOCKERFILE: &str = "Dockerfile";

/// A Dockerfile that gives the app what Nixpacks gives it. `Err` says why there is none, as a phrase.
pub fn dockerfile(app: &dyn AppView, dashboard: &Dashboard) -> Result<String, String> {
    if app.kind(DOCKERFILE).is_some() {
        return Err("there is one already".to_owned());
    }
    let wanted = Wanted::of(app, &model(app, dashboard), Debian::Bookworm);
    if !wanted.is_python || wanted.starts_node {
        return Err("it is no Python app".to_owned());
    }
    if let Some(tool) = wanted.tools.keys().next() {
        return Err(format!("the app also needs {tool}"));
    }
    if let Some((name, _)) = wanted.unknown.first() {
        return Err(format!("there is no package of `{name}` in Debian 12"));
    }
    if !wanted.assets.is_empty() {
        return Err("the files of `staticAssets` are in no place that it could copy them from".to_owned());
    }
    let version = wanted.python.as_deref().unwrap_or("3.12");
    let start = wanted.start.as_deref().ok_or("no command starts the app")?;
    let mut out = String::new();
    // On one line each, so that a look shows what is done.
    let _ = writeln!(out, "FROM python:{version}-slim-bookworm");
    out.push_str("SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n");
    let packages = wanted.deploy.iter().chain(&wanted.build).map(|package| package.name.as_str());
    let names: BTreeSet<&str> = packages.chain(["build-essential"]).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(" ");
    let _ = writeln!(
        out,
        "RUN apt-get update && apt-get install -y --no-install-recommends {names} && rm -rf /var/lib/apt/lists/*"
    );
    out.push_str("ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1\n");
    for (name, value) in &wanted.variables {
        let _ = writeln!(out, "ENV {name}={}", quoted(value)?);
    }
    out.push_str("WORKDIR /app\nCOPY . .\n");
    for act in &wanted.python_acts {
        match act {
            Act::Pip(install) => run(&install.command(), &mut out)?,
            Act::Manager(name) => return Err(format!("the app is installed with {name}")),
            _ => {}
        }
    }
    if let Some(names) = &wanted.browsers {
        let names = if names.is_empty() { "chromium".to_owned() } else { names.join(" ") };
        run(&format!("playwright install --with-deps {names}"), &mut out)?;
    }
    for command in &wanted.commands {
        run(&command.text, &mut out)?;
    }
    if let Some(user) = wanted.user.as_deref().filter(|user| *user != "root") {
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        if !user.bytes().all(plain) || user.starts_with('-') {
            return Err(format!("`{user}` is no name of a user"));
        }
        run(&format!("id -u {user} || useradd --create-home {user}; chown -R {user} /app"), &mut out)?;
        let _ = writeln!(out, "USER {user}");
    }
    let _ = writeln!(out, "CMD {}", plain_line(start)?);
    Ok(out)
}

fn run(command: &str, out: &mut String) -> Result<(), String> {
    let _ = writeln!(out, "RUN {}", plain_line(command)?);
    Ok(())
}

/// A command that a Dockerfile takes for nothing but a command of a shell.
fn plain_line(command: &str) -> Result<&str, String> {
    let command = command.trim();
    let special = command.contains(['\n', '\r'])
        || command.contains("<<")
        || command.ends_with('\\')
        || command.starts_with(['[', '-', '#']);
    if special { Err(format!("`{command}` cannot stand in one line of a Dockerfile")) } else { Ok(command) }
}

/// A value in double quotes, in which a Dockerfile expands nothing.
fn quoted(value: &str) -> Result<String, String> {
    if value.contains(['\n', '\r']) {
        return Err("a variable has more than one line".to_owned());
    }
    Ok(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::dockerfile;
    use nixpacks_transforms::app::MemoryApp;
    use nixpacks_transforms::plan::Dashboard;

    fn of(toml: &str, requirements: &str) -> Result<String, String> {
        let files = [("nixpacks.toml", toml), ("requirements.txt", requirements), ("main.py", "")];
        dockerfile(&MemoryApp::new(files), &Dashboard::default())
    }

    #[test]
    fn has_what_nixpacks_gives() {
        let toml = "[phases.setup]\nnixPkgs = ['python39', 'wkhtmltopdf']\n[phases.build]\ncmds = ['python seed.py']\n\
                    [start]\ncmd = '/opt/venv/bin/gunicorn main:app --bind 0.0.0.0:$PORT'\nuser = 'web'\n\
                    [variables]\nA = 'b $c \"d\"'\nAPI_TOKEN = 'drawn-secret'\n";
        let text = of(toml, "pdfkit\ngunicorn\n").unwrap();
        assert_eq!(
            text,
            "FROM python:3.9-slim-bookworm\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\n\
             RUN apt-get update && apt-get install -y --no-install-recommends build-essential wkhtmltopdf && rm -rf /var/lib/apt/lists/*\n\
             ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1\nENV A=\"b \\$c \\\"d\\\"\"\nWORKDIR /app\nCOPY . .\n\
             RUN pip install -r requirements.txt\nRUN python seed.py\n\
             RUN id -u web || useradd --create-home web; chown -R web /app\nUSER web\n\
             CMD gunicorn main:app --bind 0.0.0.0:$PORT\n"
        );
    }

    #[test]
    fn says_why_there_is_none() {
        for (toml, requirements, why) in [
            (
                "[phases.setup]\nnixPkgs = ['noSuchName']\n[start]\ncmd = 'python main.py'\n",
                "x\n",
                "noSuchName",
            ),
            ("[start]\ncmd = '''python main.py \\\nx'''\n", "x\n", "one line"),
            ("[start]\ncmd = 'python - <<E'\n", "x\n", "one line"),
            ("[start]\ncmd = 'python main.py'\nuser = 'a b'\n", "x\n", "user"),
        ] {
            let error = of(toml, requirements).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
