use super::options::{Effect, Known, known};
use super::requirement::parse_requirement;

/// What the arguments of pip say. Each thing is given with the place of its word; the place of an
/// option with a value is that of the option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PipCommand {
    /// `install`, `uninstall`, `freeze`, ….
    pub verb: Option<String>,
    /// The place of the verb.
    pub verb_index: Option<usize>,
    /// The files of `-r`.
    pub requirement_files: Vec<(usize, String)>,
    /// The files of `-c`.
    pub constraints: Vec<(usize, String)>,
    /// The arguments after the verb: of `install`, requirements, URLs and paths.
    pub packages: Vec<(usize, String)>,
    /// The targets of `-e`.
    pub editable: Vec<(usize, String)>,
    /// The other options without a value, by their long names.
    pub flags: Vec<(usize, String)>,
    /// The other options with a value: place, long name, value.
    pub options: Vec<(usize, String, String)>,
    /// Whether something was not understood: a word that is not literal, an option that is not
    /// known, a value that is missing.
    pub unknown: bool,
}

/// The packages of an install that upgrade pip itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfUpgrade {
    /// The places of `pip` among the words.
    pub pip: Vec<usize>,
    /// The places of `setuptools` and `wheel`.
    pub tools: Vec<usize>,
    /// Whether anything else is installed.
    pub rest: bool,
}

/// Reads the words after `pip` or `-m pip`. A word that is not literal is None.
pub fn pip_arguments(words: &[Option<&str>]) -> PipCommand {
    let mut command = PipCommand::default();
    let mut words = words.iter().enumerate();
    let mut options = true;
    while let Some((index, word)) = words.next() {
        let Some(word) = *word else {
            command.unknown = true;
            continue;
        };
        if options && word == "--" {
            options = false;
        } else if options && word.len() > 1 && word.starts_with('-') {
            let mut next = || words.next().and_then(|(_, word)| *word);
            if word.starts_with("--") {
                command.long(index, word, &mut next);
            } else {
                command.short(index, word, &mut next);
            }
        } else if command.verb.is_none() {
            command.verb = Some(word.to_owned());
            command.verb_index = Some(index);
        } else {
            command.packages.push((index, word.to_owned()));
        }
    }
    command
}

impl PipCommand {
    /// Whether it installs exactly the packages of `file`: no other package, file or constraint, and
    /// no option that changes what a fresh environment has afterwards.
    pub fn is_plain_install_of(&self, file: &str) -> bool {
        let [(_, only)] = self.requirement_files.as_slice() else { return false };
        let neutral = |name: &str| known(name).is_some_and(|option| option.effect == Effect::Neutral);
        !self.unknown
            && self.is_install()
            && plain(only) == plain(file)
            && self.packages.is_empty()
            && self.editable.is_empty()
            && self.constraints.is_empty()
            && self.flags.iter().all(|(_, name)| neutral(name))
            && self.options.iter().all(|(_, name, _)| neutral(name))
    }

    /// Whether the verb is `install`.
    pub fn is_install(&self) -> bool {
        self.verb.as_deref() == Some("install")
    }

    /// What upgrades pip itself, where something does.
    pub fn self_upgrade(&self) -> Option<SelfUpgrade> {
        if !self.is_install() {
            return None;
        }
        let mut found = SelfUpgrade { pip: Vec::new(), tools: Vec::new(), rest: self.unknown };
        found.rest |= !self.requirement_files.is_empty() || !self.editable.is_empty();
        for (index, package) in &self.packages {
            match parse_requirement(package).and_then(|requirement| requirement.name).as_deref() {
                Some("pip") => found.pip.push(*index),
                Some("setuptools" | "wheel") => found.tools.push(*index),
                _ => found.rest = true,
            }
        }
        (!found.pip.is_empty()).then_some(found)
    }

    /// Whether it upgrades pip, and perhaps setuptools and wheel, and does nothing else.
    pub fn is_self_upgrade(&self) -> bool {
        self.self_upgrade().is_some_and(|found| !found.rest)
    }

    /// The value of the last option with this long name.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(_, found, _)| found == name).map(|(_, _, value)| value.as_str())
    }

    /// Whether this option is given, by its long name.
    pub fn has(&self, name: &str) -> bool {
        self.flags.iter().any(|(_, found)| found == name) || self.option(name).is_some()
    }

    /// The normalised names of the packages on the command line.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let requirements = self.packages.iter().filter_map(|(_, package)| parse_requirement(package));
        requirements.filter_map(|requirement| requirement.name)
    }

    fn long<'a>(&mut self, index: usize, word: &'a str, next: &mut impl FnMut() -> Option<&'a str>) {
        let (name, joined) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        match known(name) {
            Some(option) if option.valued => self.value(index, option, joined.or_else(next)),
            Some(option) if joined.is_none() => self.flags.push((index, option.name.to_owned())),
            _ => self.unknown = true,
        }
    }

    /// Ex) `-qU`, `-r f`, `-rf`, `-qr f`
    fn short<'a>(&mut self, index: usize, word: &'a str, next: &mut impl FnMut() -> Option<&'a str>) {
        for (at, letter) in word.char_indices().skip(1) {
            let Some(option) = known(&format!("-{letter}")) else {
                self.unknown = true;
                return;
            };
            if option.valued {
                let joined = word.get(at + letter.len_utf8()..).filter(|value| !value.is_empty());
                self.value(index, option, joined.or_else(next));
                return;
            }
            self.flags.push((index, option.name.to_owned()));
        }
    }

    fn value(&mut self, index: usize, option: &Known, value: Option<&str>) {
        let Some(value) = value else {
            self.unknown = true;
            return;
        };
        let value = value.to_owned();
        match option.effect {
            Effect::File => self.requirement_files.push((index, value)),
            Effect::Constraint => self.constraints.push((index, value)),
            Effect::Editable => self.editable.push((index, value)),
            Effect::Neutral | Effect::Changes => self.options.push((index, option.name.to_owned(), value)),
        }
    }
}

/// A path without the `./` before it.
fn plain(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    path
}
