//! Names of the standard library, and the modules that a piece of code imports.

use super::profile::{Words, words};
use std::sync::LazyLock;

/// Top-level modules of `CPython` 3.8 to 3.13 (`sys.stdlib_module_names`, the public ones).
static MODULES: LazyLock<Words> = LazyLock::new(|| {
    words(
        " __future__ abc aifc argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii \
binhex bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall \
concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib \
dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib \
functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr \
imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math \
mimetypes mmap modulefinder multiprocessing netrc nis nntplib ntpath nturl2path numbers opcode operator optparse os \
ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd \
py_compile pyclbr pydoc pydoc_data queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select \
selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants \
sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile \
telnetlib tempfile termios test textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc \
tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser wsgiref xdrlib xml \
xmlrpc zipapp zipfile zipimport zlib zoneinfo ",
    )
});

/// Whether the standard library has this top-level module.
pub(crate) fn has(module: &str) -> bool {
    MODULES.contains(module)
}

/// Top-level names that `import x` and `from x import y` of a piece of code name.
pub(crate) fn imported(code: &str) -> Vec<&str> {
    let mut modules = Vec::new();
    for statement in code.split([';', '\n']) {
        let statement = statement.trim();
        if let Some(rest) = statement.strip_prefix("import ") {
            modules.extend(rest.split(',').filter_map(|name| top(name)));
        } else if let Some(rest) = statement.strip_prefix("from ") {
            modules.extend(top(rest));
        }
    }
    modules
}

fn top(name: &str) -> Option<&str> {
    let name = name.trim_start();
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    Some(&name[..end]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_code_imports() {
        assert_eq!(
            imported("import sys, numpy as np; from google.cloud import x\nprint(1)"),
            ["sys", "numpy", "google"]
        );
        assert_eq!(imported("print('import os')"), Vec::<&str>::new());
    }
}
