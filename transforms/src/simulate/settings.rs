//! Django's settings: the module that `wsgi.py`, `asgi.py` or `manage.py` names.

use super::exec::Run;
use super::machine::{EnvId, Shell};
use super::started::Found;
use super::status::{Failure, Status};
use super::verdict::Reason;

const VARIABLE: &str = "DJANGO_SETTINGS_MODULE";

/// Commands of `manage.py` that load the settings first.
const WITH_SETTINGS: [&str; 10] = [
    "check",
    "collectstatic",
    "createcachetable",
    "createsuperuser",
    "loaddata",
    "migrate",
    "qcluster",
    "runserver",
    "runworker",
    "showmigrations",
];

impl Run<'_, '_> {
    /// The failure where a file names settings that certainly are not there. `module` is what an option names.
    pub(super) fn lacks_settings(
        &self,
        shell: &Shell,
        env: EnvId,
        file: &str,
        roots: &[String],
        module: Option<&str>,
    ) -> Option<Status> {
        let bytes = self.machine.read(file)?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let named = settings_of(text)?;
        let known = shell.vars.get(VARIABLE).map(String::as_str).filter(|_| named.is_default);
        let module = module.or(known).unwrap_or(named.module);
        if !module.split('.').all(super::project::is_identifier) || !self.provides(shell, env, "django") {
            return None;
        }
        match self.module_in(shell, env, module, roots) {
            Found::Nowhere(part) => Some(Status::Fail(Failure {
                reason: Reason::ModuleNotFound,
                detail: format!("ModuleNotFoundError: No module named '{part}'"),
                hint: Some(format!(
                    "`{}` names the settings `{module}`, which the app does not have",
                    self.machine.view_path(file).unwrap_or_else(|| file.to_owned())
                )),
                at: None,
            })),
            _ => None,
        }
    }

    /// The same for `manage.py COMMAND`.
    pub(super) fn manage_lacks_settings(
        &self,
        shell: &Shell,
        env: EnvId,
        file: &str,
        args: &[Option<&str>],
    ) -> Option<Status> {
        let verb = args.first().copied().flatten()?;
        if super::paths::base_name(file) != "manage.py" || !WITH_SETTINGS.contains(&verb) {
            return None;
        }
        let option = args.iter().position(|arg| arg.is_some_and(|arg| arg.starts_with("--settings")));
        let module = match option {
            None => None,
            Some(at) => {
                let word = args.get(at).copied().flatten()?;
                Some(word.strip_prefix("--settings=").or_else(|| args.get(at + 1).copied().flatten())?)
            }
        };
        let mut roots = vec![super::paths::parent(file).to_owned()];
        roots.extend(self.module_path(shell, Some(env)));
        self.lacks_settings(shell, env, file, &roots, module)
    }
}

/// What code sets the variable to.
#[derive(Debug, PartialEq, Eq)]
struct Named<'t> {
    module: &'t str,
    /// Whether a variable of the environment goes before it.
    is_default: bool,
}

/// The settings that code names, where it names one alone, at the start of a line or of a function, and does not
/// change where modules are looked for.
fn settings_of(text: &str) -> Option<Named<'_>> {
    if text.matches(VARIABLE).count() != 1 || text.contains("sys.path") || text.contains("chdir(") {
        return None;
    }
    let line = text.lines().find(|line| line.contains(VARIABLE))?;
    let (before, after) = line.split_once(VARIABLE)?;
    let after = after.strip_prefix(['"', '\''])?.trim_start();
    let before = before.trim_start().strip_suffix(['"', '\''])?;
    let (is_default, value) = match before {
        "os.environ.setdefault(" | "environ.setdefault(" => (true, after.strip_prefix(',')?),
        "os.environ[" | "environ[" => (false, after.strip_prefix(']')?.trim_start().strip_prefix('=')?),
        _ => return None,
    };
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (module, rest) = value.get(1..)?.split_once(quote)?;
    let rest = rest.trim();
    matches!(rest, "" | ")").then_some(Named { module, is_default })
}

#[cfg(test)]
mod tests {
    use super::{Named, settings_of};

    #[test]
    fn reads_the_settings_that_plain_code_names() {
        let default = |module| Some(Named { module, is_default: true });
        for (text, want) in [
            (
                "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a.settings')\n",
                default("a.settings"),
            ),
            ("def main():\n    os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"a\")\n", default("a")),
            ("os.environ['DJANGO_SETTINGS_MODULE'] = 'b'\n", Some(Named { module: "b", is_default: false })),
            ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', NAME)\n", None),
            ("os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a' if x else 'b')\n", None),
            (
                "if x:\n    os.environ['DJANGO_SETTINGS_MODULE'] = 'a'\nelse:\n    os.environ['DJANGO_SETTINGS_MODULE'] = 'b'\n",
                None,
            ),
            ("sys.path.append('x')\nos.environ['DJANGO_SETTINGS_MODULE'] = 'b'\n", None),
            ("# DJANGO_SETTINGS_MODULE\n", None),
        ] {
            assert_eq!(settings_of(text), want, "{text}");
        }
    }
}
