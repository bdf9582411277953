/// The text of the inside of `$'…'`, or None where it holds a NUL or is not UTF-8.
pub(super) fn decode(inner: &str) -> Option<String> {
    let mut out = Vec::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    let mut buffer = [0; 4];
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            continue;
        }
        let Some(escape) = chars.next() else {
            out.push(b'\\');
            break;
        };
        let mut digits = |radix, most: usize, first: Option<u32>| {
            let mut value = first;
            for _ in 0..most {
                let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else { break };
                chars.next();
                value = Some(value.unwrap_or(0).wrapping_mul(radix).wrapping_add(digit));
            }
            value
        };
        let byte = match escape {
            'a' => 7,
            'b' => 8,
            'e' | 'E' => 27,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' | '\'' | '"' | '?' => u8::try_from(escape).ok()?,
            '0'..='7' => u8::try_from(digits(8, 2, escape.to_digit(8))? & 0xff).ok()?,
            'x' => u8::try_from(digits(16, 2, None)?).ok()?,
            'u' | 'U' => {
                let most = if escape == 'u' { 4 } else { 8 };
                let c = char::from_u32(digits(16, most, None)?)?;
                if c == '\0' {
                    return None;
                }
                out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                continue;
            }
            'c' => return None,
            other => {
                out.push(b'\\');
                out.extend_from_slice(other.encode_utf8(&mut buffer).as_bytes());
                continue;
            }
        };
        if byte == 0 {
            return None;
        }
        out.push(byte);
    }
    String::from_utf8(out).ok()
}
