//! A run that is ended in the middle, and the next one.

#[cfg(unix)]
mod by_signal;
