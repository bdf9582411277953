//! Reads lists that a forge sends page by page.

use super::http::{Client, ForgeError, Request};
use super::response::{Next, next_page};
use serde::de::DeserializeOwned;

/// Bytes of the pages that something was kept of: a hostile forge may fill every page.
const LONGEST: usize = 128 << 20;

impl Client {
    /// What `keep` makes of the entries of the list at `path`, which has a query. A list that does not end within
    /// `most` pages is an error: an entry that was not read would be taken for one that does not exist.
    pub(super) fn list<T: DeserializeOwned, U>(
        &self,
        path: &str,
        most: usize,
        keep: impl FnMut(T) -> Option<U>,
    ) -> Result<Vec<U>, ForgeError> {
        self.list_in(path, most, |entries: Vec<T>| entries, keep)
    }

    /// The same where a page of type `P` has its entries in a field.
    pub(super) fn list_in<P: DeserializeOwned, T, U>(
        &self,
        path: &str,
        most: usize,
        entries: impl Fn(P) -> Vec<T>,
        keep: impl FnMut(T) -> Option<U>,
    ) -> Result<Vec<U>, ForgeError> {
        self.pages(path, most, entries, keep)?.ok_or_else(|| too_long(path, &format!("{most} pages")))
    }

    /// The same; `None` where the list does not end within `most` pages.
    pub(super) fn list_if_short<T: DeserializeOwned, U>(
        &self,
        path: &str,
        most: usize,
        keep: impl FnMut(T) -> Option<U>,
    ) -> Result<Option<Vec<U>>, ForgeError> {
        self.pages(path, most, |entries: Vec<T>| entries, keep)
    }

    fn pages<P: DeserializeOwned, T, U>(
        &self,
        path: &str,
        most: usize,
        entries: impl Fn(P) -> Vec<T>,
        mut keep: impl FnMut(T) -> Option<U>,
    ) -> Result<Option<Vec<U>>, ForgeError> {
        let (mut found, mut weight, mut page) = (Vec::new(), Weight::default(), 1);
        for _ in 0..most {
            let request = Request::get(&format!("{path}&page={page}"));
            let answer = self.answer(&request, self.base())?;
            let before = found.len();
            found.extend(
                entries(self.parse(&request.description(), &answer.text)?).into_iter().filter_map(&mut keep),
            );
            if !weight.bears(answer.text.len(), found.len() > before) {
                return Err(too_long(path, &format!("{} MiB", LONGEST >> 20)));
            }
            match next_page(&answer.headers) {
                Next::None => return Ok(Some(found)),
                // The number alone is taken: an address that an answer names is not requested.
                Next::Page(next) if next > page => page = next,
                Next::Page(_) | Next::Unknown => {
                    return Err(ForgeError::new(format!(
                        "`{}` has further pages, and does not say which is the next",
                        request.description()
                    )));
                }
            }
        }
        Ok(None)
    }
}

/// What the pages of a list weigh that something was kept of.
#[derive(Default)]
struct Weight(usize);

impl Weight {
    /// Counts a page; false if the list is too heavy with it.
    fn bears(&mut self, bytes: usize, kept: bool) -> bool {
        if kept {
            self.0 = self.0.saturating_add(bytes);
        }
        self.0 <= LONGEST
    }
}

fn too_long(path: &str, limit: &str) -> ForgeError {
    ForgeError::new(format!(
        "`{}` lists more than {limit}, which is more than is read",
        Request::get(path).description()
    ))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Weight};

    #[test]
    fn only_pages_that_something_is_kept_of_weigh() {
        let (mut weight, page) = (Weight::default(), 16 << 20);
        assert!((0..1000).all(|_| weight.bears(page, false)));
        assert_eq!((0..1000).take_while(|_| weight.bears(page, true)).count(), LONGEST / page);
    }
}
