//! What a loss is about, in the words of the app's own files: the same from one version of this crate to the next.

use crate::losses::Loss;

impl Loss {
    /// What is lost: a command, a name, a version, a path. Empty where it is the whole app.
    pub fn subject(&self) -> &str {
        match self {
            Self::NoStart { wanted } | Self::OtherStart { wanted, .. } | Self::OtherPython { wanted, .. } => {
                wanted
            }
            Self::Package { asked, .. } | Self::NoReplacement { asked, .. } => asked,
            Self::Tool { name, .. } => name,
            Self::PatchPin { version, .. } | Self::OldPython(version) => version,
            Self::NotShipped { command, .. } => command,
            Self::AnyStart(text)
            | Self::Install(text)
            | Self::IncludedFiles(text)
            | Self::Command(text)
            | Self::Variable(text)
            | Self::OldPath(text)
            | Self::Asset(text)
            | Self::User(text) => text,
            Self::Unreadable(_)
            | Self::NoPlan(_)
            | Self::OtherLanguage(_)
            | Self::NoLanguage
            | Self::Browsers => "",
        }
    }
}
