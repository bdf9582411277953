//! Programs that read, write and remove files, as far as it is known which files are there.

use super::exec::Run;
use super::machine::Shell;
use super::paths::{self, base_name};
use super::simple::Cmd;
use super::status::Status;
use super::verdict::Reason;
use crate::app::Kind;

impl Run<'_, '_> {
    /// A program whose files are followed; `None` for any other.
    pub(super) fn file_program(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Option<Status> {
        let name = base_name(&cmd.name);
        Some(match name {
            "mkdir" => self.make_directories(shell, cmd),
            "touch" | "tee" => self.make_files(shell, cmd),
            "chmod" => self.change_mode(shell, cmd),
            "rm" | "rmdir" | "unlink" => self.remove(shell, cmd),
            "cp" | "mv" | "ln" => match self.refuses_copy(shell, cmd) {
                Some(status) => status,
                None => self.machine.copy(shell, cmd),
            },
            "install" => self.install_files(shell, cmd),
            "cat" | "tac" | "head" | "tail" | "ls" | "wc" | "sort" | "sed" | "grep" | "egrep" | "fgrep" => {
                self.read_files(shell, cmd)
            }
            "find" if cmd.has("chmod") => {
                self.machine.executable.insert(format!("{}/", paths::APP), true);
                Status::Ok
            }
            "git" => self.git(shell, cmd),
            "tar" | "unzip" => {
                self.unpack(shell, cmd);
                Status::Ok
            }
            "apt-get" | "apt" if cmd.operands().contains(&"install") => {
                for dir in ["/usr/bin", "/usr/sbin"] {
                    self.machine.brings_unseen(dir, true);
                }
                Status::Ok
            }
            _ => return None,
        })
    }

    /// The absolute paths that an operand stands for; `None` where that is not known.
    fn places(&self, shell: &Shell, operand: &str) -> Option<Vec<String>> {
        let path = paths::join(&shell.cwd, operand);
        if !operand.contains(['*', '?', '[', '{']) {
            return Some(vec![path]);
        }
        let (dir, name) = (paths::parent(&path), base_name(&path));
        let (start, end) = name.split_once('*')?;
        if dir.contains(['*', '?', '[', '{']) || [start, end].concat().contains(['*', '?', '[', '{']) {
            return None;
        }
        let entries = self.machine.list(dir).into_iter().map(|entry| entry.name);
        let matching = entries.filter(|name| {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        });
        let visible = matching.filter(|name| !name.starts_with('.') || start.starts_with('.'));
        Some(visible.map(|name| format!("{dir}/{name}")).collect())
    }

    /// The first operand that is certainly not there.
    fn absent<'s>(&self, shell: &Shell, operands: &[&'s str]) -> Option<&'s str> {
        let is_absent = |operand: &&str| {
            let path = paths::join(&shell.cwd, operand);
            if operand.contains(['*', '?', '[', '{']) {
                // bash passes on a pattern that nothing matches.
                let nothing = self.places(shell, operand).is_some_and(|places| places.is_empty());
                return nothing
                    && self.machine.lacks(&path)
                    && !self.machine.has_made_in(paths::parent(&path));
            }
            self.machine.lacks(&path)
        };
        operands.iter().copied().find(is_absent)
    }

    fn make_directories(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let parents = has_flag(cmd, 'p') || cmd.has("--parents");
        for name in operands(cmd, &["-m", "--mode"]) {
            let path = paths::join(&shell.cwd, name);
            let literal = !name.contains(['{', '*', '?', '[']);
            if !parents && literal {
                let refused = if self.machine.exists(&path) {
                    "File exists"
                } else if self.machine.lacks(paths::parent(&path)) {
                    "No such file or directory"
                } else {
                    ""
                };
                if !refused.is_empty() {
                    let detail = format!("mkdir: cannot create directory '{name}': {refused}");
                    return Status::fail(Reason::NoSuchFile, detail);
                }
            }
            if literal {
                self.machine.write(format!("{path}/."));
            } else {
                self.machine.brings_unseen(paths::parent(path.split('{').next().unwrap_or(&path)), true);
            }
        }
        Status::Ok
    }

    fn make_files(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let name = base_name(&cmd.name);
        for file in operands(cmd, &["-d", "-t", "-r"]) {
            let path = paths::join(&shell.cwd, file);
            let parent = paths::parent(&path);
            // When the app starts, a volume may be there.
            if self.machine.lacks(parent) || (!self.phase.is_empty() && self.machine.lacks_root(parent)) {
                let what = if name == "touch" { format!("cannot touch '{file}'") } else { file.to_owned() };
                return Status::fail(
                    Reason::NoSuchFile,
                    format!("{name}: {what}: No such file or directory"),
                );
            }
            // An old file that is touched says what it said.
            if name == "tee" || !self.machine.exists(&path) {
                self.machine.write(path);
            }
        }
        Status::Ok
    }

    fn change_mode(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let recursive = has_flag(cmd, 'R') || cmd.has("--recursive");
        let mut operands = cmd.args.iter().flatten().copied();
        // `-x` is a mode, and `-R` is not.
        let is_option = |arg: &str| {
            arg.starts_with("--") || (arg.starts_with('-') && !arg.contains(['r', 'w', 'x', 'X']))
        };
        let Some(mode) = operands.find(|arg| !is_option(arg)) else { return Status::Ok };
        let executable = sets_executable(mode);
        let files: Vec<&str> = operands.filter(|arg| !is_option(arg)).collect();
        if let Some(file) = self.absent(shell, &files) {
            let detail = format!("chmod: cannot access '{file}': No such file or directory");
            return Status::fail(Reason::NoSuchFile, detail);
        }
        let Some(executable) = executable else { return Status::Ok };
        if cmd.args.iter().any(Option::is_none) {
            // Ex) `chmod +x $FILE`, and what `xargs` adds
            self.machine.executable.insert(format!("{}/", paths::APP), true);
        }
        for file in files {
            for path in self.places(shell, file).unwrap_or_default() {
                let path = if recursive { format!("{path}/") } else { path };
                self.machine.executable.insert(path, executable);
            }
        }
        Status::Ok
    }

    fn remove(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let name = base_name(&cmd.name);
        let forced = has_flag(cmd, 'f') || cmd.has("--force");
        let recursive = name == "rmdir" || ["-r", "-R", "--recursive"].iter().any(|flag| cmd.has(flag));
        let recursive = recursive || has_flag(cmd, 'r') || has_flag(cmd, 'R');
        let files = cmd.operands();
        if !forced && let Some(file) = self.absent(shell, &files) {
            return Status::fail(
                Reason::NoSuchFile,
                format!("{name}: cannot remove '{file}': No such file or directory"),
            );
        }
        for file in files {
            for path in self.places(shell, file).unwrap_or_default() {
                if !recursive && self.machine.kind(&path) == Some(Kind::Dir) {
                    let detail = format!("{name}: cannot remove '{file}': Is a directory");
                    return Status::fail(Reason::Other, detail);
                }
                self.machine.remove(&path);
            }
            // Ex) `rm -rf /opt/venv/*`
            let inside = paths::join(&shell.cwd, file);
            if let Some(dir) =
                inside.strip_suffix("/*").filter(|dir| recursive && self.machine.venv(dir).is_some())
            {
                self.machine.remove(&format!("{dir}/bin"));
            }
        }
        Status::Ok
    }

    /// What `cp`, `mv` and `ln` say to files that are not there, or that are.
    fn refuses_copy(&self, shell: &Shell, cmd: &Cmd<'_>) -> Option<Status> {
        let name = base_name(&cmd.name);
        if cmd.args.iter().any(|arg| arg.is_none_or(|arg| arg == "-t" || arg.starts_with("--target"))) {
            return None;
        }
        let operands = operands(cmd, &["-S", "--suffix"]);
        let (to, from) = operands.split_last().filter(|(_, from)| !from.is_empty())?;
        let fails = |detail: String| Some(Status::fail(Reason::NoSuchFile, detail));
        let dest = paths::join(&shell.cwd, to);
        if name == "ln" {
            let forced = has_flag(cmd, 'f') || cmd.has("--force");
            let taken = !forced && self.machine.kind(&dest) == Some(Kind::File);
            return taken.then(|| fails(format!("ln: failed to create link '{to}': File exists"))).flatten();
        }
        if let Some(file) = self.absent(shell, from) {
            return fails(format!("{name}: cannot stat '{file}': No such file or directory"));
        }
        if let [only] = from
            && name == "cp"
            && !cmd.args.iter().flatten().any(|arg| arg.starts_with('-'))
            && self.machine.kind(&paths::join(&shell.cwd, only)) == Some(Kind::Dir)
        {
            return fails(format!("cp: -r not specified; omitting directory '{only}'"));
        }
        let sources: usize =
            from.iter().map(|file| self.places(shell, file).map_or(1, |places| places.len())).sum();
        let into = sources > 1 || to.ends_with('/');
        let is_dir = |file: &&str| self.machine.kind(&paths::join(&shell.cwd, file)) == Some(Kind::Dir);
        if into && self.machine.lacks(&dest) && !(sources == 1 && from.iter().any(is_dir)) {
            return fails(format!("{name}: target '{to}' is not a directory"));
        }
        let parent = if to.ends_with('/') && name == "cp" { dest.as_str() } else { paths::parent(&dest) };
        let is_file = |file: &&str| self.machine.kind(&paths::join(&shell.cwd, file)) == Some(Kind::File);
        if self.machine.lacks(parent) && from.iter().any(is_file) {
            let why = if to.ends_with('/') { "Not a directory" } else { "No such file or directory" };
            return fails(format!("{name}: cannot create regular file '{to}': {why}"));
        }
        None
    }

    /// `install -m 755 x /usr/local/bin/x`
    fn install_files(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let operands = operands(cmd, &["-m", "-o", "-g", "--mode", "--owner", "--group", "-t", "-S"]);
        if has_flag(cmd, 'd') {
            for dir in operands {
                self.machine.write(format!("{}/.", paths::join(&shell.cwd, dir)));
            }
            return Status::Ok;
        }
        let Some((to, from)) = operands.split_last().filter(|(_, from)| !from.is_empty()) else {
            self.machine.brings_unseen("/usr/local/bin", true);
            return Status::Ok;
        };
        if let Some(file) = self.absent(shell, from) {
            let detail = format!("install: cannot stat '{file}': No such file or directory");
            return Status::fail(Reason::NoSuchFile, detail);
        }
        let dest = paths::join(&shell.cwd, to);
        let into = from.len() > 1 || to.ends_with('/') || self.machine.kind(&dest) == Some(Kind::Dir);
        for file in from {
            let place = if into { format!("{dest}/{}", base_name(file)) } else { dest.clone() };
            self.machine.write(place.clone());
            self.machine.show(place.clone(), paths::join(&shell.cwd, file));
            self.machine.executable.insert(place, true);
        }
        Status::Ok
    }

    fn read_files(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let name = base_name(&cmd.name);
        let with_value: &[&str] = match name {
            "head" | "tail" => &["-n", "-c", "--lines", "--bytes"],
            "sed" => &["-e", "-f", "-l", "--expression", "--file"],
            "grep" | "egrep" | "fgrep" => &["-e", "-f", "-A", "-B", "-C", "-m", "-d", "-D"],
            "sort" => &["-k", "-t", "-o", "-S", "-T"],
            _ => &[],
        };
        if cmd.args.iter().any(Option::is_none) {
            return Status::Ok;
        }
        let mut files = operands(cmd, with_value);
        let place = |file: &&&str| self.machine.submodule_of(&paths::join(&shell.cwd, file)).is_some();
        if let Some(file) = files.iter().find(place) {
            return self.machine.may_be_created(&paths::join(&shell.cwd, file), file);
        }
        let is_script = |arg: &str| {
            ["-e", "-f"].contains(&arg) || arg.starts_with("--expression") || arg.starts_with("--file")
        };
        if matches!(name, "sed" | "grep" | "egrep" | "fgrep")
            && !cmd.args.iter().flatten().any(|arg| is_script(arg))
        {
            files = files.get(1..).unwrap_or_default().to_vec();
        }
        // grep goes on to the next file, and what it found there decides.
        if name.ends_with("grep") && files.len() > 1 {
            return Status::Ok;
        }
        if let Some(file) = self.absent(shell, &files) {
            let what = match name {
                "sed" => format!("can't read {file}"),
                "ls" => format!("cannot access '{file}'"),
                "head" | "tail" => format!("cannot open '{file}' for reading"),
                "sort" => format!("cannot read: {file}"),
                _ => (*file).to_owned(),
            };
            return Status::fail(Reason::NoSuchFile, format!("{name}: {what}: No such file or directory"));
        }
        let in_place = |arg: &&str| {
            arg.starts_with("--in-place")
                || (arg.starts_with('-') && !arg.starts_with("--") && arg.contains('i'))
        };
        if name == "sed" && cmd.args.iter().flatten().any(in_place) {
            for file in files {
                for path in self.places(shell, file).unwrap_or_default() {
                    self.machine.write(path);
                }
            }
        }
        Status::Ok
    }
}

