//! Closes a pull request: first the marker says that it is us, then come the reason, the branch, and the pull request.

use super::PrOptions;
use super::act::Act;
use super::decide::Close;
use super::marker::Marker;
use super::remark::{self, CloseReason};
use super::row::Step;
use super::survey::Surveyed;
use super::transport::PushError;
use crate::forge::{Change, Forge, Number};

impl Act<'_> {
    /// Closes a pull request with the reason, and removes its branch: first the branch, because a person
    /// who restores it wants to go on with it.
    pub(crate) fn close(&mut self, what: &Close, why: CloseReason) -> anyhow::Result<()> {
        let Close { pull, branch, tip, marker, shared } = what;
        let url = self.surveyed.destination.push_url.clone();
        // What somebody has pushed since the look is a reason not to close it.
        if !self.options.dry_run
            && tip.is_some()
            && self.tip(&url, branch)? != tip.clone().unwrap_or_default()
        {
            return Err(PushError::Moved(branch.clone()).into());
        }
        self.ensure_unchanged(pull, branch)?;
        let text = Marker::of(pull, self.own()).map(|(_, text)| text).unwrap_or_default();
        let number = Number(Some(pull.number));
        // Of what was handed back it knows no commit.
        let oid = if marker.oid.is_empty() { tip.clone().unwrap_or_default() } else { marker.oid.clone() };
        let resumed = marker.closing.then(|| marker.clone());
        let marker = Marker { oid, handed_back: false, previous_oid: None, ..marker.clone() };
        let reason = remark::closing(self.options.kind, why, &self.surveyed.destination.base);
        if marker.closing {
            self.remark_once(pull.number, reason)?;
        } else {
            self.mark(number, &Marker { closing: true, ..marker.clone() }, &text)?;
            self.change(&Change::Comment { number, body: reason })?;
        }
        if let Some(tip) = tip.as_deref().filter(|_| !shared)
            && self.try_push(&url, branch, None, Some(tip)).is_err()
        {
            // Where branches may not be removed it stays, and does no harm; or the answer alone was lost.
            let now = self.tip(&url, branch)?;
            if now != tip && !now.is_empty() {
                return Err(PushError::Moved(branch.clone()).into());
            }
        }
        let wrote = resumed.unwrap_or_else(|| Marker { closing: true, ..marker.clone() });
        let closed = Marker { closing: false, closed: true, ..marker };
        self.close_marked(branch, number, (&wrote, &closed), &text)
    }
}

/// Closes a pull request because somebody asked for it.
pub(crate) fn close(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    options: &PrOptions,
    what: &Close,
) -> anyhow::Result<Vec<Step>> {
    let mut act = Act { forge, surveyed, options, steps: Vec::new(), fork: None };
    act.close(what, CloseReason::Asked).map(|()| act.steps)
}
