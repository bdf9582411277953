//! Accounts: who opened a pull request, who wrote a comment, and whose the token is.

use super::http::ForgeError;
use std::sync::OnceLock;

/// An account at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The name, without `@`; `…[bot]` at GitHub is that of an App.
    pub(crate) name: String,
    /// The number, which stays where a name is changed, or goes to somebody else.
    pub(crate) id: Option<i64>,
}

impl Account {
    /// Whether it is the same account. The number decides, and the name where one of the two has no number.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (Some(own), Some(other)) => own == other,
            _ => self.name.eq_ignore_ascii_case(&other.name),
        }
    }
}

/// Whose the token is; `None` where the forge does not tell.
pub(crate) type AccountResult = Result<Option<Account>, ForgeError>;

/// The same, asked for once.
#[derive(Default)]
pub(super) struct Own(OnceLock<AccountResult>);

impl Own {
    /// What `ask` answers the first time.
    pub(super) fn get(&self, ask: impl FnOnce() -> AccountResult) -> AccountResult {
        self.0.get_or_init(ask).clone()
    }
}

/// `found`, or `None` where the forge says that this token may not know.
pub(super) fn if_allowed(found: Result<Account, ForgeError>) -> AccountResult {
    match found {
        // GraphQL refuses with a 200.
        Err(ForgeError { status: Some(200 | 401 | 403 | 404), .. }) => Ok(None),
        found => found.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn a_name_that_went_to_somebody_else_is_another_account() {
        let account = |name: &str, id| Account { name: name.to_owned(), id };
        let bot = account("deploy-bot", Some(7));
        assert!(bot.is(&account("renamed", Some(7))) && bot.is(&account("Deploy-Bot", None)));
        assert!(!bot.is(&account("deploy-bot", Some(8))) && !bot.is(&account("ada", None)));
    }
}
