//! What a pull request remembers of us: a comment at the end of its description, and nothing else anywhere.

use crate::pr::fingerprint::digest;

/// How the comment starts. The number is the version of what follows.
const OPENS: &str = "<!-- nixpacks-fix:1 ";
const CLOSES: &str = " -->";
/// The comment in a remark that says that a person has the branch now.
pub(crate) const HANDS_OFF: &str = "<!-- nixpacks-fix:hands-off -->";
/// Digits of a commit's name: SHA-1, or SHA-256.
const OID: [usize; 2] = [40, 64];

/// What the marker holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the line")]
pub(crate) struct Marker {
    /// The commit that the branch is at, or is about to be moved to.
    pub(crate) oid: String,
    /// The commit that it was at before: a move from there may have been cut short.
    pub(crate) was: Option<String>,
    /// What the pull request repairs.
    pub(crate) fingerprint: String,
    /// The digest of the title as we wrote it; none that a person took over.
    pub(crate) title: Option<String>,
    /// The digest of the description as we wrote it, without the marker.
    pub(crate) body: Option<String>,
    /// Labels and reviewers are still to be asked for.
    pub(crate) pending: bool,
    /// We are about to close it: its branch may be gone already.
    pub(crate) closing: bool,
    /// We closed it ourselves.
    pub(crate) closed: bool,
    /// A person gave the branch back to us, wherever it is and whoever made its commits; with a commit, we were
    /// about to replace what is there.
    pub(crate) handed: bool,
}

impl Marker {
    /// The marker of a description, and the description without it and any other.
    pub(crate) fn find(body: &str) -> Option<(Self, String)> {
        let (mut found, mut rest, mut text) = (None, body, String::new());
        while let Some((before, opened)) = rest.split_once(OPENS) {
            let Some((fields, after)) = opened.split_once(CLOSES) else { break };
            text.push_str(before.trim_end());
            // The last one counts: a person may add one below.
            found = Self::parse(fields).or(found);
            rest = after;
        }
        text.push_str(rest.trim_end());
        found.map(|found| (found, text))
    }

    fn parse(fields: &str) -> Option<Self> {
        let mut marker = Self::default();
        for field in fields.split_whitespace() {
            match field.split_once('=') {
                Some(("oid", value)) if is_oid(value) => value.clone_into(&mut marker.oid),
                Some(("was", value)) if is_oid(value) => marker.was = Some(value.to_owned()),
                Some(("fingerprint", value)) => value.clone_into(&mut marker.fingerprint),
                Some(("title", value)) => marker.title = Some(value.to_owned()),
                Some(("body", value)) => marker.body = Some(value.to_owned()),
                None if field == "pending" => marker.pending = true,
                None if field == "closing" => marker.closing = true,
                None if field == "closed" => marker.closed = true,
                None if field == "handed" => marker.handed = true,
                // A later version may know more.
                _ => {}
            }
        }
        let known = !marker.oid.is_empty() || marker.handed || marker.is_closed_by_us();
        known.then_some(marker)
    }

    /// `body` with the marker below it.
    pub(crate) fn attach(&self, body: &str) -> String {
        format!("{}\n\n{}", body.trim_end(), self.line())
    }

    /// The comment.
    pub(crate) fn line(&self) -> String {
        let mut line = OPENS.trim_end().to_owned();
        let fields = [
            ("oid", Some(self.oid.as_str())),
            ("was", self.was.as_deref()),
            ("fingerprint", Some(self.fingerprint.as_str())),
            ("title", self.title.as_deref()),
            ("body", self.body.as_deref()),
        ];
        for (name, value) in fields {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                line.extend([" ", name, "=", value]);
            }
        }
        let flags = [
            ("pending", self.pending),
            ("closing", self.closing),
            ("closed", self.closed),
            ("handed", self.handed),
        ];
        for (name, is_set) in flags {
            if is_set {
                line.extend([" ", name]);
            }
        }
        line + CLOSES
    }

    /// Whether we closed it, or were about to.
    pub(crate) fn is_closed_by_us(&self) -> bool {
        self.closing || self.closed
    }

    /// Whether a person gave us what is at `tip`.
    pub(crate) fn takes_over(&self, tip: &str) -> bool {
        self.handed && (self.oid.is_empty() || self.was.as_deref() == Some(tip))
    }

    /// Whether the branch may be at `tip` by our own doing.
    pub(crate) fn left_at(&self, tip: &str) -> bool {
        !tip.is_empty() && (self.oid == tip || self.was.as_deref() == Some(tip))
    }
}

/// The digest of a text that a forge may give back with other line ends or spaces.
pub(crate) fn text_digest(text: &str) -> String {
    digest(text.split_whitespace().collect::<Vec<_>>().join(" ").as_bytes())
}

/// Whether a text is still the one that the marker has the digest of.
pub(crate) fn wrote(digest: Option<&str>, now: &str) -> bool {
    digest == Some(text_digest(now).as_str())
}

fn is_oid(text: &str) -> bool {
    OID.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{Marker, text_digest};

    fn marker() -> Marker {
        Marker { oid: "a".repeat(40), fingerprint: "f1".to_owned(), ..Marker::default() }
    }

    #[test]
    fn is_found_again_whatever_the_forge_did_to_the_line_ends() {
        let full = Marker {
            was: Some("b".repeat(40)),
            title: Some("t".to_owned()),
            body: Some("b".to_owned()),
            pending: true,
            closing: true,
            closed: true,
            handed: true,
            ..marker()
        };
        for marker in [marker(), full] {
            let body = marker.attach("Text.\n\nMore.\n");
            assert_eq!(Marker::find(&body), Some((marker.clone(), "Text.\n\nMore.".to_owned())));
            let (found, text) = Marker::find(&body.replace('\n', "\r\n")).unwrap_or_default();
            assert_eq!(found, marker);
            assert_eq!(text_digest(&text), text_digest("Text.\n\nMore."));
        }
    }

    #[test]
    fn the_last_one_counts_and_a_broken_one_does_not() {
        let first = Marker { oid: "c".repeat(40), ..marker() };
        let body = marker().attach(&first.attach("quoted"));
        assert_eq!(Marker::find(&body).map(|(_, text)| text), Some("quoted".to_owned()));
        assert_eq!(Marker::find(&body).map(|(found, _)| found.oid), Some("a".repeat(40)));
        for body in [
            "",
            "text",
            "<!-- nixpacks-fix:1 oid=zz -->",
            "<!-- nixpacks-fix:1 oid=",
            "<!-- nixpacks-fix:1 -->",
        ] {
            assert_eq!(Marker::find(body), None, "{body}");
        }
    }

    #[test]
    fn knows_the_tips_that_it_left() {
        let moving = Marker { was: Some("b".repeat(40)), ..marker() };
        assert!(moving.left_at(&"a".repeat(40)) && moving.left_at(&"b".repeat(40)));
        assert!(!moving.left_at(&"c".repeat(40)) && !marker().left_at(&"b".repeat(40)));
        // One that hands the branch back names no commit, and may outlive further work.
        let handed = Marker { oid: String::new(), handed: true, ..Marker::default() };
        assert!(Marker::find(&handed.line()).is_some_and(|(found, _)| found == handed && !found.left_at("")));
    }
}
