//! The versions of Railpack, the platforms that run them, and what differs between them.
//!
//! Each difference names the first version that has it, found in the history of
//! `core/providers/python/python.go`, `core/generate/context.go` and `core/generate/mise_step_builder.go`.

use crate::tables::RELEASES;
use std::fmt;

/// A version of Railpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    /// `0` in `0.37.1`.
    pub major: u16,
    /// `37` in `0.37.1`.
    pub minor: u16,
    /// `1` in `0.37.1`.
    pub patch: u16,
}

/// The releases of Debian that Railpack's images are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Debian {
    /// Debian 12.
    Bookworm,
    /// Debian 13.
    Trixie,
}

/// A platform that builds with Railpack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Railway
    Railway,
    /// Sevalla
    Sevalla,
    /// Coolify
    Coolify,
    /// Dokploy
    Dokploy,
}

/// What an app is planned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The version of Railpack.
    pub release: Release,
    /// The platform, where one was named.
    pub platform: Option<Platform>,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Railway, Self::Sevalla, Self::Coolify, Self::Dokploy];

    /// Its name as it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Railway => "railway",
            Self::Sevalla => "sevalla",
            Self::Coolify => "coolify",
            Self::Dokploy => "dokploy",
        }
    }

    /// Its name as it is written.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Railway => "Railway",
            Self::Sevalla => "Sevalla",
            Self::Coolify => "Coolify",
            Self::Dokploy => "Dokploy",
        }
    }

    /// The version of Railpack that it runs: `config/constants.php` of Coolify 4.3.10, the default of Dokploy 0.30.2,
    /// Sevalla's documentation, and on Railway the newest that is known.
    pub const fn release(self) -> Release {
        match self {
            Self::Railway => Release::NEWEST,
            Self::Sevalla => Release::new(0, 30, 0),
            Self::Coolify => Release::new(0, 23, 0),
            Self::Dokploy => Release::new(0, 15, 4),
        }
    }
}

impl Release {
    /// The newest version that is modelled.
    pub const NEWEST: Self = Self::new(0, 37, 0);
    /// The oldest version that is modelled.
    pub const OLDEST: Self = Self::new(0, 15, 4);

    const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `0.37.0`, `v0.37.0` or `0.37`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts = text.split('.');
        let mut number = || {
            let part = parts.next()?;
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| digits)
        };
        let (major, minor) = (number()?, number()?);
        let patch = if text.bytes().filter(|byte| *byte == b'.').count() > 1 { number()? } else { 0 };
        parts.next().is_none().then_some(Self { major, minor, patch })
    }

    const fn since(self, major: u16, minor: u16, patch: u16) -> bool {
        let (a, b) = (self, Self::new(major, minor, patch));
        a.major > b.major
            || (a.major == b.major && (a.minor > b.minor || (a.minor == b.minor && a.patch >= b.patch)))
    }

    /// The version of mise that its images have, in their tag; `None` where the tag is `latest`.
    pub fn image_tag(self) -> Option<&'static str> {
        if !self.since(0, 18, 0) {
            return None;
        }
        let known = RELEASES.names().filter_map(|name| Some((Self::parse(name)?, name)));
        let (_, name) = known.filter(|(from, _)| *from <= self).max()?;
        RELEASES.columns(name)?.next()
    }

    /// The Debian of its images. Versions below 0.18 name the images `latest`, which every release moves.
    pub fn debian(self) -> Debian {
        if self.since(0, 37, 0) || !self.since(0, 18, 0) { Debian::Trixie } else { Debian::Bookworm }
    }

    /// `bot.py` and the like make a Python app; before, only `main.py` did.
    pub(crate) fn detects_any_main_file(self) -> bool {
        self.since(0, 16, 0)
    }

    /// `psycopg2-binary` and `psycopg[binary]` need no libpq.
    pub(crate) fn knows_binary_psycopg(self) -> bool {
        self.since(0, 17, 0)
    }

    /// The planner reads `.python-version`; before, only mise in the container did.
    pub(crate) fn reads_version_files(self) -> bool {
        self.since(0, 17, 0)
    }

    /// The schema asks for a provider; the planner never did.
    pub(crate) fn schema_needs_provider(self) -> bool {
        !self.since(0, 17, 0)
    }

    /// Packages are looked for in the manifests of subdirectories too.
    pub(crate) fn looks_in_subdirectories(self) -> bool {
        self.since(0, 17, 2)
    }

    /// mise's settings stand in its file; before, they were variables of the step.
    pub(crate) fn writes_mise_settings(self) -> bool {
        self.since(0, 22, 0)
    }

    /// The name of the asset that is mise's file.
    pub(crate) fn mise_asset(self) -> &'static str {
        if self.since(0, 21, 0) { "generated-mise-toml" } else { "mise.toml" }
    }

    /// `package.json5` makes a Node.js app.
    pub(crate) fn reads_package_json5(self) -> bool {
        self.since(0, 25, 0)
    }

    /// `.mise.toml`, `.config/mise.toml` and the like are copied too.
    pub(crate) fn copies_all_mise_files(self) -> bool {
        self.since(0, 21, 0)
    }

    /// Files of Rust and .NET are among mise's.
    pub(crate) fn copies_rust_toolchain(self) -> bool {
        self.since(0, 36, 0)
    }

    /// `deploy.base` of `railpack.json` is used.
    pub fn reads_deploy_base(self) -> bool {
        self.since(0, 26, 0)
    }

    /// mise refuses patch versions of Python without an attestation (mise 2026.6); `latest` images have it too.
    pub fn checks_attestations(self) -> bool {
        self.since(0, 26, 1) || !self.since(0, 18, 0)
    }

    /// `RAILPACK_PYTHON_VERSION` is over the files; before, any of them was over it.
    pub(crate) fn variable_over_files(self) -> bool {
        self.since(0, 30, 0)
    }

    /// poetry is mise's own; before, it was installed with pipx.
    pub(crate) fn has_mise_poetry(self) -> bool {
        self.since(0, 31, 1)
    }

    /// pipx is given uv.
    pub(crate) fn gives_pipx_uv(self) -> bool {
        self.since(0, 24, 0)
    }

    /// `"..."` is understood in `buildAptPackages`; before, apt is given it as a name.
    pub fn spreads_build_packages(self) -> bool {
        self.since(0, 33, 0)
    }

    /// `RAILPACK_PYTHON_PLAYWRIGHT_INSTALL` installs a browser.
    pub fn installs_playwright(self) -> bool {
        self.since(0, 35, 0)
    }

    /// A step that the image already takes something from is not copied as a whole too.
    pub(crate) fn respects_deploy_inputs(self) -> bool {
        self.since(0, 36, 0)
    }

    /// `exclude` of `railpack.json` is read.
    pub fn reads_exclude(self) -> bool {
        self.since(0, 36, 0)
    }

    /// The version of Railpack is a variable of the image.
    pub(crate) fn records_itself(self) -> bool {
        self.since(0, 32, 0)
    }
}

