use super::{SimpleCommand, Word};

/// The command inside `bash -c '…'`, and where it starts in the command that `simple` is part of.
///
/// Given only where the text in quotes is what the inner shell reads, byte for byte, so that spans
/// in it can be shifted. Inside double quotes plain variables may stand: the outer shell expands
/// them, but the inner command has the same words, with the same ones unknown.
pub fn nested(simple: &SimpleCommand) -> Option<(String, usize)> {
    let unwrapped = simple.unwrapped();
    let (shell, arguments) = unwrapped.words.split_first()?;
    let shell = shell.text.as_deref()?;
    let name = shell.rsplit('/').next().unwrap_or(shell);
    if !matches!(name, "bash" | "sh" | "dash" | "ash") {
        return None;
    }
    let mut command = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let options = word.text.as_deref().filter(|text| text.starts_with('-') && text.len() > 1);
        let Some(options) = options else {
            return if command { inner(word) } else { None };
        };
        match options {
            "--login" | "--noprofile" | "--norc" | "--posix" => {}
            "--" => return words.next().filter(|_| command).and_then(inner),
            long if long.starts_with("--") => return None,
            short => {
                command |= short.contains('c');
                // Ex) `-eo pipefail`
                for _ in short.matches('o') {
                    words.next()?;
                }
            }
        }
    }
    None
}

/// Whether a variable stands in single quotes: the outer shell replaces it, which the inner one would not.
fn expands_in_quotes(text: &str) -> bool {
    text.split('\'').skip(1).step_by(2).any(|quoted| quoted.contains('$'))
}

fn inner(word: &Word) -> Option<(String, usize)> {
    let raw = word.raw.as_str();
    let between = |quote: char| raw.strip_prefix(quote).and_then(|raw| raw.strip_suffix(quote));
    let (text, offset) = if let Some(text) = between('\'').filter(|text| !text.contains('\'')) {
        (text, 1)
    } else if let Some(text) = between('"')
        .filter(|text| !text.contains(['"', '\\', '`']) && !text.contains("$(") && !expands_in_quotes(text))
    {
        (text, 1)
    } else if !word.quoted && !word.has_glob && word.text.is_some() {
        (raw, 0)
    } else {
        return None;
    };
    Some((text.to_owned(), word.span.start + offset))
}
