//! The title and the description of a pull request, which a person may have rewritten.

use super::decide::Decision;
use super::marker::{Marker, text_digest, wrote};
use super::proposal::Proposal;
use crate::forge::{Account, Pull};

/// What is to be written of a title and a description that a person may have changed.
pub(super) struct Texts {
    /// A new title, with the mark of a draft.
    pub(super) title: Option<String>,
    /// The description, without a marker.
    pub(super) body: String,
    /// What the marker says of the two.
    pub(super) marker: Marker,
}

impl Texts {
    /// From what the forge has now and what was decided.
    pub(super) fn new(
        pull: &Pull,
        own: Option<&Account>,
        marker: &Marker,
        proposal: &Proposal,
        decision: &Decision,
    ) -> Self {
        let (title, body) = match decision {
            Decision::Update { title, body, .. } => (*title, *body),
            _ => (false, false),
        };
        let now = Marker::of(pull, own).map(|(_, text)| text).unwrap_or_default();
        let wanted = &proposal.message.subject;
        let body_text = if body { proposal.body.clone() } else { now.clone() };
        let title_text = if title { wanted } else { &pull.title };
        let title_digest =
            (title || wrote(marker.title.as_deref(), &pull.title)).then(|| text_digest(title_text));
        let body_digest = (body || wrote(marker.body.as_deref(), &now)).then(|| text_digest(&body_text));
        Self {
            title: title.then(|| format!("{}{wanted}", pull.mark)),
            body: body_text,
            marker: Marker {
                kind: marker.kind,
                title: title_digest,
                body: body_digest,
                pending: marker.pending,
                handed_back: marker.handed_back,
                ..Marker::default()
            },
        }
    }
}
