use super::masked;
use super::text::push;
use annotate_snippets::{AnnotationKind, Snippet};
use nixpacks_transforms::text::{LineIndex, Span, floor};

/// A place that covers more lines than this is shown by its first.
const LINES: usize = 6;
/// Bytes of one line that are shown on either side of a place.
const REACH: usize = 400;

/// The lines around a place, without characters that a terminal acts on, and the place in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) source: String,
    pub(super) span: (usize, usize),
    pub(super) line: usize,
}

impl Window {
    /// The window of `span`. The work is bounded by what is shown.
    pub(super) fn new(lines: &LineIndex<'_>, span: Span) -> Self {
        let text = lines.text();
        let span = lines.clamp(span);
        let first = lines.line(span.start);
        let last = lines.line(span.end.saturating_sub(1).max(span.start));
        let last = if last - first < LINES { last } else { first };
        let to = lines.span(last).end.max(span.start);
        let stop = span.end.min(to);
        let from = lines.start(first);
        let near = from.max(floor(text, span.start.saturating_sub(REACH)));
        // Of a word that is cut nobody could tell whether it is a secret.
        let word = text.get(near..span.start).and_then(|before| before.find(' ')).filter(|_| near > from);
        let from = near + word.unwrap_or_default();
        let stop = floor(text, stop.min(span.start + LINES * REACH));
        let to = floor(text, to.min(stop + REACH));
        let mut window = Self { source: String::new(), span: (0, 0), line: first };
        window.copy(text.get(from..span.start).unwrap_or_default());
        window.span.0 = window.source.len();
        window.copy(text.get(span.start..stop).unwrap_or_default());
        window.span.1 = window.source.len();
        window.copy(text.get(stop..to).unwrap_or_default());
        (window.source, window.span) = masked::lines(&window.source, window.span);
        window
    }

    fn copy(&mut self, text: &str) {
        let mut chars = text.chars().peekable();
        while let Some(ch) = chars.next() {
            match ch {
                '\n' | '\t' => self.source.push(ch),
                '\r' if chars.peek() == Some(&'\n') => {}
                '\u{feff}' if self.source.is_empty() && self.line == 1 => {}
                _ => push(&mut self.source, ch),
            }
        }
    }

    /// The window as an annotated snippet.
    pub(super) fn snippet<'a>(
        &'a self,
        path: &'a str,
        label: &'a str,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let label = if label.is_empty() { None } else { Some(label) };
        Snippet::source(self.source.as_str())
            .line_start(self.line)
            .path(path)
            .annotation(AnnotationKind::Primary.span(self.span.0..self.span.1).label(label))
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Span, Window};

    fn window(text: &str, start: usize, end: usize) -> (String, (usize, usize), usize) {
        let window = Window::new(&LineIndex::new(text), Span::new(start, end));
        (window.source, window.span, window.line)
    }

    #[test]
    fn shows_the_line_without_its_ending() {
        assert_eq!(window("a\r\nbcd\r\ne", 4, 5), ("bcd".to_owned(), (1, 2), 2));
        assert_eq!(window("a\nb", 3, 3), ("b".to_owned(), (1, 1), 2));
        assert_eq!(window("a\n", 2, 2), (String::new(), (0, 0), 2));
    }

    #[test]
    fn moves_the_span_past_what_is_escaped() {
        assert_eq!(window("\x1bx = y", 5, 6), ("\\u{1b}x = y".to_owned(), (10, 11), 1));
        assert_eq!(window("\u{feff}ab", 3, 4), ("ab".to_owned(), (0, 1), 1));
        assert_eq!(window("a\rb", 2, 3), ("a\\rb".to_owned(), (3, 4), 1));
    }

    #[test]
    fn shows_all_lines_of_a_short_place_and_the_first_of_a_long_one() {
        assert_eq!(window("[\n1,\n]\n", 0, 6), ("[\n1,\n]".to_owned(), (0, 6), 1));
        let long = format!("x[{}]", "\n1,".repeat(20));
        assert_eq!(window(&long, 1, long.len()), ("x[".to_owned(), (1, 2), 1));
    }

    #[test]
    fn bounds_what_it_shows_of_a_long_line() {
        let long = "ü".repeat(1 << 20);
        let (source, span, _) = window(&long, 1 << 20, (1 << 20) + 1);
        assert!(source.len() < 4000, "{}", source.len());
        assert!(span.1 <= source.len());
        assert!(window(&long, 0, long.len()).0.len() < 4000);
    }

    #[test]
    fn survives_places_that_do_not_fit_the_text() {
        assert_eq!(window("ü", 1, 1), ("ü".to_owned(), (0, 0), 1));
        assert_eq!(window("", 5, 9), (String::new(), (0, 0), 1));
    }
}
