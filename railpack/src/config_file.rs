//! Reads `railpack.json`: JSON with comments and trailing commas, keys in any case, no unknown key refused.

use crate::config::{Config, DeployConfig, StepConfig};
use crate::plan::{Cache, Command, From, Layer};
use nixpacks_transforms::document::{Document, FileKind, Node, Table, Value};
use nixpacks_transforms::text::{LineIndex, Position, Span};
use std::collections::BTreeMap;

/// Why Railpack refuses the file: the whole build fails before anything runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong.
    pub message: String,
    /// Where, if that is known.
    pub span: Option<Span>,
}

/// The most steps of a file that are followed.
const MOST_STEPS: usize = 1000;

type Read<T> = Result<T, ConfigError>;

/// Reads the text of a `railpack.json`.
pub fn read(text: &str) -> Read<Config> {
    let document =
        Document::parse(crate::CONFIG_FILE, FileKind::NixpacksJson, standardize(text)).map_err(|error| {
            ConfigError { message: placed(text, error.span, &error.message), span: error.span }
        })?;
    let reader = Reader { text };
    let root = Fields(&document.root);
    let mut config = Config {
        provider: root.get("provider").map(|node| reader.string(node)).transpose()?,
        packages: reader.strings_by_name(root.get("packages"))?,
        build_apt_packages: reader.strings(root.get("buildAptPackages"))?,
        ..Config::default()
    };
    let steps = reader.entries(root.get("steps"))?;
    if steps.len() > MOST_STEPS {
        let message = format!("more than {MOST_STEPS} steps, which are not followed here");
        return Err(ConfigError { message, span: None });
    }
    for (name, node) in steps {
        config.steps.insert(name, reader.step(node)?);
    }
    for (name, node) in reader.entries(root.get("caches"))? {
        let fields = Fields(reader.table(node)?);
        let text = |key| fields.get(key).map(|node| reader.string(node)).transpose();
        let cache = Cache {
            directory: text("directory")?.unwrap_or_default(),
            kind: text("type")?.unwrap_or_else(|| "shared".to_owned()),
        };
        config.caches.insert(name, cache);
    }
    if let Some(node) = root.get("deploy") {
        config.deploy = reader.deploy(node)?;
    }
    Ok(config)
}

/// A message with the line and the column, in characters, that it is about.
fn placed(text: &str, span: Option<Span>, message: &str) -> String {
    let Some(span) = span else { return message.to_owned() };
    let Position { line, column } = LineIndex::new(text).position(span.start);
    format!("line {line}, column {column}: {message}")
}

/// The text with blanks in place of comments and of commas before a closing bracket. Its length stays.
pub(crate) fn standardize(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    let mut comma = None;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'"' => {
                comma = None;
                at = string_end(&bytes, at);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end =
                    bytes.iter().skip(at).position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n);
                blank(&mut bytes, at, end);
                at = end;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let rest = bytes.get(at + 2..).unwrap_or_default();
                let Some(length) = rest.windows(2).position(|pair| pair == b"*/") else { break };
                blank(&mut bytes, at, at + length + 4);
                at += length + 4;
                continue;
            }
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    blank(&mut bytes, comma, comma + 1);
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => comma = None,
        }
        at += 1;
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn blank(bytes: &mut [u8], from: usize, to: usize) {
    for byte in bytes.iter_mut().take(to).skip(from).filter(|byte| !matches!(byte, b'\n' | b'\r')) {
        *byte = b' ';
    }
}

/// The place after the string that begins here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The values of an object. Go's reader takes keys in any case; the exact one first.
#[derive(Clone, Copy)]
struct Fields<'d>(&'d Table);

