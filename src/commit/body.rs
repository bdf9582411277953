//! Wraps and escapes the paragraphs and lists of a commit message.

use crate::report::inert::inert;
use crate::report::prose::{self, shorten};
use crate::report::text::escape;
use nixpacks_transforms::simulate::{Outcome, Verdict};

/// Characters of a line.
pub(super) const WIDTH: usize = 72;

/// Paragraphs and lists, wrapped. What a repository says stands within a line of ours or below a dash, so
/// that none of it is taken for a comment or a trailer, and a forge acts on none of it.
#[derive(Default)]
pub(super) struct Body(pub(super) String);

impl Body {
    fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push_str("\n\n");
        }
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.gap();
        self.0.push_str(&wrap(text, "", ""));
    }

    /// A paragraph of one line and a list below it.
    pub(super) fn list(&mut self, head: &str, items: &[String]) {
        self.paragraph(head);
        self.0.push('\n');
        for item in items {
            self.0.push('\n');
            self.0.push_str(&wrap(item, "- ", "  "));
        }
    }

    /// A prediction as a sentence that `it` begins.
    pub(super) fn verdict(&mut self, it: &str, verdict: &Verdict) {
        let mut items = Vec::new();
        if let Some(command) = &verdict.command {
            items.push(format!("command: `{}`", escape(&shorten(command))));
        }
        let detail = escape(verdict.detail.trim_end_matches('.'));
        if !detail.is_empty() {
            items.push(match verdict.outcome {
                Outcome::Fails { .. } => format!("error: {}", detail.trim_start_matches("error: ")),
                _ => detail,
            });
        }
        let said = prose::outcome(verdict.outcome);
        if items.is_empty() || verdict.builds() {
            self.paragraph(&format!("{it} {said}."));
        } else {
            self.list(&format!("{it} {said}:"), &items);
        }
    }
}

/// `text` in lines of at most [`WIDTH`] characters, with nothing in it that a forge acts on.
fn wrap(text: &str, first: &str, other: &str) -> String {
    prose::wrap(&inert(text), WIDTH, first, other)
}

#[cfg(test)]
mod tests {
    use super::{Body, WIDTH};
    use nixpacks_transforms::simulate::{Outcome, Reason, Stage, Verdict};

    #[test]
    fn wraps_at_72_and_keeps_what_is_quoted_off_the_margin() {
        let mut body = Body::default();
        body.paragraph(&"word ".repeat(40));
        body.list("Why:", &["# no comment ".repeat(9), format!("{} x", "y".repeat(90))]);
        let verdict = Verdict {
            outcome: Outcome::Fails { stage: Stage::Build, reason: Reason::PipNotFound },
            progress: 0,
            command: Some("pip install\nSigned-off-by: x".to_owned()),
            detail: "error: Reviewed-by: y.".to_owned(),
        };
        body.verdict("It was", &verdict);
        let long: Vec<&str> = body.0.lines().filter(|line| line.chars().count() > WIDTH).collect();
        assert_eq!(long, [format!("- {}", "y".repeat(90))]);
        assert!(body.0.contains("\n\nWhy:\n\n- # no comment # no"), "{}", body.0);
        assert!(body.0.lines().all(|line| !line.starts_with('#')), "{}", body.0);
        assert!(
            body.0.ends_with(
                "\n\nIt was predicted to fail in the build:\n\n- command: `pip install\\nSigned-off-by: x`\n- error: Reviewed-by: y"
            ),
            "{}",
            body.0
        );
        let mut body = Body::default();
        body.verdict("It is", &Verdict { outcome: Outcome::Builds, ..verdict });
        assert_eq!(body.0, "It is predicted to install and start.");
    }
}
