//! What one shell sees: its variables, its `PATH`, where it is.

use super::machine::Program;
use super::paths::{APP, BASE_PATH, HOME};
use super::status::Status;
use super::verdict::Reason;
use crate::shell::FunctionDefinition;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most directories of `PATH` that are followed: every command asks each of them.
pub(crate) const MOST_DIRS: usize = 256;

/// One shell: a `cmds` entry or the start command.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own, as a shell has them")]
pub(crate) struct Shell {
    /// Directories of `PATH`, first to last.
    pub(crate) path: Arc<Vec<Arc<str>>>,
    /// More directories may be first on `PATH`: they come from a variable that is not followed.
    pub(crate) has_open_path: bool,
    /// Absolute working directory.
    pub(crate) cwd: String,
    /// A `cd` went to a directory that is not known, so `cwd` may be wrong.
    pub(crate) has_open_cwd: bool,
    /// Variables that commands set and that matter here.
    pub(crate) vars: Arc<BTreeMap<String, String>>,
    /// The activated virtual environment.
    pub(crate) active: Option<String>,
    /// `set -e`
    pub(crate) errexit: bool,
    /// `-o pipefail`: the build's shells have it, the start's has not.
    pub(crate) pipefail: bool,
    /// Set once the shell has ended.
    pub(crate) exited: bool,
    /// Interpreters that were run by name: bash looks in the same place again until `PATH` changes
    /// (bash(1), COMMAND EXECUTION), even where a nearer one was made meanwhile.
    pub(crate) hashed: BTreeMap<String, Program>,
    /// Variables with a value that is known, `HOME` among them.
    pub(crate) texts: Arc<BTreeMap<String, String>>,
    /// `OLDPWD`
    pub(crate) previous: Option<String>,
    /// What `pushd` keeps for `popd`.
    pub(crate) stack: Vec<String>,
    /// Functions that were defined.
    pub(crate) functions: Arc<BTreeMap<String, Function>>,
}

/// A function of the shell, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) definition: FunctionDefinition,
    /// The script of the repository, where it is not the command itself.
    pub(crate) file: Option<Arc<str>>,
    /// What its spans are counted from.
    pub(crate) offset: usize,
}

/// The variables that the walk-through looks at.
const VARS: [&str; 22] = [
    "BUN_INSTALL",
    "CARGO_HOME",
    "DENO_INSTALL",
    "DJANGO_SETTINGS_MODULE",
    "GOBIN",
    "GOPATH",
    "GUNICORN_CMD_ARGS",
    "NIXPACKS_POETRY_VERSION",
    "PIP_BREAK_SYSTEM_PACKAGES",
    "PIPENV_VENV_IN_PROJECT",
    "PNPM_HOME",
    "POETRY_VIRTUALENVS_CREATE",
    "POETRY_VIRTUALENVS_IN_PROJECT",
    "PYTHONPATH",
    "UVICORN_APP_DIR",
    "UV_BREAK_SYSTEM_PACKAGES",
    "UV_INSTALL_DIR",
    "UV_PROJECT_ENVIRONMENT",
    "UV_SYSTEM_PYTHON",
    "UV_UNMANAGED_INSTALL",
    "VIRTUAL_ENV",
    "XDG_BIN_HOME",
];

/// Whether the walk-through looks at this variable. Others are not kept: a shell is copied often.
pub(crate) fn matters(name: &str) -> bool {
    VARS.contains(&name)
}

impl Shell {
    /// A failure that another directory would undo, where that one is not known.
    pub(super) fn doubted(&self, status: Status) -> Status {
        let Status::Fail(failure) = &status else { return status };
        let in_path = || {
            let mut path =
                self.vars.get("PYTHONPATH").into_iter().flat_map(|path| path.split(':')).enumerate();
            let is_open = |dir: &str| {
                !matches!(dir, "$PYTHONPATH" | "${PYTHONPATH}")
                    && dir.contains(['$', '`'])
                    && super::expansion::text(self, dir).is_none()
            };
            // More than are followed are not known either.
            path.any(|(at, dir)| at >= MOST_DIRS || is_open(dir))
        };
        match failure.reason {
            Reason::ModuleNotFound | Reason::NoSuchFile if self.has_open_cwd => {
                Status::unknown("the working directory comes from a variable")
            }
            Reason::ModuleNotFound if in_path() => {
                Status::unknown("a directory of `PYTHONPATH` comes from a variable")
            }
            _ => status,
        }
    }

    pub(crate) fn new(path: Arc<Vec<Arc<str>>>, vars: Arc<BTreeMap<String, String>>, pipefail: bool) -> Self {
        Self {
            path,
            cwd: APP.to_owned(),
            has_open_cwd: false,
            vars,
            active: None,
            errexit: false,
            pipefail,
            exited: false,
            hashed: BTreeMap::new(),
            has_open_path: false,
            texts: Arc::new([("HOME".to_owned(), HOME.to_owned())].into()),
            previous: None,
            stack: Vec::new(),
            functions: Arc::default(),
        }
    }

    /// The shell that a script or `bash -c` gets: which variables are exported is not followed.
    pub(crate) fn child(&self) -> Self {
        let mut texts = BTreeMap::new();
        texts.extend(self.texts.get_key_value("HOME").map(|(name, value)| (name.clone(), value.clone())));
        Self {
            pipefail: false,
            errexit: false,
            texts: Arc::new(texts),
            previous: None,
            stack: Vec::new(),
            ..self.clone()
        }
    }
}

/// `PATH` with these directories before the base image's, or with one more than is followed.
pub(crate) fn path_with<'d>(dirs: impl Iterator<Item = &'d Arc<str>>) -> Arc<Vec<Arc<str>>> {
    let base = BASE_PATH.iter().map(|dir| Arc::from(*dir));
    Arc::new(dirs.take(MOST_DIRS + 1).cloned().chain(base).collect())
}
