//! What comments say.

/// What a comment says: some of it looks like code.
pub(super) const REMARKS: &[&str] = &[
    "é.",
    ".",
    " \"pip\",",
    " [x] = {",
    " 'it''s",
    "]",
    " # more",
    "\t日本",
    " cmds = [\"pip\"]",
    " \\",
    "}, 😀",
];
/// Rules that a comment may silence.
pub(super) const SILENCED: &[&str] = &[
    "pip-outside-venv",
    "nix-pip-package",
    "undefined-nix-package",
    "break-system-packages",
    "ensurepip, get-pip",
    "venv-off-path",
    "missing-venv",
    "pip-self-upgrade",
    "predicted-failure",
];
