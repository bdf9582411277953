//! A virtual environment in a directory that only the build sees.

use super::draft::Draft;
use crate::context::Context;
use crate::document::schema;
use crate::walk::{CACHED, join};

/// The virtual environments that cache mounts keep out of the image: absolute directories.
pub(crate) fn kept_out<'c>(cx: &Context<'c>) -> Vec<&'c str> {
    let walk = cx.walk;
    walk.envs.iter().filter_map(|env| env.venv_dir()?.strip_prefix(CACHED)).collect()
}

/// Takes them out of the cache.
pub(crate) fn release(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let Ok(plan) = &cx.model.plan else { return };
    let dirs = kept_out(cx);
    if dirs.is_empty() || !cx.has("cached-venv") || !cx.walk.verdict.fails() {
        return;
    }
    for phase in plan.phases.keys() {
        let Some(list) = draft.list(phase, schema::CACHE_DIRECTORIES.names) else { continue };
        let covers = |entry: &str| {
            let entry = join("/app", entry);
            dirs.iter().any(|dir| {
                dir.strip_prefix(entry.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        };
        let before = list.pieces.len();
        list.pieces.retain(|piece| !covers(&piece.text));
        if list.pieces.len() < before {
            list.rules.insert("cached-venv");
            list.title = Some("keep the virtual environment in the image".to_owned());
        }
    }
}
