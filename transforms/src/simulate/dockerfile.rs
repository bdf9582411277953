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
    // The body of a here-document may have any lines.
    if text.contains("<<") || (start && !is_pasted(item)) {
        return None;
    }
    let pasted = if start { start_line(text) } else { text.to_owned() };
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
    use super::{is_json, start_line, stray_word};

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
