//! A start that leaves everything in the background: its shell ends at once, and the container with it.

use super::paths::base_name;
use crate::shell::{Command, CommandList, CompoundKind, Separator, SimpleCommand};

/// What a start shows that leaves nothing in the foreground.
pub(super) const ENDS_AT_ONCE: &str =
    "the container exits at once: the start command puts everything into the background";

/// Commands that end by themselves, and soon.
const QUICK: [&str; 13] =
    [":", "cd", "chmod", "cp", "disown", "echo", "export", "ls", "mkdir", "printf", "pwd", "set", "true"];

/// Whether nothing stays in the foreground, and something is in the background.
pub(super) fn leaves_nothing(list: &CommandList) -> bool {
    let mut detached = false;
    let mut rest = list.steps.as_slice();
    while !rest.is_empty() {
        let joined =
            rest.iter().take_while(|step| matches!(step.separator, Separator::And | Separator::Or)).count();
        let (steps, after) = rest.split_at((joined + 1).min(rest.len()));
        if steps.last().is_some_and(|step| step.separator == Separator::Background) {
            detached = true;
        } else {
            for step in steps {
                match foreground(&step.command) {
                    Some(leaves) => detached |= leaves,
                    None => return false,
                }
            }
        }
        rest = after;
    }
    detached
}

/// Whether a command that ends at once leaves something in the background; `None` where it may stay.
fn foreground(command: &Command) -> Option<bool> {
    match command {
        Command::Simple(simple) if is_quick(simple) => Some(false),
        Command::Compound(compound) => match &compound.kind {
            CompoundKind::Subshell(list) | CompoundKind::Group(list) => leaves_nothing(list).then_some(true),
            _ => None,
        },
        _ => None,
    }
}

fn is_quick(simple: &SimpleCommand) -> bool {
    simple.words.is_empty() || simple.text(0).is_some_and(|name| QUICK.contains(&base_name(name)))
}

#[cfg(test)]
mod tests {
    use super::leaves_nothing;
    use crate::shell::parse;

    #[test]
    fn only_a_start_without_a_foreground_ends_at_once() {
        for (text, ends) in [
            ("gunicorn a:b &", true),
            ("python a.py & python b.py &", true),
            ("cd x && gunicorn a:b &", true),
            ("nohup gunicorn a:b > log 2>&1 &", true),
            ("gunicorn a:b & echo started", true),
            ("(gunicorn a:b &)", true),
            ("{ gunicorn a:b & }", true),
            ("gunicorn a:b & disown", true),
            ("gunicorn a:b", false),
            ("celery -A x worker & gunicorn a:b", false),
            ("gunicorn a:b & wait", false),
            ("gunicorn a:b & tail -f log", false),
            ("python a.py; gunicorn a:b &", false),
            ("(gunicorn a:b) & wait", false),
            ("echo x", false),
        ] {
            assert_eq!(parse(text).map(|list| leaves_nothing(&list)), Ok(ends), "{text}");
        }
    }
}
