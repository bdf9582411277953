//! The text of a `railpack.json`: two blanks for a level unless the file that is there has it otherwise, keys in the order in which they are given, nothing empty but where an
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
        format!("{}\n", self.styled(&Style::default(), Place::Lines("")))
    }

    /// The value in the style of a file, at a place in it.
    pub(crate) fn styled(&self, style: &Style, place: Place<'_>) -> String {
        let mut out = String::new();
        match place {
            Place::OneLine => self.flat(style, &mut out),
            Place::Lines(indent) => self.write(style, indent, &mut out),
        }
        out
    }

    /// Its items, each with its name if it has one.
    fn items(&self) -> Vec<(String, &Self)> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::List(list) => list.iter().map(|value| (String::new(), value)).collect(),
            Self::Object(entries) => {
                entries.iter().map(|(key, value)| (format!("{}: ", quote(key)), value)).collect()
            }
        }
    }

    fn brackets(&self) -> [char; 2] {
        if matches!(self, Self::Object(_)) { ['{', '}'] } else { ['[', ']'] }
    }

    fn write(&self, style: &Style, indent: &str, out: &mut String) {
        if let Self::Text(text) = self {
            out.push_str(&quote(text));
            return;
        }
        let ([open, close], items) = (self.brackets(), self.items());
        out.push(open);
        let inner = format!("{indent}{}", style.unit);
        for (at, (name, value)) in items.iter().enumerate() {
            out.push_str(if at == 0 { "" } else { "," });
            out.extend([style.eol, &inner, name]);
            value.write(style, &inner, out);
        }
        if !items.is_empty() {
            out.extend([style.eol, indent]);
        }
        out.push(close);
    }

    fn flat(&self, style: &Style, out: &mut String) {
        if let Self::Text(text) = self {
            out.push_str(&quote(text));
            return;
        }
        let ([open, close], items) = (self.brackets(), self.items());
        let pad = if open == '{' && style.is_padded && !items.is_empty() { " " } else { "" };
        out.push(open);
        out.push_str(pad);
        for (at, (name, value)) in items.iter().enumerate() {
            out.extend([if at == 0 { "" } else { ", " }, name]);
            value.flat(style, out);
        }
        out.push_str(pad);
        out.push(close);
    }
}

/// Where a value is written.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// On a line with others.
    OneLine,
    /// On lines of its own that start with this.
    Lines(&'a str),
}

/// How a file is written.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    /// One step of the indentation.
    pub(crate) unit: String,
    /// How its lines end.
    pub(crate) eol: &'static str,
    /// Objects on one line have blanks between the braces.
    is_padded: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { unit: "  ".to_owned(), eol: "\n", is_padded: false }
    }
}

impl Style {
    /// That of a text: its first indented line has one step.
    pub(crate) fn of(text: &str) -> Self {
        let indent =
            |line: &str| -> String { line.chars().take_while(|ch| matches!(ch, ' ' | '\t')).collect() };
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).map(indent);
        let unit = lines.find(|indent| !indent.is_empty());
        Self {
            unit: unit.unwrap_or_else(|| Self::default().unit),
            eol: if text.contains("\r\n") { "\r\n" } else { "\n" },
            is_padded: text.contains("{ \""),
        }
    }
}

/// A text between quotes.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}
