//! Reads a pull request again before something is written to it: a person may have changed it since.

use super::act::Act;
use super::marker::{Marker, text_digest};
use super::remark;
use super::texts::Texts;
use crate::forge::{Account, Change, Head, Number, Pull};
use anyhow::bail;

impl Act<'_> {
    /// The account whose pull requests and comments are ours.
    pub(super) fn own(&self) -> Option<&Account> {
        self.surveyed.destination.account.as_ref()
    }

    /// The pull requests from a branch, as they now are.
    fn now(&self, branch: &str) -> anyhow::Result<Vec<Pull>> {
        let fork = self.fork.as_ref().map(|(fork, _)| fork);
        let Some(head) = self.surveyed.destination.head.as_ref().or(fork) else { return Ok(Vec::new()) };
        let head = Head { repository: head.clone(), branch: branch.to_owned() };
        Ok(self.forge.pulls(&self.surveyed.destination.repository, &head)?)
    }

    /// Fails if a person has changed a pull request since the look: what they wrote would be written over.
    pub(super) fn ensure_unchanged(&self, pull: &Pull, branch: &str) -> anyhow::Result<()> {
        if self.now(branch)?.contains(pull) {
            return Ok(());
        }
        bail!("somebody changed it meanwhile; run this again")
    }

    /// Writes the marker, below a description that stays as it is.
    pub(super) fn mark(&mut self, number: Number, marker: &Marker, text: &str) -> anyhow::Result<()> {
        let body = Some(marker.attach(text));
        self.change(&Change::Edit { number, title: None, body, close: false }).map(drop)
    }

    /// What to write in the place of `wrote`, a marker that this run has written with `text` above it: `marker`, below
    /// the description as it now is. `None` where a person has taken our line away, or put another there.
    fn description(
        &self,
        branch: &str,
        number: Number,
        wrote: &Marker,
        marker: &Marker,
        text: &str,
    ) -> anyhow::Result<Option<String>> {
        if self.options.dry_run {
            return Ok(Some(marker.attach(text)));
        }
        let now = self.now(branch)?;
        let Some(pull) = now.iter().find(|now| number == Number(Some(now.number))) else {
            // A forge may list what it has just made a little later.
            return Ok(Some(marker.attach(text)));
        };
        let found = Marker::of(pull, self.own()).filter(|(found, _)| found == wrote);
        Ok(found.map(|(_, text)| marker.attach(&text)))
    }

    /// Writes `marker` in the place of `wrote`.
    pub(super) fn mark_again(
        &mut self,
        branch: &str,
        number: Number,
        (wrote, marker): (&Marker, &Marker),
        text: &str,
    ) -> anyhow::Result<()> {
        // What a person has written there is for the next run to look at.
        let Some(body) = self.description(branch, number, wrote, marker, text)? else { return Ok(()) };
        self.change(&Change::Edit { number, title: None, body: Some(body), close: false }).map(drop)
    }

    /// The same, and closes the pull request.
    pub(super) fn close_marked(
        &mut self,
        branch: &str,
        number: Number,
        (wrote, marker): (&Marker, &Marker),
        text: &str,
    ) -> anyhow::Result<()> {
        let body = self.description(branch, number, wrote, marker, text)?;
        self.change(&Change::Edit { number, title: None, body, close: true }).map(drop)
    }

    /// Puts the title and the description back, if they are still as this run has written them.
    pub(super) fn put_back(&mut self, pull: &Pull, branch: &str, text: &Texts, marker: &Marker) {
        let wrote = text_digest(&marker.attach(&text.body));
        let is_ours = |now: &Pull| {
            let title = format!("{}{}", now.mark, now.title);
            let same_title = text.title.as_ref().is_none_or(|wrote| *wrote == title);
            now.number == pull.number && same_title && text_digest(&now.body) == wrote
        };
        if !self.now(branch).is_ok_and(|now| now.iter().any(is_ours)) {
            return;
        }
        let number = Number(Some(pull.number));
        let title = text.title.as_ref().map(|_| format!("{}{}", pull.mark, pull.title));
        // What failed first is what is said.
        let _ = self.change(&Change::Edit { number, title, body: Some(pull.body.clone()), close: false });
    }

    /// Says in the marker that it was us who closed a pull request.
    pub(super) fn settle(&mut self, branch: &str, pull: &Pull) -> anyhow::Result<()> {
        let Some((wrote, text)) = Marker::of(pull, self.own()) else { return Ok(()) };
        let marker = Marker { closing: false, closed: true, ..wrote.clone() };
        self.mark_again(branch, Number(Some(pull.number)), (&wrote, &marker), &text)
    }

    /// Says something below a pull request, unless we said it.
    pub(super) fn remark_once(&mut self, number: u64, body: String) -> anyhow::Result<()> {
        let Some(own) = self.own() else { return Ok(()) };
        let comments = self.forge.comments(&self.surveyed.destination.repository, number, own)?;
        if remark::is_posted(&comments, &body) {
            return Ok(());
        }
        self.change(&Change::Comment { number: Number(Some(number)), body }).map(drop)
    }
}
