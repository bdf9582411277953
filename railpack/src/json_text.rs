//! The text of a `railpack.json`: two blanks for a level, keys in the order in which they are given, nothing empty but where an
//! empty list says something.

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// A string.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An object with one key.
    pub(crate) fn one(key: &str, value: Self) -> Self {
        Self::Object(vec![(key.to_owned(), value)])
    }

    /// A list of strings.
    pub(crate) fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(|text| Self::Text(text.into())).collect())
    }

    /// An object of strings.
    pub(crate) fn strings<'s>(pairs: impl IntoIterator<Item = (&'s String, &'s String)>) -> Self {
        Self::Object(
            pairs.into_iter().map(|(name, value)| (name.clone(), Self::Text(value.clone()))).collect(),
        )
    }

    /// The whole file.
    pub(crate) fn file(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out.push('\n');
        out
    }

    fn write(&self, level: usize, out: &mut String) {
        let indent = |level: usize| "  ".repeat(level);
        match self {
            Self::Text(text) => out.push_str(&quote(text)),
            Self::List(list) if list.is_empty() => out.push_str("[]"),
            Self::List(list) => {
                out.push('[');
                for (at, value) in list.iter().enumerate() {
                    out.push_str(if at == 0 { "\n" } else { ",\n" });
                    out.push_str(&indent(level + 1));
                    value.write(level + 1, out);
                }
                out.push('\n');
                out.push_str(&indent(level));
                out.push(']');
            }
            Self::Object(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if at == 0 { "\n" } else { ",\n" });
                    out.push_str(&indent(level + 1));
                    out.push_str(&quote(key));
                    out.push_str(": ");
                    value.write(level + 1, out);
                }
                out.push('\n');
                out.push_str(&indent(level));
                out.push('}');
            }
        }
    }
}

fn quote(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
