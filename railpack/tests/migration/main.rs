//! The migration of apps: of worked and public ones, and of drawn ones.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod drawn;
mod goldens;
mod promises;
mod schema;
mod worked;
