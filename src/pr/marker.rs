//! What a pull request remembers of us: a comment that is the last line of its description, and nothing else
//! anywhere. It counts only where the token's own account opened the pull request: anybody may write such a line.

use super::kind::ProposalKind;
use crate::forge::{Account, Pull};
use crate::report::digest::digest;

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
    /// What the pull request is for.
    pub(crate) kind: ProposalKind,
    /// It is for something that only a later version knows.
    pub(crate) of_later_kind: bool,
    /// The commit that the branch is at, or is about to be moved to.
    pub(crate) oid: String,
    /// The commit that it was at before: a move from there may have been cut short.
    pub(crate) previous_oid: Option<String>,
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
    pub(crate) handed_back: bool,
}

impl Marker {
    /// The marker of a pull request that `own` opened, and its description without it.
    pub(crate) fn of(pull: &Pull, own: Option<&Account>) -> Option<(Self, String)> {
        own.filter(|own| pull.is_by(own)).and_then(|_| Self::find(&pull.body))
    }

    /// The marker that is the last line of a description, and the description without it. Those right above it go
    /// too: a person who hands a branch back may leave the old one.
    fn find(body: &str) -> Option<(Self, String)> {
        let (mut text, last) = split_last_line(body);
        let found = Self::parse(fields(last)?)?;
        loop {
            let (above, line) = split_last_line(text);
            if fields(line).is_none() {
                return Some((found, text.trim_end().to_owned()));
            }
            text = above;
        }
    }

