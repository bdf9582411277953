//! A file with the problems that a team knows of, so that a check fails only for new ones.

use crate::load::{self, DEPLOY_LIMIT, ReadFailure};
use crate::report::{Examined, Known};
use crate::view::below;
use anyhow::{Context as _, anyhow, bail};
use nixpacks_transforms::engine::{Finding, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

/// The version of the format.
const VERSION: u32 = 1;

/// How often each rule finds something, by the path of the file in the app and the rule. What is in no file stands
/// under `.`. Lines and wordings change without a new problem, so they are not in it.
type Counts = BTreeMap<String, BTreeMap<String, usize>>;

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    version: u32,
    /// By the path of the app from the directory of the file, `.` for that directory.
    apps: BTreeMap<String, App>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    /// The app was predicted to fail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    fails: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    problems: Counts,
}

impl Baseline {
    /// Reads the file.
    pub(crate) fn read(file: &Path) -> anyhow::Result<Self> {
        let failed = || format!("failed to read `{}`", file.display());
        let bytes = match load::read(file, DEPLOY_LIMIT) {
            Err(ReadFailure::Missing) => {
                return Err(anyhow!("there is no such file; help: `--write-baseline` writes it"))
                    .with_context(failed);
            }
            bytes => bytes.with_context(failed)?,
        };
        let baseline: Self = serde_json::from_slice(&bytes).with_context(failed)?;
        if baseline.version != VERSION {
            let version = baseline.version;
            return Err(anyhow!("its version is {version}, and this nixpacks-fix knows {VERSION}"))
                .with_context(failed);
        }
        Ok(baseline)
    }

    /// The problems of apps as they are.
    pub(crate) fn of(apps: &[Examined], file: &Path) -> anyhow::Result<Self> {
        let base = directory(file)?;
        let mut all = BTreeMap::new();
        for app in apps {
            let Ok(outcome) = &app.result else {
                bail!("not written: `{}` could not be checked", app.home.shown)
            };
            let key = key(app, &base).with_context(|| {
                format!(
                    "not written: `{}` is not below the directory of `{}`",
                    app.home.shown,
                    file.display()
                )
            })?;
            let known = App { fails: outcome.fails(), problems: counts(&outcome.findings) };
            if known.fails || !known.problems.is_empty() {
                all.insert(key, known);
            }
        }
        Ok(Self { version: VERSION, apps: all })
    }

    /// How many problems it lists, in how many apps.
    pub(crate) fn size(&self) -> (usize, usize) {
        let problems = self.apps.values().flat_map(|app| app.problems.values()).flat_map(BTreeMap::values);
        (problems.sum(), self.apps.len())
    }

    /// Writes the file, whole or not at all.
    pub(crate) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let failed = || format!("failed to write `{}`", file.display());
        // Behind a link, so that the link stays.
        let file = &file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        let dir = parent(file);
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any new file; the mask of the process takes away what it takes away.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let mut staged = builder.tempfile_in(dir).with_context(failed)?;
        staged.write_all(text.as_bytes()).with_context(failed)?;
        staged.persist(file).map_err(|error| error.error).with_context(failed)?;
        Ok(())
    }

    /// Takes the problems that it lists out of the results. Of a rule that finds more in a file than it lists, all are
    /// left: nothing says which is the new one. Gives back how many that it lists are gone.
    pub(crate) fn leave_out(&self, apps: &mut [Examined], file: &Path) -> anyhow::Result<usize> {
        let base = directory(file)?;
        let mut gone = 0;
        for app in apps {
            let known = key(app, &base).and_then(|key| self.apps.get(&key));
            let (Some(known), Ok(outcome)) = (known, &mut app.result) else { continue };
            let now = counts(&outcome.findings);
            let count = |counts: &Counts, finding: &Finding| {
                counts
                    .get(file_of(finding))
                    .and_then(|rules| rules.get(finding.rule.id))
                    .copied()
                    .unwrap_or(0)
            };
            let is_known = |finding: &Finding| {
                let listed = count(&known.problems, finding);
                listed > 0 && count(&now, finding) <= listed
            };
            let number = leave_out(outcome, is_known);
            let listed =
                known.problems.iter().flat_map(|(file, rules)| rules.iter().map(move |rule| (file, rule)));
            gone += listed
                .map(|(file, (rule, listed))| {
                    let now = now.get(file).and_then(|rules| rules.get(rule)).copied().unwrap_or(0);
                    listed.saturating_sub(now)
                })
                .sum::<usize>();
            app.known = Known { problems: number, failure: known.fails && outcome.fails() };
        }
        Ok(gone)
    }
}

