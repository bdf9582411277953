/// The text of a requirements file as pip decodes it, or None where pip cannot.
///
/// A byte order mark decides first, then a coding line for Latin-1, then UTF-8. The mark goes.
pub fn decode(bytes: &[u8]) -> Option<String> {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8(rest.to_vec()).ok();
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe\0\0") {
        return utf32(rest, u32::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xfe\xff") {
        return utf32(rest, u32::from_be_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    if is_latin_1(bytes) {
        return Some(bytes.iter().map(|byte| char::from(*byte)).collect());
    }
    String::from_utf8(bytes.to_vec()).ok()
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Option<String> {
    let (quads, rest) = bytes.as_chunks::<4>();
    if rest.is_empty() { quads.iter().map(|quad| char::from_u32(unit(*quad))).collect() } else { None }
}

/// Ex) `# -*- coding: latin-1 -*-` in one of the first two lines.
fn is_latin_1(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').take(2).filter(|line| line.starts_with(b"#")).any(|line| {
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        let Some((_, name)) = line.split_once("coding") else { return false };
        let name = name.trim_start_matches([':', '=']).trim_start();
        ["latin-1", "latin1", "iso-8859-1"].iter().any(|known| name.starts_with(known))
    })
}
