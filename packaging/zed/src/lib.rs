//! Runs `nixpacks-fix lsp` in Zed: the program of the setting `lsp.nixpacks-fix.binary.path`, or the one on PATH.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct NixpacksFix;

impl zed::Extension for NixpacksFix {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?;
        let set = settings.binary.and_then(|binary| binary.path);
        let command = set.or_else(|| worktree.which("nixpacks-fix")).ok_or(
            "nixpacks-fix is not on PATH: install it, or name the program in the setting `lsp.nixpacks-fix.binary.path`",
        )?;
        Ok(Command { command, args: vec!["lsp".to_owned()], env: worktree.shell_env() })
    }
}

zed::register_extension!(NixpacksFix);