/// Takes findings out of a result, and says how many.
fn leave_out(outcome: &mut Outcome, is_known: impl Fn(&Finding) -> bool) -> usize {
    let mut places = Vec::with_capacity(outcome.findings.len());
    let mut left = 0;
    for finding in &outcome.findings {
        places.push((!is_known(finding)).then_some(left));
        left += usize::from(places.last().is_some_and(Option::is_some));
    }
    for refused in &mut outcome.refused {
        refused.findings =
            refused.findings.iter().filter_map(|at| places.get(*at).copied().flatten()).collect();
    }
    outcome.remaining.retain(|finding| !is_known(finding));
    outcome.findings.retain(|finding| !is_known(finding));
    places.len() - left
}

fn counts(findings: &[Finding]) -> Counts {
    let mut counts = Counts::new();
    for finding in findings {
        let of_file = counts.entry(file_of(finding).to_owned()).or_default();
        *of_file.entry(finding.rule.id.to_owned()).or_default() += 1;
    }
    counts
}

fn file_of(finding: &Finding) -> &str {
    finding.place.as_ref().map_or(".", |place| place.path.as_str())
}

/// The directory of the file, as it is named.
fn parent(file: &Path) -> &Path {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The canonical directory of the file, which need not be there yet.
fn directory(file: &Path) -> anyhow::Result<std::path::PathBuf> {
    let dir = parent(file);
    dir.canonicalize().with_context(|| format!("failed to read `{}`", dir.display()))
}

/// The path of an app from the directory of the file; `None` for one that is not below it.
fn key(app: &Examined, base: &Path) -> Option<String> {
    let path = below(app.home.dir.as_deref()?, base)?;
    Some(if path.is_empty() { ".".to_owned() } else { path })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Baseline, Examined};
    use crate::report::sample::examined;
    use std::path::Path;

    fn at(dir: &Path, kinds: &[&str]) -> [Examined; 1] {
        let mut app = examined(kinds);
        app.home.dir = Some(dir.canonicalize().unwrap());
        [app]
    }

    #[test]
    fn leaves_out_what_was_there_and_nothing_that_is_new() {
        let dir = tempfile::TempDir::new().unwrap();
        let file = dir.path().join("known.json");
        Baseline::of(&at(dir.path(), &["safe", "none"]), &file).unwrap().write(&file).unwrap();
        let baseline = Baseline::read(&file).unwrap();
        assert_eq!(baseline.size(), (2, 1));
        for (now, left, known, gone) in [
            (&["safe", "none"][..], 0, 2, 0),
            (&["safe"], 0, 1, 1),
            (&["safe", "none", "unsafe"], 3, 0, 0),
            (&[], 0, 0, 2),
        ] {
            let mut apps = at(dir.path(), now);
            assert_eq!(baseline.leave_out(&mut apps, &file).unwrap(), gone, "{now:?}");
            let [app] = &apps;
            assert_eq!(app.result.as_ref().unwrap().findings.len(), left, "{now:?}");
            assert_eq!((app.known.problems, app.known.failure), (known, true), "{now:?}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let dir = tempfile::TempDir::new().unwrap();
        let file = dir.path().join("known.json");
        let said = || format!("{:#}", Baseline::read(&file).unwrap_err());
        assert!(said().ends_with("there is no such file; help: `--write-baseline` writes it"), "{}", said());
        Baseline { version: 2, ..Baseline::default() }.write(&file).unwrap();
        assert!(said().ends_with("its version is 2, and this nixpacks-fix knows 1"), "{}", said());
        // A file of another app says nothing of this one.
        let elsewhere = tempfile::TempDir::new().unwrap();
        assert!(Baseline::of(&at(elsewhere.path(), &["none"]), &file).is_err());
    }
}
