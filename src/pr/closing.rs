//! Closing: the reason, the branch, the pull request, in this order.

use super::Wants;
use super::act::{Act, moved};
use super::decide::Close;
use super::marker::Marker;
use super::remark::{self, Closing};
use super::row::Step;
use super::survey::Surveyed;
use super::transport::NotPushed;
use crate::forge::{Change, Forge, Number};

impl Act<'_> {
    /// Closes a pull request with the reason, and removes its branch: first the branch, since a person who brings
    /// it back means to go on with it.
    pub(crate) fn close(&mut self, what: &Close, why: Closing) -> Result<(), String> {
        let Close { pull, branch, tip, marker, shared } = what;
        let url = self.surveyed.place.push_url.clone();
        // What somebody has pushed since the look is a reason not to close it.
        if !self.wants.dry_run && tip.is_some() && self.tip(&url, branch)? != tip.clone().unwrap_or_default()
        {
            return Err(moved(branch));
        }
        self.ensure_unchanged(pull, branch)?;
        let said = tip.as_deref().unwrap_or(&marker.oid);
        self.remark(pull.number, remark::closing(why, &self.surveyed.place.base, said))?;
        let text = Marker::find(&pull.body).map(|(_, text)| text).unwrap_or_default();
        let number = Number(Some(pull.number));
        if let Some(tip) = tip.as_deref().filter(|_| !shared) {
            if !marker.closing {
                let body = Some(Marker { closing: true, ..marker.clone() }.attach(&text));
                self.change(&Change::Edit { number, title: None, body, close: false })?;
            }
            match self.try_push(&url, branch, None, Some(tip)) {
                Err(NotPushed::Moved) => return Err(moved(branch)),
                // Where branches may not be removed it stays, and does no harm.
                Err(NotPushed::Because(_)) | Ok(()) => {}
            }
        }
        let body =
            Some(Marker { closing: false, closed: true, handed: false, ..marker.clone() }.attach(&text));
        self.change(&Change::Edit { number, title: None, body, close: true }).map(drop)
    }
}

/// Closes a pull request because somebody asked for it.
pub(crate) fn close(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    wants: &Wants,
    what: &Close,
) -> Result<Vec<Step>, String> {
    let mut act = Act { forge, surveyed, wants, steps: Vec::new(), fork: None };
    act.close(what, Closing::Asked).map(|()| act.steps)
}
