//! Command strings as bash reads them, with spans. What is not understood is said, never guessed.