impl<'d> Fields<'d> {
    /// The value of a key, unless it is `null`.
    fn get(self, key: &str) -> Option<&'d Node> {
        let exact = self.0.get(key);
        let folded = || self.0.entries.iter().find(|entry| entry.key.name.eq_ignore_ascii_case(key));
        let node = exact.or_else(|| folded().map(|entry| &entry.node))?;
        (!matches!(node.value, Value::Null)).then_some(node)
    }
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn wrong<T>(&self, node: &Node, expected: &str) -> Read<T> {
        let found = node.type_name();
        let message = placed(self.text, Some(node.span), &format!("expected {expected}, found {found}"));
        Err(ConfigError { message, span: Some(node.span) })
    }

    fn string(&self, node: &Node) -> Read<String> {
        match node.as_str() {
            Some(string) => Ok(string.decoded.clone()),
            None => self.wrong(node, "a string"),
        }
    }

    fn table<'n>(&self, node: &'n Node) -> Read<&'n Table> {
        node.as_table().map_or_else(|| self.wrong(node, "an object"), Ok)
    }

    fn list<'n, T>(
        &self,
        node: Option<&'n Node>,
        read: impl Fn(&'n Node) -> Read<T>,
    ) -> Read<Option<Vec<T>>> {
        let Some(node) = node else { return Ok(None) };
        let Some(array) = node.as_array() else { return self.wrong(node, "a list") };
        array.elements.iter().map(read).collect::<Read<Vec<T>>>().map(Some)
    }

    fn strings(&self, node: Option<&Node>) -> Read<Option<Vec<String>>> {
        self.list(node, |node| self.string(node))
    }

    fn entries<'n>(&self, node: Option<&'n Node>) -> Read<Vec<(String, &'n Node)>> {
        let Some(node) = node else { return Ok(Vec::new()) };
        let entries = self.table(node)?.entries.iter();
        let there = entries.filter(|entry| !matches!(entry.node.value, Value::Null));
        Ok(there.map(|entry| (entry.key.name.clone(), &entry.node)).collect())
    }

    fn strings_by_name(&self, node: Option<&Node>) -> Read<BTreeMap<String, String>> {
        self.entries(node)?.into_iter().map(|(name, node)| Ok((name, self.string(node)?))).collect()
    }

    fn step(&self, node: &Node) -> Read<StepConfig> {
        let fields = Fields(self.table(node)?);
        let outputs =
            self.list(fields.get("deployOutputs"), |node| self.filter(Fields(self.table(node)?)))?;
        Ok(StepConfig {
            inputs: self.list(fields.get("inputs"), |node| self.layer(node))?,
            commands: self.list(fields.get("commands"), |node| self.command(node))?,
            secrets: self.strings(fields.get("secrets"))?,
            assets: self.strings_by_name(fields.get("assets"))?,
            variables: self.strings_by_name(fields.get("variables"))?,
            caches: self.strings(fields.get("caches"))?,
            deploy_outputs: outputs,
        })
    }

    fn deploy(&self, node: &Node) -> Read<DeployConfig> {
        let fields = Fields(self.table(node)?);
        let start = fields.get("startCommand").map(|node| self.string(node)).transpose()?;
        let base = fields.get("base").map(|node| self.layer(node)).transpose()?;
        Ok(DeployConfig {
            apt_packages: self.strings(fields.get("aptPackages"))?,
            base: base.filter(|base| base.from != From::Nowhere),
            inputs: self.list(fields.get("inputs"), |node| self.layer(node))?,
            start_command: start.filter(|start| !start.is_empty()),
            variables: self.strings_by_name(fields.get("variables"))?,
            paths: self.strings(fields.get("paths"))?,
        })
    }

    fn filter(&self, fields: Fields<'_>) -> Read<(Vec<String>, Vec<String>)> {
        let list = |key| self.strings(fields.get(key)).map(Option::unwrap_or_default);
        Ok((list("include")?, list("exclude")?))
    }

    fn layer(&self, node: &Node) -> Read<Layer> {
        let whole = |from| Layer { from, include: Vec::new(), exclude: Vec::new() };
        if let Some(text) = node.as_str() {
            return Ok(match text.decoded.as_str() {
                "." => Layer::local(),
                "..." => whole(From::Spread),
                other => match other.strip_prefix('$') {
                    Some(step) => Layer::step(step),
                    None => return self.wrong(node, "`.`, `...`, `$step` or an object"),
                },
            });
        }
        let fields = Fields(self.table(node)?);
        let text = |key| fields.get(key).map(|node| self.string(node)).transpose();
        let is = |key| fields.get(key).is_some_and(|node| matches!(node.value, Value::Bool(true)));
        let from = match (text("step")?, text("image")?) {
            (Some(step), _) => From::Step(step),
            (None, Some(image)) => From::Image(image),
            (None, None) if is("local") => From::Local,
            (None, None) if is("spread") => From::Spread,
            (None, None) => From::Nowhere,
        };
        let (include, exclude) = self.filter(fields)?;
        Ok(Layer { from, include, exclude })
    }

    /// A command. A string is not decoded: Railpack takes it as it stands in the file.
    fn command(&self, node: &Node) -> Read<Command> {
        let raw = self.text.get(node.span.start..node.span.end).unwrap_or_default();
        let Some(table) = node.as_table() else { return Ok(shell(raw)) };
        let fields = Fields(table);
        let text = |key| fields.get(key).map(|node| self.string(node)).transpose();
        let name = text("customName");
        Ok(match (text("cmd")?, text("path")?, text("src")?) {
            (Some(cmd), ..) => Command::Exec { cmd, name: name? },
            (None, Some(path), _) => match text("name")? {
                Some(asset) => Command::File { path, asset, name: name? },
                None => Command::Path(path),
            },
            (None, None, Some(src)) => {
                let dest = text("dest")?.unwrap_or_default();
                Command::Copy { src, dest, image: text("image")? }
            }
            (None, None, None) => shell(raw),
        })
    }
}

