//! Compares Railpack with Nixpacks on apps, for the commands and for pull requests.

use crate::app::{App, AppLocation};
use crate::discover::Input;
use crate::report::Texts;
use crate::report::Written;
use crate::report::railpack::Moved;
use crate::settings::{Resolved, Resolver};
use crate::shared::Shared;
use nixpacks_railpack::dockerfile;
use nixpacks_railpack::migrate::migrate;
use nixpacks_railpack::release::{Platform, Target};
use nixpacks_transforms::app::{AppView, NotingErrors, ReadError};
use nixpacks_transforms::engine::FileChange;
use nixpacks_transforms::plan::Platform as Known;
use nixpacks_transforms::text::LineIndex;

/// The version that was named, else that of the platform of an app, else Railway's.
fn target(typed: Option<Target>, platform: Option<Known>) -> Target {
    let platform = match platform {
        Some(Known::Coolify) => Platform::Coolify,
        Some(Known::Dokploy) => Platform::Dokploy,
        Some(Known::Sevalla) => Platform::Sevalla,
        Some(Known::Railway | Known::Generic) | None => Platform::Railway,
    };
    typed.unwrap_or_else(|| Target::of(platform))
}

/// Compares the builders on an app, with the texts of the files that change.
pub(crate) fn compare(
    home: AppLocation,
    app: &dyn AppView,
    resolved: &Resolved,
    typed: Option<Target>,
    asks_dockerfile: bool,
) -> (Moved, Texts) {
    let dashboard = &resolved.options.dashboard;
    let migration = migrate(app, target(typed, resolved.options.platform), dashboard);
    let text = |path: &str| {
        let bytes = app.read(path).ok().flatten()?;
        String::from_utf8(bytes.into_owned()).ok()
    };
    let mut files = migration.files.clone();
    let dockerfile = asks_dockerfile.then(|| {
        if migration.left.is_empty() && !migration.by_hand.dockerfile {
            return Err("Railpack can keep the app, and needs none".to_owned());
        }
        let text = dockerfile::dockerfile(app, dashboard)?;
        files = [(dockerfile::DOCKERFILE.to_owned(), text)].into();
        Ok(())
    });
    let (mut changes, mut texts) = (Vec::new(), Texts::default());
    for (path, after) in &files {
        let before = text(path);
        if let Some(text) = &before {
            texts.0.insert(path.clone(), LineIndex::new(text.clone()));
        }
        changes.push(FileChange {
            path: path.clone(),
            created: before.is_none(),
            removed: false,
            before: before.unwrap_or_default(),
            after: after.clone(),
            edits: Vec::new(),
        });
    }
    let (written, unread, fail_on) = (Written::Shown, Vec::new(), resolved.fail_on);
    (Moved { home, migration, changes, written, unread, dockerfile, fail_on }, texts)
}

/// Notes what could not be read. Nothing is written then: it would be for another app.
pub(crate) fn note_unread(moved: &mut Moved, errors: Vec<ReadError>) {
    for error in errors {
        let path = moved.home.shown_file(&error.path);
        moved.unread.push(format!("failed to read `{path}`: {}", error.message));
        moved.changes.clear();
    }
}

/// Compares the builders on every input that the settings do not leave out.
pub(crate) fn compare_all(
    inputs: &[Input],
    resolver: &Resolver,
    shared: &Shared,
    typed: Option<Target>,
) -> anyhow::Result<Vec<Moved>> {
    let mut all = Vec::new();
    for input in inputs {
        let found = resolver.of(input, shared)?;
        if found.excluded {
            continue;
        }
        let App { home, view } = App::open(input, shared)?;
        let noting = NotingErrors::new(view.as_ref());
        let (mut moved, _) = compare(home, &noting, &found, typed, false);
        note_unread(&mut moved, noting.errors());
        for change in moved.changes.iter().filter(|change| !change.created) {
            // A patch for a commit names the file behind a link.
            if let Some(real) = view.real(&change.path).filter(|_| moved.home.dir.is_none()) {
                moved.home.behind.insert(change.path.clone(), real);
            }
        }
        all.push(moved);
    }
    Ok(all)
}
