//! `case … in … esac`

use super::list::Until;
use super::reader::{Read, Reader};
use super::{CaseClause, CaseItem, CaseTerminator, Word};

impl Reader<'_> {
    pub(super) fn case_clause(&mut self, start: usize) -> Read<CaseClause> {
        self.skip_blank();
        if !self.word_starts() {
            return self.syntax(start, "a `case` without a word");
        }
        let word = self.word()?;
        self.skip_lines()?;
        if !self.take_reserved("in") {
            return self.syntax(start, "a `case` without `in`");
        }
        let mut items = Vec::new();
        loop {
            self.skip_lines()?;
            if self.take_reserved("esac") {
                return Ok(CaseClause { word, items });
            }
            if self.at >= self.end {
                return self.syntax(start, Until::CaseItem.missing());
            }
            let (item, last) = self.case_item(start)?;
            items.push(item);
            if last {
                self.take_reserved("esac");
                return Ok(CaseClause { word, items });
            }
        }
    }

    /// One item, and whether `esac` comes after it.
    fn case_item(&mut self, start: usize) -> Read<(CaseItem, bool)> {
        let patterns = self.patterns()?;
        let body = self.list(Until::CaseItem, start)?;
        let terminators = [
            (";;&", CaseTerminator::TryNext),
            (";;", CaseTerminator::Break),
            (";&", CaseTerminator::FallThrough),
        ];
        let found = terminators.into_iter().find(|(token, _)| self.take(token));
        let terminator = found.map_or(CaseTerminator::Break, |(_, terminator)| terminator);
        Ok((CaseItem { patterns, body, terminator }, found.is_none()))
    }

    /// The patterns of an item, and the `)` after them.
    fn patterns(&mut self) -> Read<Vec<Word>> {
        let mut patterns = Vec::new();
        self.take("(");
        loop {
            self.skip_blank();
            if !self.word_starts() {
                return self.unexpected_token();
            }
            // Where bash takes them for the end depends on what stands around.
            if matches!(self.reserved(), Some("}" | "esac")) {
                return self.unsupported(self.at, "a reserved word as a pattern");
            }
            patterns.push(self.word()?);
            self.skip_blank();
            if self.take(")") {
                return Ok(patterns);
            }
            if self.token("||").is_some() || !self.take("|") {
                return self.unexpected_token();
            }
        }
    }
}
