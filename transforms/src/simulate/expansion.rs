//! Words whose expansion is known: `~`, `$HOME`, `$PWD`, `$(pwd)`, and variables that the command itself sets.

use super::machine::Shell;
use crate::shell::{SimpleCommand, Word};
use std::borrow::Cow;
use std::sync::Arc;

/// So many variables of one shell are followed, with values of up to so many bytes: a shell is copied often.
const MOST_TEXTS: usize = 64;
const MOST_BYTES: usize = 256;

/// The command with the text of every word that is known after expansion.
pub(super) fn expanded<'s>(shell: &Shell, simple: &'s SimpleCommand) -> Cow<'s, SimpleCommand> {
    let open = |word: &Word| word.text.is_none();
    let targets = || simple.redirections.iter().filter(|redirection| redirection.here_document().is_none());
    if !simple.words.iter().any(open) && !targets().any(|redirection| open(&redirection.target)) {
        return Cow::Borrowed(simple);
    }
    let mut simple = simple.clone();
    let targets = simple.redirections.iter_mut().map(|redirection| &mut redirection.target);
    for word in simple.words.iter_mut().chain(targets) {
        word.text = word_text(shell, word);
    }
    Cow::Owned(simple)
}

/// The text of a word after expansion, where it is known.
pub(super) fn word_text(shell: &Shell, word: &Word) -> Option<String> {
    word.text.clone().or_else(|| text(shell, &word.raw))
}

/// What a word comes to; `None` where something in it is not known, or bash would split it.
pub(super) fn text(shell: &Shell, raw: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = raw;
    if let Some(after) = raw.strip_prefix('~')
        && (after.is_empty() || after.starts_with('/'))
    {
        out.push_str(shell.texts.get("HOME")?);
        rest = after;
    }
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\'' if !quoted => {
                let (literal, after) = after.split_once('\'')?;
                out.push_str(literal);
                after
            }
            '"' => {
                quoted = !quoted;
                after
            }
            '\\' => {
                let next = after.chars().next()?;
                if quoted && !matches!(next, '$' | '`' | '"' | '\\') {
                    out.push('\\');
                }
                out.push(next);
                &after[next.len_utf8()..]
            }
            '$' | '`' => {
                let (value, after) = expansion(shell, rest)?;
                // Unquoted, bash splits it at blanks, and what is empty is no word at all.
                if !quoted && (value.is_empty() || value.contains([' ', '\t', '\n', '*', '?', '['])) {
                    return None;
                }
                out.push_str(&value);
                after
            }
            // Ex) `{a,b}`, which is several words, and `<(…)`
            '{' | '<' | '>' if !quoted => return None,
            c => {
                out.push(c);
                after
            }
        };
        if out.len() > MOST_BYTES * 4 {
            return None;
        }
    }
    (!quoted).then_some(out)
}

/// The value of the expansion that the text starts with, and what follows it.
fn expansion<'r>(shell: &Shell, rest: &'r str) -> Option<(String, &'r str)> {
    for pwd in ["$(pwd)", "`pwd`"] {
        if let Some(after) = rest.strip_prefix(pwd) {
            return Some((shell.cwd.clone(), after));
        }
    }
    let after = rest.strip_prefix('$')?;
    if let Some(braced) = after.strip_prefix('{') {
        let (inner, after) = braced.split_once('}')?;
        // Ex) `${VENV:-/opt/venv}`
        let name = inner.split(":-").next().unwrap_or(inner);
        let (end, _) = name_and_rest(name)?;
        return (end == name).then(|| variable(shell, name)).flatten().map(|value| (value, after));
    }
    let (name, after) = name_and_rest(after)?;
    Some((variable(shell, name)?, after))
}

fn name_and_rest(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((name, rest))
}

fn variable(shell: &Shell, name: &str) -> Option<String> {
    match name {
        "PWD" => Some(shell.cwd.clone()),
        "OLDPWD" => shell.previous.clone(),
        "VIRTUAL_ENV" => shell.active.clone(),
        name => shell.texts.get(name).filter(|value| !value.is_empty()).cloned(),
    }
}

/// Keeps what a variable is set to, or forgets it where that is not known.
pub(super) fn remember(shell: &mut Shell, name: &str, value: Option<String>) {
    let room = shell.texts.len() < MOST_TEXTS || shell.texts.contains_key(name);
    match value.filter(|value| room && value.len() <= MOST_BYTES) {
        Some(value) => {
            Arc::make_mut(&mut shell.texts).insert(name.to_owned(), value);
        }
        None => forget(shell, name),
    }
}

pub(super) fn forget(shell: &mut Shell, name: &str) {
    if shell.texts.contains_key(name) {
        Arc::make_mut(&mut shell.texts).remove(name);
    }
}

/// Forgets each variable that another shell has otherwise: which of them ran is not known.
pub(super) fn forget_differences(shell: &mut Shell, other: &Shell) {
    if Arc::ptr_eq(&shell.texts, &other.texts) {
        return;
    }
    let differs = |name: &String, value: &mut String| other.texts.get(name) == Some(value);
    Arc::make_mut(&mut shell.texts).retain(differs);
}

#[cfg(test)]
mod tests {
    use super::{remember, text};
    use crate::simulate::machine::Shell;
    use std::sync::Arc;

    #[test]
    fn known_places_are_followed_and_nothing_else() {
        let mut shell = Shell::new(Arc::default(), Arc::default(), false);
        remember(&mut shell, "V", Some("/opt/v".to_owned()));
        remember(&mut shell, "BLANK", Some("a b".to_owned()));
        for (raw, want) in [
            ("$HOME/venv", Some("/root/venv")),
            ("\"${HOME}\"/venv", Some("/root/venv")),
            ("~/venv", Some("/root/venv")),
            ("~", Some("/root")),
            ("$(pwd)/venv", Some("/app/venv")),
            ("`pwd`/venv", Some("/app/venv")),
            ("\"$PWD/x y\"", Some("/app/x y")),
            ("$V/bin/pip", Some("/opt/v/bin/pip")),
            ("${V:-/opt/w}/bin", Some("/opt/v/bin")),
            ("'$V'/$V", Some("$V//opt/v")),
            ("\\$V", Some("$V")),
            ("\"$BLANK\"", Some("a b")),
            ("$BLANK", None),
            ("$Vx", None),
            ("${V%/v}", None),
            ("${UNKNOWN:-/opt/w}", None),
            ("$(which python)", None),
            ("$UNKNOWN/bin", None),
            ("~ada/x", Some("~ada/x")),
            ("$1", None),
        ] {
            assert_eq!(text(&shell, raw).as_deref(), want, "{raw}");
        }
    }
}
