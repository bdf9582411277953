//! Distributions that need `libstdc++.so.6` at run time, which a Nix image does not have on its
//! library path.

use super::name::normalize;
use crate::tables::NEEDS_LIBSTDCXX;

/// Whether the distribution needs `libstdc++.so.6`.
pub fn needs_libstdcxx(name: &str) -> bool {
    NEEDS_LIBSTDCXX.has(&normalize(name))
}

/// The distributions that need it.
pub(crate) fn listed() -> impl Iterator<Item = &'static str> {
    NEEDS_LIBSTDCXX.names()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_normalised() {
        assert!(listed().all(|name| normalize(name) == name));
        assert!(needs_libstdcxx("NumPy"));
        assert!(needs_libstdcxx("google_generativeai"));
        assert!(!needs_libstdcxx("flask"));
    }
}
