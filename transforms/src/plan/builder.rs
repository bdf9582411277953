//! Which platform builds the app, and with what. Where that is not Nixpacks, nobody reads `nixpacks.toml`.
//!
//! Sources: Railway's documentation of Dockerfiles ("a Dockerfile at the root is always used") and of
//! `build.builder` in its config as code. Coolify, Dokploy and Sevalla keep the builder in their dashboard.

use super::types::{Model, Place, PlanError, PlanErrorKind};
use crate::app::{AppView, Overlay};
use crate::document::{Document, FileKind};
use crate::text::Span;

/// A platform that builds with Nixpacks, by what it reads and does before Nixpacks runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Reads `railway.json` or `railway.toml`, and takes a Dockerfile before any other builder.
    Railway,
    /// Rewrites the plan, and passes its variables as build arguments.
    Coolify,
    /// Runs `nixpacks build` as it is.
    Dokploy,
    /// Runs `nixpacks build` as it is.
    Sevalla,
    /// Any other: nothing is known of it.
    Generic,
}

impl Platform {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Railway, Self::Coolify, Self::Dokploy, Self::Sevalla, Self::Generic];

    /// Railway where a file of Railway's own stands at the root of the app.
    pub fn of(app: &dyn AppView) -> Self {
        let railway = FileKind::RAILWAY.iter().any(|kind| app.is_file(kind.name()));
        if railway { Self::Railway } else { Self::Generic }
    }

    /// As it is written on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Railway => "railway",
            Self::Coolify => "coolify",
            Self::Dokploy => "dokploy",
            Self::Sevalla => "sevalla",
            Self::Generic => "generic",
        }
    }
}

/// The app from the day on when Railway's own files are not read.
pub(crate) fn without_railway_files(app: &dyn AppView) -> Overlay<'_> {
    let mut without = Overlay::new(app);
    for kind in FileKind::RAILWAY {
        without.remove(kind.name());
    }
    without
}

/// A builder other than Nixpacks, which the files of the app choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherBuilder {
    /// `dockerfile`, `railpack`, or what the file names, in lower case.
    pub name: String,
    /// Who chooses it, as a sentence without its full stop.
    pub reason: String,
    /// What to do for a build with Nixpacks, as a sentence that starts in lower case.
    pub remedy: String,
    /// Where the choice stands: a setting, or the start of the file.
    pub place: Option<Place>,
}

/// The builder that takes the app before Nixpacks does, where the files say so.
pub fn other_builder(app: &dyn AppView, model: &Model, platform: Platform) -> Option<OtherBuilder> {
    if platform != Platform::Railway {
        return None;
    }
    if app.is_file("Dockerfile") {
        return Some(OtherBuilder {
            name: "dockerfile".to_owned(),
            reason: "Railway builds the Dockerfile of this app".to_owned(),
            remedy: "for a build with Nixpacks, remove or rename the Dockerfile: it wins even over `builder`"
                .to_owned(),
            place: None,
        });
    }
    let (builder, place) = model.builder.as_ref()?;
    if builder.eq_ignore_ascii_case("nixpacks") {
        return None;
    }
    let file = &place.path;
    Some(OtherBuilder {
        name: builder.to_lowercase(),
        reason: format!("Railway builds this app with {}, as `{file}` says", builder_name(builder)),
        remedy: format!("for a build with Nixpacks, set `builder` to `NIXPACKS` in `{file}`"),
        place: Some(Place { path: file.clone(), span: Span::new(place.span.start, place.span.end) }),
    })
}

/// What Nixpacks refuses of the plan as Coolify hands it back: its empty tables have become empty lists
/// (coollabsio/coolify issue 5190).
pub(crate) fn refused_on_coolify(model: &Model) -> Vec<PlanError> {
    let Some(doc) = model.config.as_deref().and_then(|path| model.document(path)) else { return Vec::new() };
    let error = |(keys, place): (Vec<&str>, Place)| {
        let wanted = match keys.as_slice() {
            ["start"] => "struct StartPhase with 4 elements",
            _ => "struct Phase with 11 elements",
        };
        PlanError {
            kind: PlanErrorKind::EmptyTable,
            message: format!("invalid length 0, expected {wanted}"),
            place: Some(place),
        }
    };
    empty_tables(doc).into_iter().map(error).collect()
}

/// The phases that have no key, and an empty `start`, each with its path.
pub(crate) fn empty_tables(doc: &Document) -> Vec<(Vec<&str>, Place)> {
    let phases = doc.get(&["phases"]).and_then(|node| node.as_table());
    let phases = phases.into_iter().flat_map(|table| &table.entries);
    let phases = phases.map(|entry| (vec!["phases", entry.key.name.as_str()], entry));
    let start = doc.root.entries.iter().filter(|entry| entry.key.name == "start");
    let start = start.map(|entry| (vec!["start"], entry));
    phases
        .chain(start)
        .filter(|(_, entry)| entry.node.as_table().is_some_and(|table| table.entries.is_empty()))
        .map(|(keys, entry)| (keys, Place { path: doc.path.clone(), span: entry.key.span }))
        .collect()
}

fn builder_name(builder: &str) -> String {
    match builder.to_ascii_lowercase().as_str() {
        "railpack" => "Railpack".to_owned(),
        "dockerfile" => "a Dockerfile".to_owned(),
        _ => format!("`{builder}`"),
    }
}
