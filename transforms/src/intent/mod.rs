//! Edits by intent: remove an element, insert an entry, replace a word inside a string.
