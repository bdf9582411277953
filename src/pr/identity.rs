//! The author and committer of our commits.

use crate::forge::secret::{Token, variable};
use crate::git::Git;
use std::path::Path;

/// What GitHub signs for as the committer of what is made on its site or through its interface.
pub(super) const GITHUB: &str = "noreply@github.com";

/// What is said where nobody is known.
pub(super) const UNKNOWN: &str = "git does not know who commits; help: set GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, \
     GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL, or `git config --global user.name` and `user.email`";

/// The author and committer of a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The name.
    pub(crate) name: String,
    /// The address.
    pub(crate) email: String,
    /// Nobody else commits as this, so a commit of anyone else's is a person's.
    pub(crate) own: bool,
}

impl Identity {
    /// Who git says commits here; in a run of GitHub Actions that has set nothing, its bot. `None` where nobody
    /// is known.
    pub(crate) fn find(dir: &Path, token: Option<&Token>) -> Option<Self> {
        let own = || variable("GIT_COMMITTER_EMAIL").is_some() && variable("GIT_AUTHOR_EMAIL").is_some();
        let asked =
            Git::apart(dir).args(["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"]).line();
        match asked.ok().as_deref().and_then(parse) {
            Some((name, email)) => Some(Self { name, email, own: own() }),
            None if token.is_some_and(|token| token.of_actions) => Some(Self {
                name: "github-actions[bot]".to_owned(),
                email: "41898282+github-actions[bot]@users.noreply.github.com".to_owned(),
                own: true,
            }),
            None => None,
        }
    }

    /// Whether a commit by these can be ours.
    pub(crate) fn made(&self, [author, committer]: &[String; 2]) -> bool {
        !self.own || (self.is(author) && (self.is(committer) || committer == GITHUB))
    }

    /// Whether a commit carries these names, be they shared or not; what GitHub made has its own for the committer, and
    /// the account's for the author.
    pub(crate) fn signed(&self, [author, committer]: &[String; 2], by_github: bool) -> bool {
        (self.is(author) && self.is(committer)) || (by_github && committer == GITHUB)
    }

    fn is(&self, email: &str) -> bool {
        self.email.eq_ignore_ascii_case(email)
    }
}

/// `Name <email> 1700000000 +0000`
fn parse(ident: &str) -> Option<(String, String)> {
    let (name, rest) = ident.rsplit_once(" <")?;
    let (email, _) = rest.split_once('>')?;
    (!name.is_empty() && !email.is_empty()).then(|| (name.to_owned(), email.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Identity, parse};

    #[test]
    fn reads_what_git_says() {
        let want = Some(("A <b> C".to_owned(), "a@b.c".to_owned()));
        assert_eq!(parse("A <b> C <a@b.c> 1700000000 +0100"), want);
        assert_eq!(parse(" <a@b.c> 0 +0000"), None);
    }

    #[test]
    fn an_identity_of_its_own_tells_people_from_itself() {
        let bot = Identity { name: "bot".to_owned(), email: "bot@x".to_owned(), own: true };
        let people = |author: &str, committer: &str| [author.to_owned(), committer.to_owned()];
        for (author, committer, ours) in [
            ("bot@x", "bot@x", true),
            ("Bot@x", "noreply@github.com", true),
            ("ada@x", "noreply@github.com", false),
            ("bot@x", "ada@x", false),
        ] {
            assert_eq!(bot.made(&people(author, committer)), ours, "{author} {committer}");
        }
        let shared = Identity { own: false, ..bot };
        assert!(shared.made(&people("ada@x", "ada@x")));
        for (author, committer, by_github, signed) in [
            ("bot@x", "bot@x", false, true),
            ("ada@x", "ada@x", true, false),
            ("1+bot@users.noreply.github.com", "noreply@github.com", true, true),
            ("1+bot@users.noreply.github.com", "noreply@github.com", false, false),
        ] {
            assert_eq!(shared.signed(&people(author, committer), by_github), signed, "{author} {committer}");
        }
    }
}
