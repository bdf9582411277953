//! The text of a line without terminal codes, in one spelling of quotes and box characters.

use memchr::{memchr, memchr_iter, memmem};
use std::borrow::Cow;
use std::sync::LazyLock;

/// `text` as it was meant: without terminal codes, even half stripped ones, and with what a wrong code page made of
/// boxes and quotes put right.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if has_codes(text.as_bytes()) {
        text = Cow::Owned(without_codes(&text));
    }
    if !text.is_ascii() {
        if text.contains(LEADS) {
            text = Cow::Owned(without_wrong_code_page(&text));
        }
        if text.contains(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{a0}', '\u{feff}', '\u{200b}']) {
            text = Cow::Owned(text.chars().filter_map(plain).collect());
        }
    }
    text
}

fn plain(ch: char) -> Option<char> {
    match ch {
        '\u{2018}' | '\u{2019}' => Some('\''),
        '\u{201c}' | '\u{201d}' => Some('"'),
        '\u{a0}' => Some(' '),
        '\u{feff}' | '\u{200b}' => None,
        ch => Some(ch),
    }
}

fn has_codes(bytes: &[u8]) -> bool {
    memchr(0x1b, bytes).is_some()
        || memchr_iter(b'[', bytes).any(|at| code_length(bytes.get(at..).unwrap_or_default(), true).is_some())
        || (memchr(b'\\', bytes).is_some() && literal(bytes).is_some())
        || memmem::find(bytes, "\u{9b}".as_bytes()).is_some()
        || bytes.starts_with(b"7m ")
}

/// The spellings of ESC in text.
const LITERALS: [&str; 5] = ["\\u001b", "\\x1b", "\\033", "\\x1B", "\\u001B"];

fn literal(bytes: &[u8]) -> Option<(usize, usize)> {
    LITERALS.iter().filter_map(|one| Some((memmem::find(bytes, one.as_bytes())?, one.len()))).min()
}

/// The length of a code that begins with `[`. Without its ESC only a colour is one: `[39m`.
fn code_length(bytes: &[u8], stripped: bool) -> Option<usize> {
    let rest = bytes.strip_prefix(b"[")?;
    let inner = rest.iter().take(24).take_while(|byte| matches!(byte, 0x30..=0x3f | b' ')).count();
    let last = *rest.get(inner)?;
    if stripped {
        let digits =
            rest.get(..inner)?.iter().all(|byte| byte.is_ascii_digit() || *byte == b';') && inner > 0;
        return (digits && last == b'm').then_some(inner + 2);
    }
    (0x40..=0x7e).contains(&last).then_some(inner + 2)
}

fn without_codes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.strip_prefix("7m ").unwrap_or(text);
    while let Some(ch) = rest.chars().next() {
        let escape = LITERALS.iter().find(|one| rest.starts_with(**one)).map(|one| one.len());
        let escape = escape.or_else(|| matches!(ch, '\x1b' | '\u{9b}').then_some(ch.len_utf8()));
        let skip = if let Some(length) = escape {
            let after = rest.get(length..).unwrap_or_default();
            length + if ch == '\u{9b}' { 0 } else { sequence(after) }
        } else if ch == '[' {
            code_length(rest.as_bytes(), true).unwrap_or_default()
        } else {
            0
        };
        if skip == 0 {
            out.push(ch);
        }
        rest = rest.get(skip.max(ch.len_utf8())..).unwrap_or_default();
    }
    out
}

/// How much of what follows an ESC belongs to it.
fn sequence(after: &str) -> usize {
    match after.as_bytes().first() {
        Some(b'[') => code_length(after.as_bytes(), false).unwrap_or(1),
        // A title or a link, up to BEL or the next ESC.
        Some(b']') => after.find(['\x07', '\x1b']).map_or(1, |at| at + 1),
        Some(byte) if byte.is_ascii_alphanumeric() || b"=>78".contains(byte) => 1,
        _ => 0,
    }
}

/// What the first byte of a box character or of `×` looks like in the code pages below.
const LEADS: [char; 10] = ['â', 'в', 'Γ', 'Ô', '‚', 'т', 'Ã', 'Г', '├', '√'];

/// The characters from 0x80 on of Windows-1252, Windows-1251, 437, 850, Mac Roman and 866, as far as the bytes of
/// [`MEANT`] need them: 0x80 to 0xbf, then the two bytes that lead.
const PAGES: [(&str, char, char); 6] = [
    (
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿",
        'â',
        'Ã',
    ),
    ("ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{98}™љ›њќћџ\u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕї", 'в', 'Г'),
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐", 'Γ', '├'),
    ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐", 'Ô', '├'),
    ("ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø", '‚', '√'),
    ("АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐", 'т', '├'),
];

/// The characters that logs are parsed by, or that stand in front of errors.
const MEANT: &str = "║│╔╚╗╝═─╰╭╯╮×✔✕✖✗✓✅❌↳▸…’‘“”–>";

static MEANINGS: LazyLock<Vec<(String, char)>> = LazyLock::new(|| {
    let mut found = Vec::new();
    for (page, three, two) in PAGES {
        let page: Vec<char> = page.chars().collect();
        for meant in MEANT.chars().filter(|ch| !ch.is_ascii()) {
            let mut bytes = [0; 4];
            let bytes = meant.encode_utf8(&mut bytes).as_bytes();
            let seen: Option<String> = bytes
                .iter()
                .map(|byte| match byte {
                    0xe2 => Some(three),
                    0xc3 => Some(two),
                    byte => page.get(usize::from(byte.wrapping_sub(0x80))).copied(),
                })
                .collect();
            found.extend(seen.map(|seen| (seen, meant)));
        }
    }
    found
});

fn without_wrong_code_page(text: &str) -> String {
    let mut text = text.to_owned();
    for (seen, meant) in MEANINGS.iter() {
        if text.contains(seen.as_str()) {
            text = text.replace(seen.as_str(), meant.encode_utf8(&mut [0; 4]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn terminal_codes_go_and_look_alikes_stay() {
        for (text, want) in [
            ("\x1b[31merror\x1b[0m: x", "error: x"),
            ("\x1b[38;2;1;2;3mx\x1b[2K\x1b[1A\x1b[?25ly", "xy"),
            ("[39m[1;31merror[0m", "error"),
            ("7m src/x.ts", "src/x.ts"),
            ("\\u001b[31merror\\x1b[39m", "error"),
            ("\x1b]8;;http://x\x07link", "link"),
            ("[6/9] RUN x [inf] [1m", "[6/9] RUN x [inf] "),
            ("plain [1/10] é", "plain [1/10] é"),
            ("\x1b", ""),
        ] {
            assert_eq!(clean(text), want, "{text:?}");
        }
    }

    #[test]
    fn wrong_code_pages_are_put_right() {
        for (text, want) in [
            ("в•‘ build      в”‚ x в•‘", "║ build      │ x ║"),
            ("â•‘ setup │", "║ setup │"),
            ("â•°â”€> This", "╰─> This"),
            ("√ó This environment", "× This environment"),
            ("ΓòöΓòÉ", "╔═"),
            ("don’t “x”", "don't \"x\""),
            ("привет, в чате", "привет, в чате"),
        ] {
            assert_eq!(clean(text), want, "{text:?}");
        }
    }
}
