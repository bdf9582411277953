//! The command `pr` in a program that was built without it.

use crate::cli::{OutputArgs, PrArgs};
use crate::exit::Exit;
use crate::terminal::{Output, OutputStyle};
use anyhow::bail;

/// Fails.
pub(super) fn run(_: &PrArgs, _: &OutputArgs, _: OutputStyle, _: &mut Output) -> anyhow::Result<Exit> {
    bail!(
        "this program was built without `pr`; help: build it with `cargo install nixpacks-fix --features pr`"
    )
}
