//! The Procfile (`core/providers/procfile/procfile.go`).

use crate::source::Source;
use nixpacks_transforms::document::{Document, FileKind, Value};

/// What the Procfile has to say about the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// The command.
    pub(crate) command: String,
    /// The process that it is of.
    pub(crate) process: String,
    /// There are others, and Railpack takes any of them.
    pub(crate) is_any: bool,
}

/// The command that the Procfile starts: that of `web`, of `worker`, else any. `Err` where it is no YAML map of strings.
pub(crate) fn start(app: &Source<'_>) -> Result<Option<Start>, String> {
    let Some(text) = app.text("Procfile") else { return Ok(None) };
    if text.trim().is_empty() {
        return Ok(None);
    }
    let document = Document::parse("Procfile", FileKind::Procfile, text)
        .map_err(|error| format!("error reading Procfile as YAML: {}", error.message))?;
    let mut commands = Vec::new();
    for entry in &document.root.entries {
        match &entry.node.value {
            Value::Str(command) if !command.decoded.is_empty() => {
                commands.push((entry.key.name.as_str(), command.decoded.as_str()));
            }
            Value::Str(_) | Value::Null => {}
            _ => return Err(format!("error reading Procfile as YAML: `{}` is no command", entry.key.name)),
        }
    }
    let named = |name| commands.iter().find(|(process, _)| *process == name);
    let (found, is_any) = match named("web").or_else(|| named("worker")) {
        Some(found) => (found, false),
        None => match commands.first() {
            Some(first) => (first, commands.len() > 1),
            None => return Ok(None),
        },
    };
    Ok(Some(Start { process: found.0.to_owned(), command: found.1.to_owned(), is_any }))
}