    fn parse(fields: &str) -> Option<Self> {
        let mut marker = Self::default();
        for field in fields.split_whitespace() {
            match field.split_once('=') {
                Some(("kind", value)) => match ProposalKind::of_name(value) {
                    Some(kind) => marker.kind = kind,
                    None => marker.of_later_kind = true,
                },
                Some(("oid", value)) if is_oid(value) => value.clone_into(&mut marker.oid),
                Some(("was", value)) if is_oid(value) => marker.previous_oid = Some(value.to_owned()),
                Some(("fingerprint", value)) if is_digest(value) => value.clone_into(&mut marker.fingerprint),
                Some(("title", value)) if is_digest(value) => marker.title = Some(value.to_owned()),
                Some(("body", value)) if is_digest(value) => marker.body = Some(value.to_owned()),
                None if field == "pending" => marker.pending = true,
                None if field == "closing" => marker.closing = true,
                None if field == "closed" => marker.closed = true,
                None if field == "handed" => marker.handed_back = true,
                // A later version may know more.
                _ => {}
            }
        }
        let known = !marker.oid.is_empty() || marker.handed_back || marker.is_closed_by_us();
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
            ("kind", self.kind.name()),
            ("oid", Some(self.oid.as_str())),
            ("was", self.previous_oid.as_deref()),
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
            ("handed", self.handed_back),
        ];
        for (name, is_set) in flags {
            if is_set {
                line.extend([" ", name]);
            }
        }
        line + CLOSES
    }

    /// Whether the pull request is of this kind.
    pub(crate) fn is_of(&self, kind: ProposalKind) -> bool {
        self.kind == kind && !self.of_later_kind
    }

    /// Whether we closed it, or were about to.
    pub(crate) fn is_closed_by_us(&self) -> bool {
        self.closing || self.closed
    }

    /// Whether a person gave us what is at `tip`.
    pub(crate) fn takes_over(&self, tip: &str) -> bool {
        self.handed_back && (self.oid.is_empty() || self.previous_oid.as_deref() == Some(tip))
    }

    /// Whether the branch may be at `tip` by our own doing.
    pub(crate) fn left_at(&self, tip: &str) -> bool {
        !tip.is_empty() && (self.oid == tip || self.previous_oid.as_deref() == Some(tip))
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

/// The last line that is not blank, and what is above it.
fn split_last_line(text: &str) -> (&str, &str) {
    let text = text.trim_end();
    text.rsplit_once(['\n', '\r']).unwrap_or(("", text))
}

/// The fields of a line that is a marker and nothing else.
fn fields(line: &str) -> Option<&str> {
    let fields = line.trim().strip_prefix(OPENS)?.strip_suffix(CLOSES)?;
    (!fields.contains(['<', '>'])).then_some(fields)
}

/// A digest is quoted in remarks, so it may hold nothing else.
fn is_digest(text: &str) -> bool {
    text.len() <= OID[1] && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_oid(text: &str) -> bool {
    OID.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::{Account, Marker, ProposalKind, Pull, text_digest};
    use crate::forge::State;

    fn marker() -> Marker {
        Marker { oid: "a".repeat(40), fingerprint: "f1".to_owned(), ..Marker::default() }
    }

    #[test]
    fn is_found_again_whatever_the_forge_did_to_the_line_ends() {
        let full = Marker {
            previous_oid: Some("b".repeat(40)),
            title: Some("t".to_owned()),
            body: Some("b".to_owned()),
            pending: true,
            closing: true,
            closed: true,
            handed_back: true,
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
    fn has_the_kind_and_one_without_is_of_a_repair() {
        let migration = Marker { kind: ProposalKind::Migration, ..marker() };
        let Some((found, _)) = Marker::find(&migration.line()) else { panic!("{}", migration.line()) };
        assert_eq!(found, migration);
        assert!(found.is_of(ProposalKind::Migration) && !found.is_of(ProposalKind::Repair));
        // As the versions before there were kinds have written it.
        let old = format!("<!-- nixpacks-fix:1 oid={} fingerprint=f1 -->", "a".repeat(40));
        assert_eq!(Marker::find(&old), Some((marker(), String::new())));
        assert_eq!(marker().line(), old);
        let later = old.replace(" oid=", " kind=heroku oid=");
        let Some((later, _)) = Marker::find(&later) else { panic!("{later}") };
        assert!(!later.is_of(ProposalKind::Repair) && !later.is_of(ProposalKind::Migration));
    }

    #[test]
    fn the_last_line_is_the_marker_or_there_is_none() {
        let first = Marker { oid: "c".repeat(40), ..marker() };
        let body = marker().attach(&first.attach("quoted"));
        assert_eq!(Marker::find(&body), Some((marker(), "quoted".to_owned())));
        // One that the text quotes stays part of it.
        let quoting = format!("{}\n\nMore.", first.attach("quoted"));
        assert_eq!(Marker::find(&marker().attach(&quoting)), Some((marker(), quoting.clone())));
        for body in [
            "",
            "text",
            "<!-- nixpacks-fix:1 oid=zz -->",
            "<!-- nixpacks-fix:1 oid=",
            "<!-- nixpacks-fix:1 -->",
            &quoting,
            &format!("`{}`", marker().line()),
            &format!("> {}", marker().line()),
            &marker().line().replace(" -->", " --> -->"),
            &format!("{}\n```", marker().line()),
        ] {
            assert_eq!(Marker::find(body), None, "{body}");
        }
    }

    #[test]
    fn counts_only_where_the_own_account_opened_it() {
        let account = |name: &str| Account { name: name.to_owned(), id: None };
        let by = |author: Option<&str>| Pull {
            number: 1,
            url: String::new(),
            state: State::Open,
            title: String::new(),
            mark: "",
            body: marker().attach("Text."),
            base: "main".to_owned(),
            created: String::new(),
            author: author.map(account),
        };
        let bot = account("bot");
        assert!(Marker::of(&by(Some("bot")), Some(&bot)).is_some());
        assert!(Marker::of(&by(Some("mallory")), Some(&bot)).is_none());
        assert!(Marker::of(&by(None), Some(&bot)).is_none());
        assert!(Marker::of(&by(Some("bot")), None).is_none());
    }

    #[test]
    fn nothing_but_digests_is_taken_from_it() {
        let oid = "a".repeat(40);
        let line = format!("<!-- nixpacks-fix:1 oid={oid} fingerprint=@all title=[x](y) body=f00 -->");
        let Some((found, _)) = Marker::find(&line) else { panic!("{line}") };
        assert_eq!((found.fingerprint.as_str(), found.title, found.body.as_deref()), ("", None, Some("f00")));
    }

    #[test]
    fn knows_the_tips_that_it_left() {
        let moving = Marker { previous_oid: Some("b".repeat(40)), ..marker() };
        assert!(moving.left_at(&"a".repeat(40)) && moving.left_at(&"b".repeat(40)));
        assert!(!moving.left_at(&"c".repeat(40)) && !marker().left_at(&"b".repeat(40)));
        // One that hands the branch back names no commit, and may outlive further work.
        let handed_back = Marker { oid: String::new(), handed_back: true, ..Marker::default() };
        assert!(
            Marker::find(&handed_back.line())
                .is_some_and(|(found, _)| found == handed_back && !found.left_at(""))
        );
    }
}
