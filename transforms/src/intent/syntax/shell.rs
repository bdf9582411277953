//! Shell commands that were to write the file, and stand in it.

use super::Mend;
use crate::edit::Edit;
use crate::text::Span;

/// Ex) `cat > nixpacks.toml << 'EOF'` … `EOF`, and `echo '[start]' >> nixpacks.toml`
pub(super) fn commands(text: &str) -> Option<Mend> {
    here_document(text).or_else(|| echoes(text))
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let from = start;
        start += line.len();
        (from, line)
    })
}

fn here_document(text: &str) -> Option<Mend> {
    let (start, first) = lines(text).find(|(_, line)| !line.trim().is_empty())?;
    let command = first.trim().trim_start_matches("$ ");
    let (_, word) =
        command.split_once("<<").filter(|_| command.starts_with("cat ") && command.contains('>'))?;
    let word = word.trim_start_matches('-').split_whitespace().next()?.trim_matches(['\'', '"']);
    let body = start + first.len();
    let (end, last) =
        lines(text).skip_while(|(from, _)| *from < body).find(|(_, line)| line.trim() == word)?;
    let behind = text.get(end + last.len()..)?;
    if !behind.trim().is_empty() {
        return None;
    }
    let edits = [Edit::deletion(Span::new(0, body)), Edit::deletion(Span::new(end, text.len()))];
    Some(Mend::new(edits.to_vec(), "remove the shell command around the settings"))
}

/// The text that each `echo` was to write.
fn echoes(text: &str) -> Option<Mend> {
    let mut edits = Vec::new();
    for (start, line) in lines(text) {
        let body = line.trim();
        let Some(rest) = body.strip_prefix("echo ").map(str::trim_start) else { continue };
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let end = rest.rfind(quote).filter(|end| *end > 0)?;
        let target = rest.get(end + 1..)?.trim_start();
        let file = target.strip_prefix(">>").or_else(|| target.strip_prefix('>'))?.trim();
        let inner = rest.get(1..end)?;
        if file.is_empty() || file.contains(char::is_whitespace) || inner.contains(quote) && quote == '\'' {
            return None;
        }
        let written = if quote == '"' {
            inner.replace("\\\"", "\"").replace("\\$", "$").replace("\\\\", "\\")
        } else {
            inner.to_owned()
        };
        let from = start + line.len() - line.trim_start().len();
        edits.push(Edit::replacement(Span::new(from, from + body.len()), written));
    }
    let what = "write what the `echo` commands were to write";
    (!edits.is_empty()).then(|| Mend::new(edits, what))
}
