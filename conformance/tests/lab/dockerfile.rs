//! The Dockerfiles that Nixpacks writes, as far as its own go.

use serde_json::Value;
use std::collections::BTreeMap;

/// An instruction that does something to the image.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Instruction {
    Copy { from: String, to: String },
    Run { command: String, caches: Vec<String>, env: BTreeMap<String, String> },
}

/// A Dockerfile.
#[derive(Debug)]
pub(crate) struct Dockerfile {
    pub(crate) instructions: Vec<Instruction>,
    /// The environment of a container.
    pub(crate) env: BTreeMap<String, String>,
    /// The command that a container runs.
    pub(crate) start: Option<String>,
}

impl Dockerfile {
    /// Reads one. `env` is the base image's, `arguments` what the build is given.
    pub(crate) fn parse(
        text: &str,
        mut env: BTreeMap<String, String>,
        arguments: &Value,
    ) -> Result<Self, String> {
        let (mut instructions, mut start, mut images) = (Vec::new(), None, 0);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "FROM" if images == 0 => images += 1,
                "ENTRYPOINT" if rest == r#"["/bin/bash", "-l", "-c"]"# => {}
                "WORKDIR" if rest == "/app/" => {}
                // What the base image sets, such as PATH, stands above an argument.
                "ARG" => {
                    for name in rest.split_whitespace() {
                        let value = arguments[name].as_str().unwrap_or_default();
                        env.entry(name.to_owned()).or_insert_with(|| value.to_owned());
                    }
                }
                // All of a line see the environment as it was before that line.
                "ENV" => {
                    let set = rest.split_whitespace().filter_map(|word| word.split_once('='));
                    let set: Vec<_> =
                        set.map(|(name, value)| (name.to_owned(), expand(value, &env))).collect();
                    env.extend(set);
                }
                "COPY" => {
                    let (from, to) = rest.split_once(' ').ok_or_else(|| format!("not understood: {line}"))?;
                    instructions.push(Instruction::Copy { from: from.to_owned(), to: to.to_owned() });
                }
                "RUN" => instructions.push(run(rest, &env)),
                // Docker takes the list form for JSON, and what is no JSON for shell text.
                "CMD" => {
                    let list: Vec<String> =
                        serde_json::from_str(rest).map_err(|error| format!("{error}: {line}"))?;
                    start = list.into_iter().next();
                }
                _ => return Err(format!("the lab does not know: {line}")),
            }
        }
        Ok(Self { instructions, env, start })
    }
}

fn run(rest: &str, env: &BTreeMap<String, String>) -> Instruction {
    let (mut rest, mut caches) = (rest.trim_start(), Vec::new());
    while let Some(mount) = rest.strip_prefix("--mount=type=cache,") {
        let (mount, after) = mount.split_once(' ').unwrap_or((mount, ""));
        caches.extend(mount.split(',').filter_map(|part| part.strip_prefix("target=")).map(str::to_owned));
        rest = after.trim_start();
    }
    Instruction::Run { command: rest.to_owned(), caches, env: env.clone() }
}

/// Puts in the values of `$NAME`.
fn expand(text: &str, env: &BTreeMap<String, String>) -> String {
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(part.len());
        out.push_str(env.get(&part[..end]).map_or("", String::as_str));
        out.push_str(&part[end..]);
    }
    out
}

/// What must hold of the above, for a harness that knows no `#[test]`.
pub(crate) fn reads_what_nixpacks_writes() {
    let text = "FROM x\n\nENTRYPOINT [\"/bin/bash\", \"-l\", \"-c\"]\nWORKDIR /app/\n\nARG A B PATH\nENV A=$A B=$B PATH=$PATH\n# install phase\n\
        ENV NIXPACKS_PATH=/opt/venv/bin:$NIXPACKS_PATH\nCOPY . /app/.\nRUN --mount=type=cache,id=x,target=/root/.cache/pip pip install x\n\
        CMD [\"echo \\\"hi\\\"\"]\n";
    let base = BTreeMap::from([("PATH".to_owned(), "/bin".to_owned())]);
    let arguments = serde_json::json!({ "A": "1 2", "PATH": "/lost:$PATH" });
    let read = Dockerfile::parse(text, base, &arguments).unwrap();
    let env = [("A", "1 2"), ("B", ""), ("NIXPACKS_PATH", "/opt/venv/bin:"), ("PATH", "/bin")];
    let env: BTreeMap<String, String> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(read.env, env);
    assert_eq!(read.start.as_deref(), Some("echo \"hi\""));
    let caches = vec!["/root/.cache/pip".to_owned()];
    let copy = Instruction::Copy { from: ".".to_owned(), to: "/app/.".to_owned() };
    let run = Instruction::Run { command: "pip install x".to_owned(), caches, env };
    assert_eq!(read.instructions, [copy, run]);
    assert!(Dockerfile::parse("FROM x\nFROM y\n", BTreeMap::new(), &Value::Null).is_err());
    assert!(Dockerfile::parse("RUN a\nb c\n", BTreeMap::new(), &Value::Null).is_err());
}