/// The operands of a command, without options and their values.
pub(super) fn operands<'s>(cmd: &Cmd<'s>, with_value: &[&str]) -> Vec<&'s str> {
    let mut found = Vec::new();
    let mut args = cmd.args.iter();
    while let Some(arg) = args.next() {
        let Some(arg) = *arg else { continue };
        if with_value.contains(&arg) {
            args.next();
        } else if !arg.starts_with('-') {
            found.push(arg);
        }
    }
    found
}

/// Whether a short option is given, alone or with others: `-rf`.
fn has_flag(cmd: &Cmd<'_>, flag: char) -> bool {
    cmd.args.iter().flatten().any(|arg| arg.starts_with('-') && !arg.starts_with("--") && arg.contains(flag))
}

/// Whether a mode lets a file be executed; `None` where it does not say.
fn sets_executable(mode: &str) -> Option<bool> {
    if mode.bytes().all(|byte| byte.is_ascii_digit()) {
        let bits = mode.get(mode.len().saturating_sub(3)..)?;
        return Some(bits.bytes().any(|digit| (digit - b'0') % 2 == 1));
    }
    let mut found = None;
    for clause in mode.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (_, change) = clause.split_at(at);
        let executes = change.contains(['x', 'X']);
        match change.chars().next() {
            Some('+') if executes => found = Some(true),
            // Of one of the three only, another may be left.
            Some('-') if executes && (at == 0 || clause.starts_with('a')) => found = Some(false),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::sets_executable;

    #[test]
    fn modes_say_whether_a_file_may_run() {
        for (mode, want) in [
            ("+x", Some(true)),
            ("u+x", Some(true)),
            ("755", Some(true)),
            ("0644", Some(false)),
            ("-x", Some(false)),
            ("a-x", Some(false)),
            ("u-x", None),
            ("+r", None),
            ("u+rwx,g+rx", Some(true)),
            ("1", Some(true)),
        ] {
            assert_eq!(sets_executable(mode), want, "{mode}");
        }
    }
}