impl Debian {
    /// Its number and name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Bookworm => "Debian 12",
            Self::Trixie => "Debian 13",
        }
    }
}

impl Target {
    /// Reads what stands after `railpack@`: a version or a platform. The empty string is Railway.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::of(Platform::Railway));
        }
        if let Some(platform) = Platform::ALL.into_iter().find(|platform| platform.name() == text) {
            return Some(Self::of(platform));
        }
        let release = Release::parse(text).filter(|release| *release >= Release::OLDEST)?;
        Some(Self { release, platform: None })
    }

    /// The preset of a platform.
    pub const fn of(platform: Platform) -> Self {
        Self { release: platform.release(), platform: Some(platform) }
    }

    /// Whether Railway builds, be it because no other platform was named.
    pub fn is_railway(self) -> bool {
        self.platform.is_none_or(|platform| platform == Platform::Railway)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Debian, Platform, Release, Target};

    #[test]
    fn reads_versions_and_platforms() {
        assert_eq!(Release::parse("v0.23.0"), Some(Platform::Coolify.release()));
        assert_eq!(Release::parse("0.37"), Some(Release::NEWEST));
        for wrong in ["", "0", "0.", "0.3.4.5", "0.x", "0.-1", "0.37.", "99999999.0.0", "+0.1"] {
            assert_eq!(Release::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Target::parse("").unwrap(), Target::of(Platform::Railway));
        assert_eq!(Target::parse("sevalla").unwrap().release.to_string(), "0.30.0");
        assert_eq!(Target::parse("0.9.0"), None);
        assert!(Target::parse("0.38.0").is_some_and(Target::is_railway));
    }

    #[test]
    fn the_images_of_the_platforms() {
        let of = |platform: Platform| (platform.release().debian(), platform.release().image_tag());
        assert_eq!(of(Platform::Railway), (Debian::Trixie, Some("2026.8.6")));
        assert_eq!(of(Platform::Sevalla), (Debian::Bookworm, Some("2026.6.12")));
        assert_eq!(of(Platform::Coolify), (Debian::Bookworm, Some("2026.3.17")));
        assert_eq!(of(Platform::Dokploy), (Debian::Trixie, None));
    }
}
