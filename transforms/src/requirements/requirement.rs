use super::name::{is_name, normalize};

/// One package that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The distribution, normalised. None for a URL or a path that doesn't name it.
    pub name: Option<String>,
    /// The extras, normalised.
    pub extras: Vec<String>,
    /// The version specifier without blanks: `>=1,<2`, or empty.
    pub specifier: String,
    /// The environment marker.
    pub marker: Option<String>,
    /// The URL or path that it comes from.
    pub url: Option<String>,
}

const SCHEMES: &[&str] =
    &["http://", "https://", "file:", "ftp://", "git+", "git://", "hg+", "svn+", "bzr+", "ssh://"];
const ARCHIVES: &[&str] = &[".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz"];
const OPERATORS: &[&str] = &["===", "==", "!=", "<=", ">=", "~=", "<", ">"];

/// Reads one requirement as pip reads an argument or a line: PEP 508, a URL or a path.
pub fn parse_requirement(text: &str) -> Option<Requirement> {
    let text = text.trim();
    if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
        let (url, marker) = split_marker(text, " ;");
        return Some(from_url(url, marker));
    }
    let (head, marker) = split_marker(text, ";");
    if let Some((name, extras, rest)) = name_and_extras(head) {
        let name = Some(normalize(name));
        if rest.starts_with('@') {
            // A URL may hold a semicolon, so the marker stands apart.
            let (url, marker) = split_marker(text.split_once('@')?.1, " ;");
            let url = (!url.is_empty()).then(|| url.to_owned())?;
            return Some(Requirement { name, extras, specifier: String::new(), marker, url: Some(url) });
        }
        if let Some(specifier) = specifier(rest).filter(|_| !is_archive(head)) {
            return Some(Requirement { name, extras, specifier, marker, url: None });
        }
    }
    is_path(head).then(|| from_url(head, marker))
}

fn split_marker<'a>(text: &'a str, separator: &str) -> (&'a str, Option<String>) {
    match text.split_once(separator) {
        Some((head, marker)) => (head.trim(), Some(marker.trim().to_owned())),
        None => (text.trim(), None),
    }
}

/// The name, the normalised extras, and what follows them.
fn name_and_extras(head: &str) -> Option<(&str, Vec<String>, &str)> {
    let end = head
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(head.len());
    let (name, rest) = head.split_at_checked(end).filter(|(name, _)| is_name(name))?;
    let rest = rest.trim_start();
    let Some(inner) = rest.strip_prefix('[') else { return Some((name, Vec::new(), rest)) };
    let (inner, rest) = inner.split_once(']')?;
    let extras: Vec<&str> = inner.split(',').map(str::trim).filter(|extra| !extra.is_empty()).collect();
    extras
        .iter()
        .all(|extra| is_name(extra))
        .then(|| (name, extras.into_iter().map(normalize).collect(), rest.trim_start()))
}

/// The specifier without blanks and parentheses, where every clause of it is valid.
fn specifier(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text).trim();
    if text.is_empty() {
        return Some(String::new());
    }
    let mut out = Vec::new();
    let mut clauses: Vec<&str> = text.split(',').map(str::trim).collect();
    // A comma at the end is allowed.
    if clauses.last() == Some(&"") {
        clauses.pop();
    }
    for clause in clauses {
        let (operator, version) =
            OPERATORS.iter().find_map(|operator| Some((*operator, clause.strip_prefix(operator)?)))?;
        let version = version.trim();
        let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '*' | '+' | '!' | '-' | '_');
        if version.is_empty() || !version.chars().all(valid) {
            return None;
        }
        out.push(format!("{operator}{version}"));
    }
    Some(out.join(","))
}

fn is_archive(text: &str) -> bool {
    ARCHIVES.iter().any(|ending| text.to_ascii_lowercase().ends_with(ending)) && !text.contains('=')
}

fn is_path(text: &str) -> bool {
    !text.contains(char::is_whitespace) && (text.starts_with('.') || text.contains('/') || is_archive(text))
}

fn from_url(url: &str, marker: Option<String>) -> Requirement {
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg=")).and_then(name_and_extras);
    let file = url.split(['#', '?']).next().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
    // Ex) `numpy-2.0.0-cp312-cp312-linux_x86_64.whl`
    let wheel =
        file.strip_suffix(".whl").and_then(|file| file.split('-').next()).filter(|name| is_name(name));
    let (name, extras) = match (egg, wheel) {
        (Some((name, extras, _)), _) => (Some(normalize(name)), extras),
        (None, wheel) => (wheel.map(normalize), Vec::new()),
    };
    Requirement { name, extras, specifier: String::new(), marker, url: Some(url.to_owned()) }
}
