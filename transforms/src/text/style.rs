/// The byte order mark, as a character.
pub const BOM: char = '\u{feff}';

/// A line ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eol {
    /// `\n`
    Lf,
    /// `\r\n`
    Crlf,
}

impl Eol {
    /// The ending's characters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::Crlf => "\r\n",
        }
    }

    /// The ending of the line that holds the byte at `offset`, else of the line before it, else
    /// the dominant one: what an edit in a file of mixed endings has to continue with.
    pub fn near(text: &str, offset: usize) -> Self {
        let at = super::lines::floor(text, offset);
        let (before, after) = text.split_at(at);
        let own = after.find('\n').map(|found| at + found);
        match own.or_else(|| before.rfind('\n')) {
            Some(newline) if text[..newline].ends_with('\r') => Self::Crlf,
            Some(_) => Self::Lf,
            None => Style::of(text).eol,
        }
    }
}

/// What a file does at the ends of its lines and at its own two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether it begins with a byte order mark.
    pub bom: bool,
    /// The ending that most lines have; LF where there is none.
    pub eol: Eol,
    /// Whether the last line ends with a line ending.
    pub final_newline: bool,
}

impl Style {
    /// Reads the style of `text`.
    pub fn of(text: &str) -> Self {
        let all = text.matches('\n').count();
        let crlf = text.matches("\r\n").count();
        Self {
            bom: text.starts_with(BOM),
            eol: if crlf * 2 > all { Eol::Crlf } else { Eol::Lf },
            final_newline: text.ends_with('\n'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_ending_that_most_lines_have() {
        let table = [
            ("", false, Eol::Lf, false),
            ("a\r\nb\r\nc\n", false, Eol::Crlf, true),
            ("\u{feff}a\r\nb\n", true, Eol::Lf, true),
            ("a\r\nb", false, Eol::Crlf, false),
        ];
        for (text, bom, eol, final_newline) in table {
            assert_eq!(Style::of(text), Style { bom, eol, final_newline }, "{text:?}");
        }
    }

    #[test]
    fn takes_the_ending_of_the_line_at_hand() {
        let text = "a\r\nb\nc";
        assert_eq!(Eol::near(text, 0), Eol::Crlf);
        assert_eq!(Eol::near(text, 3), Eol::Lf);
        assert_eq!(Eol::near(text, 5), Eol::Lf);
        assert_eq!(Eol::near("a\r\nb", 3), Eol::Crlf);
        assert_eq!(Eol::near("ab", 99), Eol::Lf);
    }
}
