//! Configs that stand in another directory than their app: `build.nixpacksConfigPath` of Railway's own file names them.

use crate::load::{DEPLOY_LIMIT, read};
use nixpacks_transforms::document::schema::RAILWAY_CONFIG_PATH;
use nixpacks_transforms::document::{Document, FileKind};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Puts in place of each directory that holds nothing but the config of an app above it that app. `dirs` are the
/// directories of `base` that hold a config, each with its canonical path.
pub(super) fn move_to_their_apps(dirs: &mut BTreeMap<PathBuf, PathBuf>, base: &Path) {
    let mut named = HashMap::new();
    let below: Vec<PathBuf> = dirs.keys().filter(|dir| *dir != base).cloned().collect();
    for dir in below {
        let Some(app) = app_of(&dir, base, &mut named) else { continue };
        if let Ok(real) = app.canonicalize() {
            dirs.remove(&dir);
            dirs.insert(app, real);
        }
    }
}

/// The directory above `dir`, up to `base`, whose Railway file names a config in `dir`.
fn app_of(dir: &Path, base: &Path, named: &mut HashMap<PathBuf, Option<PathBuf>>) -> Option<PathBuf> {
    let above = dir.ancestors().skip(1).take_while(|above| above.starts_with(base));
    above.map(Path::to_owned).find(|above| {
        let config = named.entry(above.clone()).or_insert_with(|| config_of(above));
        config.as_ref().is_some_and(|config| config.parent() == Some(dir))
    })
}

/// The config that the Railway file in `dir` names.
fn config_of(dir: &Path) -> Option<PathBuf> {
    FileKind::RAILWAY.into_iter().find_map(|kind| {
        let bytes = read(&dir.join(kind.name()), DEPLOY_LIMIT).ok()?;
        let document = Document::parse(kind.name(), kind, String::from_utf8(bytes).ok()?).ok()?;
        let path = document.get(&RAILWAY_CONFIG_PATH)?.as_str()?.decoded.clone();
        let path = path.trim_start_matches("./").trim_matches('/');
        let stays = !path.is_empty() && !path.split('/').any(|part| part == "..");
        stays.then(|| dir.join(path))
    })
}
