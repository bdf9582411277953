//! The end states: managed, venv and explicit, as edits.
