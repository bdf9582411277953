/// Choices, one byte each; zeros when it runs out, which draws the plainest thing.
#[derive(Clone, Debug)]
pub struct ByteSource<'b> {
    bytes: std::slice::Iter<'b, u8>,
}

impl<'b> ByteSource<'b> {
    /// The choices that these bytes stand for.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(*self.bytes.next().unwrap_or(&0)) % n.max(1)
    }

    /// True once in `n`; never when the source has run out.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// A line ending, in a file of the kind that `endings` says: LF, CRLF at 2, each line its own above.
    pub fn eol(&mut self, endings: usize) -> &'static str {
        let crlf = match endings {
            0 | 1 => false,
            2 => true,
            _ => self.one_in(2),
        };
        if crlf { "\r\n" } else { "\n" }
    }

    /// One of several; the first when the source has run out.
    pub fn pick<'s>(&mut self, from: &[&'s str]) -> &'s str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}
