//! Arguments that are several words: `$(cat requirements.txt)`, what `xargs` reads from a file, and `{a,b}`.

use super::exec::Run;
use super::machine::Shell;
use super::paths::{self, base_name};
use super::simple::Cmd;
use super::status::Status;
use super::verdict::Reason;
use crate::shell::{Command, CommandList, RedirectionOperator, SimpleCommand, Word};
use std::borrow::Cow;

/// So many words are taken from files.
const MOST_WORDS: usize = 1000;

/// Options of xargs that have a value behind them.
const WITH_VALUE: [&str; 11] =
    ["-a", "-I", "-n", "-P", "-L", "-d", "-E", "-s", "--arg-file", "--delimiter", "--max-args"];

impl Run<'_, '_> {
    /// The command with the words of a file in place of each `$(cat FILE)`, where the file is known, and with those of
    /// `{a,b}`.
    pub(super) fn with_file_words<'s>(
        &self,
        shell: &Shell,
        simple: Cow<'s, SimpleCommand>,
    ) -> Cow<'s, SimpleCommand> {
        let from_file = |word: &Word| {
            let [only] = word.substitutions.as_slice() else { return braced(word) };
            let whole = only.span == word.span && !word.quoted && !word.raw.starts_with(['<', '>']);
            let text =
                self.printed(shell, read_of(&only.commands).filter(|_| whole && word.text.is_none())?)?;
            let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            (words.len() <= MOST_WORDS).then_some(words)
        };
        let may_be = |word: &Word| !word.substitutions.is_empty() || word.has_glob;
        if !simple.words.iter().any(|word| may_be(word) && from_file(word).is_some()) {
            return simple;
        }
        let mut simple = simple.into_owned();
        simple.words = simple
            .words
            .into_iter()
            .flat_map(|word| match from_file(&word) {
                Some(texts) => texts.into_iter().map(|text| literal(&word, text)).collect(),
                None => vec![word],
            })
            .collect();
        Cow::Owned(simple)
    }

    /// What `cat FILE…` or `< FILE` prints, where all of it is known.
    fn printed(&self, shell: &Shell, files: Vec<&str>) -> Option<String> {
        let mut text = String::new();
        for file in files {
            let bytes = self.machine.read(&paths::join(&shell.cwd, file))?;
            self.machine.work.count(bytes.len() / 64);
            text.push_str(std::str::from_utf8(&bytes).ok()?);
            text.push('\n');
        }
        Some(text)
    }

    /// `xargs pip install`: the program, with what xargs reads behind its arguments.
    pub(super) fn xargs(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, feed: Option<&Command>) -> Status {
        let words = &cmd.simple.words;
        let (mut at, mut replaces, mut named) = (cmd.program + 1, false, None);
        while let Some(text) = words.get(at).and_then(|word| word.text.as_deref()) {
            let value = words.get(at + 1).and_then(|word| word.text.as_deref());
            replaces |= ["-I", "-i", "--replace", "-d", "--delimiter", "-0", "--null", "-E"]
                .iter()
                .any(|option| text.starts_with(option));
            match text {
                "-a" | "--arg-file" => named = Some(value),
                option if option.starts_with("--arg-file=") => named = Some(option.get(11..)),
                _ => {}
            }
            match text {
                option if WITH_VALUE.contains(&option) => at += 2,
                option if option.starts_with('-') => at += 1,
                _ => break,
            }
        }
        let Some(name) = words.get(at).and_then(|word| word.text.clone()) else { return Status::Ok };
        let read =
            cmd.simple.redirections.iter().rfind(|it| matches!(it.operator, RedirectionOperator::Read));
        let files = match (named, read, feed) {
            (Some(Some(file)), ..) => {
                if self.machine.lacks(&paths::join(&shell.cwd, file)) {
                    let detail = format!("xargs: Cannot open input file '{file}': No such file or directory");
                    return Status::fail(Reason::NoSuchFile, detail);
                }
                Some(vec![file])
            }
            (None, Some(read), _) => read.target.text.as_deref().map(|file| vec![file]),
            (None, None, Some(Command::Simple(simple))) => cat_of(simple),
            _ => None,
        };
        let text = files.filter(|_| !replaces).and_then(|files| self.printed(shell, files));
        let added = text.and_then(|text| split(&text));
        let mut simple = cmd.simple.clone();
        if let Some(last) = words.last() {
            match added {
                Some(added) => simple.words.extend(added.into_iter().map(|text| literal(last, text))),
                None => simple.words.push(Word { text: None, raw: String::new(), ..last.clone() }),
            }
        }
        let args: Vec<Option<&str>> =
            simple.words.iter().skip(at + 1).map(|word| word.text.as_deref()).collect();
        let inner = Cmd { simple: &simple, program: at, name, args };
        match self.external(shell, &inner, None) {
            // Where it gets nothing it may not run at all.
            Status::Fail(failure) if failure.reason == Reason::NoSuchFile => Status::Unknown(failure.detail),
            status => status,
        }
    }
}