/// What becomes of the raw text of a command that is no object.
fn shell(raw: &str) -> Command {
    let command = raw.trim_matches('"');
    if command == "..." {
        return Command::exec("...");
    }
    Command::Exec { cmd: format!("sh -c '{command}'"), name: Some(command.to_owned()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{read, standardize};
    use crate::plan::{Command, From};

    #[test]
    fn reads_comments_trailing_commas_and_keys_in_another_case() {
        let config = read(
            "{ // why\n \"Provider\": \"python\", \"packages\": {\"python\": \"3.11\",}, /* , */\n \
             \"deploy\": {\"aptPackages\": [\"...\", \"a,]b\",], \"startCommand\": \"// no comment\"}, \"odd\": 1,\n}",
        )
        .unwrap();
        assert_eq!(config.provider.as_deref(), Some("python"));
        assert_eq!(config.deploy.apt_packages.unwrap(), ["...", "a,]b"]);
        assert_eq!(config.deploy.start_command.as_deref(), Some("// no comment"));
        assert_eq!(standardize("[1, /* x */ ]").len(), "[1, /* x */ ]".len());
    }

    #[test]
    fn takes_a_string_command_as_it_stands() {
        let config =
            read(r#"{"steps": {"build": {"commands": ["...", "echo \"a\"", {"cmd": "ls"}, {"foo": 1}]}}}"#);
        let commands = config.unwrap().steps.remove("build").unwrap().commands.unwrap();
        assert_eq!(commands[0], Command::exec("..."));
        assert!(matches!(&commands[1], Command::Exec { cmd, .. } if cmd == r#"sh -c 'echo \"a\'"#));
        assert_eq!(commands[2], Command::exec("ls"));
        assert!(matches!(&commands[3], Command::Exec { cmd, .. } if cmd == r#"sh -c '{"foo": 1}'"#));
    }

    #[test]
    fn refuses_what_railpack_refuses() {
        for wrong in [
            "",
            "[]",
            r#"{"packages": {"python": 3}}"#,
            r#"{"steps": {"a": {"deployOutputs": ["x"]}}}"#,
            r#"{"deploy": {"inputs": ["x"]}}"#,
            r#"{"deploy": {"startCommand": 1}}"#,
            r#"{"a": 1"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let layers = read(r#"{"deploy": {"inputs": ["$build", ".", "...", {}], "base": {}}}"#).unwrap();
        assert_eq!(layers.deploy.base, None);
        let inputs = layers.deploy.inputs.unwrap();
        assert_eq!(inputs[0].step_name(), Some("build"));
        assert_eq!(inputs[3].from, From::Nowhere);
    }
}
