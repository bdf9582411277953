//! Configs that stand in another directory than their app: `build.nixpacksConfigPath` of Railway's own file names them.

use crate::load::{DEPLOY_LIMIT, read};
use nixpacks_transforms::document::schema::{RAILWAY_CONFIG_PATH, RAILWAY_PRODUCTION};
use nixpacks_transforms::document::{Document, FileKind};
use nixpacks_transforms::plan;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Puts in place of each directory that holds nothing but the config of an app above it that app. `dirs` are the
/// directories of `base` that hold a config, each with its canonical path.
pub(super) fn move_to_their_apps(dirs: &mut BTreeMap<PathBuf, PathBuf>, base: &Path) {
    // Each directory once, however many configs are below it: the nearest comes last.
    let mut above = BTreeSet::new();
    for dir in dirs.keys().filter(|dir| *dir != base) {
        let unknown = dir.ancestors().skip(1).take_while(|above| above.starts_with(base));
        unknown.take_while(|dir| above.insert((*dir).to_owned())).for_each(drop);
    }
    let named = above.into_iter().filter_map(|app| Some((config_of(&app)?.parent()?.to_owned(), app)));
    let apps: BTreeMap<PathBuf, PathBuf> = named.filter(|(dir, app)| dir != app).collect();
    for (dir, app) in apps {
        if dirs.contains_key(&dir)
            && let Ok(real) = app.canonicalize()
        {
            dirs.remove(&dir);
            dirs.insert(app, real);
        }
    }
}

/// The config that the Railway file in `dir` names.
fn config_of(dir: &Path) -> Option<PathBuf> {
    FileKind::RAILWAY.into_iter().find_map(|kind| {
        let bytes = read(&dir.join(kind.name()), DEPLOY_LIMIT).ok()?;
        let document = Document::parse(kind.name(), kind, String::from_utf8(bytes).ok()?).ok()?;
        let path = plan::railway_value(&document, RAILWAY_PRODUCTION, &RAILWAY_CONFIG_PATH)?
            .as_str()?
            .decoded
            .clone();
        let path = path.trim_start_matches("./").trim_matches('/');
        let stays = !path.is_empty() && !path.split('/').any(|part| part == "..");
        stays.then(|| dir.join(path))
    })
}
