//! What becomes of a command in the Dockerfile that Nixpacks writes. It pastes each in as it stands: a command of a
//! phase behind `RUN`, the start command between `CMD ["` and `"]`, with a backslash before each `"` and nothing else
//! changed (`builder/docker/dockerfile_generation.rs` of Nixpacks 1.41.0).

use super::status::Status;
use super::verdict::Reason;
use crate::document::FileKind;
use crate::plan::{Item, Origin};

/// The instructions of a Dockerfile.
const INSTRUCTIONS: [&str; 18] = [
    "add",
    "arg",
    "cmd",
    "copy",
    "entrypoint",
    "env",
    "expose",
    "from",
    "healthcheck",
    "label",
    "maintainer",
    "onbuild",
    "run",
    "shell",
    "stopsignal",
    "user",
    "volume",
    "workdir",
];

/// What an unread start command comes to.
pub(crate) const NOT_JSON: &str = "the container exits at once: Docker cannot read the start command";

/// How a command ends that Docker reads as something else; `None` where it reads the command as it is.
pub(super) fn refuses(item: &Item, start: bool) -> Option<Status> {
    let text = item.value.as_str();
    if start && !is_pasted(item) {
        return None;
    }
    // `CMD` has no here-documents.
    let pasted = if start { start_line(text) } else { without_here_documents(text) };
    if let Some(word) = stray_word(&pasted) {
        return Some(if INSTRUCTIONS.contains(&word.to_ascii_lowercase().as_str()) {
            Status::unknown(format!("its second line is read as the instruction `{word}` of a Dockerfile"))
        } else {
            Status::fail(Reason::Other, format!("dockerfile parse error: unknown instruction: {word}"))
        });
    }
    (start && !is_json(&pasted)).then(|| Status::fail(Reason::Other, NOT_JSON))
}

/// Whether the start command comes from a file of Nixpacks' own: what Railway's file says replaces the `CMD` later.
fn is_pasted(item: &Item) -> bool {
    let Origin::Deploy(place) = &item.origin else { return false };
    let file = place.path.rsplit('/').next().unwrap_or(&place.path);
    !FileKind::RAILWAY.iter().any(|kind| kind.name() == file)
}

/// A command of `RUN` without the bodies of its here-documents, which belong to its first line: an operator with its
/// word is a word of its own there, and nothing stands before it but a number (`frontend/dockerfile/parser` of
/// `BuildKit`).
fn without_here_documents(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut kept: Vec<&str> = Vec::new();
    for line in lines.by_ref() {
        kept.push(line);
        if !continues(line) {
            break;
        }
    }
    let ends: Vec<(bool, String)> =
        kept.iter().flat_map(|line| line.split_whitespace()).filter_map(here_document_end).collect();
    for (tabs, end) in ends {
        let is_end = |line: &str| end == if tabs { line.trim_start_matches('\t') } else { line };
        lines.by_ref().find(|line| is_end(line.trim_end_matches('\r')));
    }
    kept.extend(lines);
    kept.join("\n")
}

/// Whether tabs before the end are left out, and the word that ends the body.
fn here_document_end(word: &str) -> Option<(bool, String)> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (tabs, end) = rest.strip_prefix('-').map_or((false, rest), |end| (true, end));
    let end: String = end.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
    (!end.is_empty() && !end.contains('<')).then_some((tabs, end))
}

fn start_line(command: &str) -> String {
    format!("[\"{}\"]", command.replace('"', "\\\""))
}

/// The first word of a line that is no longer a part of the first one's instruction.
pub(crate) fn stray_word(text: &str) -> Option<&str> {
    let (first, rest) = text.split_once('\n')?;
    let mut goes_on = continues(first);
    for line in rest.split('\n') {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        if !goes_on {
            return bare.split_whitespace().next();
        }
        goes_on = continues(line);
    }
    None
}

fn continues(line: &str) -> bool {
    line.trim_end_matches([' ', '\t', '\r']).ends_with('\\')
}

/// Whether the list with the start command is one, after Docker has joined its lines. If not, Docker takes the line
/// for a shell command, and the image's entry point gets a shell without a command.
fn is_json(line: &str) -> bool {
    let mut joined = String::with_capacity(line.len());
    for part in line.split('\n') {
        let bare = part.trim_end_matches([' ', '\t', '\r']);
        joined.push_str(bare.strip_suffix('\\').unwrap_or(bare));
    }
    serde_json::from_str::<Vec<String>>(&joined).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{is_json, start_line, stray_word, without_here_documents};

    #[test]
    fn a_here_document_ends_before_the_next_line() {
        for (text, stray) in [
            ("cat <<EOF > x\na b\nEOF", None),
            ("cat <<EOF > x\na b\nEOF\npip install x", Some("pip")),
            ("cat <<-'E' > x\n\ta\n\tE\n\n# c\n", None),
            ("cat <<A <<B\na\nA\nb\nB\nc", Some("c")),
            ("cat << EOF\na b\nEOF", Some("a")),
            ("cat <<<x\nb", Some("b")),
            ("cat \\\n <<E > x\na\nE\nb", Some("b")),
            ("cat <<E\na", None),
        ] {
            assert_eq!(stray_word(&without_here_documents(text)), stray, "{text:?}");
        }
    }

    #[test]
    fn lines_that_end_in_a_backslash_are_one() {
        let cases = [
            ("a", None),
            ("a\n", None),
            ("a \\\n  b", None),
            ("a \\ \n\n# c\n  b", None),
            ("a\n# b\n\n", None),
            ("a\nb c", Some("b")),
            ("# a\nb c", Some("b")),
            ("a &&\nb", Some("b")),
            ("a \\\nb\n  c", Some("c")),
        ];
        for (text, stray) in cases {
            assert_eq!(stray_word(text), stray, "{text:?}");
        }
        assert_eq!(stray_word(&start_line("a\n")), Some("\"]"));
    }

    #[test]
    fn start_commands_stand_in_a_json_string() {
        for fine in ["a $PORT", "a \"b\"", "a \\\\ b", "a 'x\\n'", "a \\\n b"] {
            assert!(is_json(&start_line(fine)), "{fine:?}");
        }
        for broken in ["a \\$PORT", "a\tb", "echo \\\"a\\\"", "a 'x\\'"] {
            assert!(!is_json(&start_line(broken)), "{broken:?}");
        }
    }
}
