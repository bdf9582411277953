//! The Python provider beside another one, for an app whose Python part nothing sets up.

use super::draft::Draft;
use crate::context::Context;
use crate::plan::PYTHON_MANIFESTS;
use crate::walk::{CallKind, Reason};

/// Whether Python is needed, has a manifest, and no command and no provider sets it up: the manifest.
pub(crate) fn left_out(cx: &Context<'_>) -> Option<&'static str> {
    let plan = cx.model.plan.as_ref().ok()?;
    let missed =
        cx.walk.commands.iter().find(|command| command.fails())?.calls.iter().any(|call| match &call.kind {
            CallKind::Python { .. } => {
                matches!(
                    call.reason(),
                    Some(Reason::PythonNotFound | Reason::MarkerMissing | Reason::VenvMissing)
                )
            }
            CallKind::Activate { .. } => call.reason() == Some(Reason::VenvMissing),
            CallKind::Program { .. } if call.reason() == Some(Reason::VenvMissing) => true,
            CallKind::Program { name } => {
                call.reason() == Some(Reason::CommandNotFound)
                    && crate::requirements::scripts::distributions_with_script(name).next().is_some()
            }
            _ => false,
        });
    let sets_up = cx.walk.commands.iter().flat_map(|command| &command.calls).any(|call| {
        matches!(
            call.kind,
            CallKind::Pip(_) | CallKind::MakeVenv { .. } | CallKind::UvPip { .. } | CallKind::Manager { .. }
        )
    });
    if !missed
        || sets_up
        || plan.ran.is_empty()
        || plan.providers.is_some()
        || plan.ran.iter().any(|name| name == "python")
    {
        return None;
    }
    PYTHON_MANIFESTS.into_iter().find(|manifest| cx.app.is_file(&in_dir(&plan.dir, manifest)))
}

fn in_dir(dir: &str, file: &str) -> String {
    if dir.is_empty() { file.to_owned() } else { format!("{dir}/{file}") }
}

/// Adds it; whether there was a need.
pub(crate) fn add(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let needed = cx.has("python-provider-left-out") && left_out(cx).is_some();
    if needed {
        draft.insert_top("providers", &["...", "python"], "python-provider-left-out");
    }
    needed
}