/// The files that the commands of a substitution print.
fn read_of(commands: &CommandList) -> Option<Vec<&str>> {
    let [step] = commands.steps.as_slice() else { return None };
    let Command::Simple(simple) = &step.command else { return None };
    if simple.words.is_empty() && simple.assignments.is_empty() {
        let [only] = simple.redirections.as_slice() else { return None };
        let reads = matches!(only.operator, RedirectionOperator::Read);
        return only.target.text.as_deref().filter(|_| reads).map(|file| vec![file]);
    }
    cat_of(simple)
}

/// The files of a plain `cat FILE…`.
fn cat_of(simple: &SimpleCommand) -> Option<Vec<&str>> {
    let texts: Vec<&str> = simple.words.iter().map(|word| word.text.as_deref()).collect::<Option<_>>()?;
    let (program, files) = texts.split_first()?;
    let plain = simple.redirections.is_empty() && simple.assignments.is_empty();
    let named = files.iter().all(|file| !file.starts_with('-') && !file.contains(['*', '?', '[']));
    (plain && base_name(program) == "cat" && named && !files.is_empty()).then(|| files.to_vec())
}

/// The words of one brace expansion. Ex) `static/{css,js}`
fn braced(word: &Word) -> Option<Vec<String>> {
    let text = word.text.as_deref().filter(|_| word.has_glob && !word.quoted)?;
    let (before, rest) = text.split_once('{')?;
    let (inside, after) = rest.split_once('}')?;
    let nested = [before, inside, after].iter().any(|part| part.contains(['{', '}']));
    let words: Vec<String> = inside.split(',').map(|part| format!("{before}{part}{after}")).collect();
    (!nested && words.len() > 1 && words.len() <= MOST_WORDS).then_some(words)
}

/// A word of a file, at the place of the word that it stands for.
fn literal(place: &Word, text: String) -> Word {
    let has_glob = place.has_glob && text.contains(['*', '?', '[']);
    Word { raw: text.clone(), text: Some(text), has_glob, substitutions: Vec::new(), ..place.clone() }
}

/// The words that xargs makes of its input; `None` for more than are followed and for an open quote.
fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), '\n') => return None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') => word.get_or_insert_default().push(chars.next()?),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (quote.is_none() && words.len() <= MOST_WORDS).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn xargs_reads_quotes_and_no_comments() {
        let words = |text: &str| split(text).map(|words| words.join("|"));
        assert_eq!(words("flask==3.0\n# web\ngunicorn\n").as_deref(), Some("flask==3.0|#|web|gunicorn"));
        assert_eq!(words("a 'b c' \"d\"e\\ f\n").as_deref(), Some("a|b c|de f"));
        assert_eq!(words("it's\n"), None);
        assert_eq!(words("").as_deref(), Some(""));
    }
}
