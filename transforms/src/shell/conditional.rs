//! `[[ … ]]`

use super::reader::{Read, Reader};
use super::word::WordKind;
use super::{ConditionalExpression, Word};

const UNARY: &[u8] = b"abcdefghknoprstuvwxzGLNORS";
const BINARY: &[&str] =
    &["=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

impl Reader<'_> {
    /// Reads up to `]]` and over it. `start` is where `[[` stands.
    pub(super) fn conditional(&mut self, start: usize) -> Read<ConditionalExpression> {
        let expression = self.disjunction(start)?;
        if self.take_reserved("]]") { Ok(expression) } else { self.not_conditional(start) }
    }

    fn not_conditional<T>(&self, start: usize) -> Read<T> {
        if self.at >= self.end {
            self.syntax(start, "a `[[` without `]]`")
        } else {
            self.syntax(self.at, "a mistake in `[[`")
        }
    }

    fn disjunction(&mut self, start: usize) -> Read<ConditionalExpression> {
        self.enter()?;
        let mut terms = vec![self.conjunction(start)?];
        while self.take("||") {
            terms.push(self.conjunction(start)?);
        }
        self.depth -= 1;
        Ok(only_or(terms, ConditionalExpression::Or))
    }

    fn conjunction(&mut self, start: usize) -> Read<ConditionalExpression> {
        let mut terms = vec![self.term(start)?];
        while self.take("&&") {
            terms.push(self.term(start)?);
        }
        Ok(only_or(terms, ConditionalExpression::And))
    }

    /// Reads one term and the line ends after it.
    fn term(&mut self, start: usize) -> Read<ConditionalExpression> {
        self.skip_lines()?;
        if self.reserved() == Some("]]") {
            return self.unsupported(start, "a `[[` without a condition");
        }
        if self.take("(") {
            let inner = self.disjunction(start)?;
            if !self.take(")") {
                return self.not_conditional(start);
            }
            self.skip_lines()?;
            return Ok(ConditionalExpression::Parenthesized(Box::new(inner)));
        }
        if self.take_reserved("!") {
            self.enter()?;
            let inner = self.term(start)?;
            self.depth -= 1;
            return Ok(ConditionalExpression::Not(Box::new(inner)));
        }
        let left = self.operand(start, WordKind::Plain)?;
        if let Some(operator) = unary(&left) {
            self.skip_blank();
            let operand = self.operand(start, WordKind::Plain)?;
            self.skip_lines()?;
            return Ok(ConditionalExpression::Unary { operator, operand });
        }
        self.skip_blank();
        let ends = self.reserved() == Some("]]")
            || ["&&", "||", ")"].iter().any(|token| self.token(token).is_some());
        if ends {
            return Ok(ConditionalExpression::Word(left));
        }
        let operator = self.binary(start)?;
        self.skip_blank();
        let kind = match operator.as_str() {
            "=" | "==" | "!=" => WordKind::Pattern,
            "=~" => WordKind::Regex,
            _ => WordKind::Plain,
        };
        let right = self.operand(start, kind)?;
        self.skip_lines()?;
        Ok(ConditionalExpression::Binary { left, operator, right })
    }

    fn operand(&mut self, start: usize, kind: WordKind) -> Read<Word> {
        let regex = kind == WordKind::Regex && matches!(self.peek(), Some(b'(' | b'|'));
        if self.reserved() == Some("]]") || !(regex || self.word_starts()) {
            return self.not_conditional(start);
        }
        let word = self.word_of(kind)?;
        // Ex) `1<2`, where the number is a descriptor.
        if word.is_number() && matches!(self.peek(), Some(b'<' | b'>')) {
            return self.not_conditional(start);
        }
        Ok(word)
    }

    fn binary(&mut self, start: usize) -> Read<String> {
        if self.word_starts() {
            let at = self.at;
            let text = self.operand(start, WordKind::Plain)?.raw.replace("\\\n", "");
            if BINARY.contains(&text.as_str()) {
                return Ok(text);
            }
            self.at = at;
            return self.not_conditional(start);
        }
        let longer = ["<<", "<&", "<>", ">>", ">&", ">|"];
        if longer.iter().any(|token| self.token(token).is_some()) {
            return self.not_conditional(start);
        }
        let token = ["<", ">"].into_iter().find(|token| self.take(token));
        token.map_or_else(|| self.not_conditional(start), |token| Ok(token.to_owned()))
    }
}

fn only_or(
    mut terms: Vec<ConditionalExpression>,
    joined: fn(Vec<ConditionalExpression>) -> ConditionalExpression,
) -> ConditionalExpression {
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        Some(last) => {
            terms.push(last);
            joined(terms)
        }
        None => joined(terms),
    }
}

/// The operator before a word: `-f`.
fn unary(word: &Word) -> Option<String> {
    let text = word.raw.replace("\\\n", "");
    match text.as_bytes() {
        [b'-', letter] if UNARY.contains(letter) => Some(text),
        _ => None,
    }
}
