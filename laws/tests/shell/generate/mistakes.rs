//! Parts cut, doubled and put in.

use laws::ByteSource;

/// What a mistake puts in.
const PIECES: &[&str] = &[
    " ",
    "\n",
    ";",
    "&",
    "|",
    "&&",
    "||",
    "(",
    ")",
    "((",
    "))",
    "{",
    "}",
    " { ",
    "; } ",
    "<",
    ">",
    ">&",
    "<<E",
    "<<<",
    "\nE\n",
    "'",
    "\"",
    "`",
    "$",
    "$(",
    "${",
    "$((",
    "\\",
    "\\\n",
    "#",
    " # c\n",
    "!",
    " ! ",
    " if ",
    " then ",
    " elif ",
    " else ",
    " fi",
    " for ",
    " in ",
    " do ",
    " done",
    " while ",
    " case ",
    " esac",
    ";;",
    ";&",
    ";;&",
    "[[",
    "]]",
    " [[ ",
    " ]] ",
    "function ",
    " time ",
    "=",
    "a=(",
    "a=",
    "2",
    "-",
    "f() ",
    "f()",
    "select ",
    "~",
    " -f ",
    " == ",
    "=~",
    "|&",
    "é",
    "\t",
    "*",
    "@(",
    "a[",
    "coproc ",
    "in",
    "do",
    "fi",
    "-p",
    "x",
    "&>",
    "<(",
];

pub(super) fn spoil(source: &mut ByteSource<'_>, out: &mut String) {
    let boundary = |out: &str, at: usize| (at..=out.len()).find(|at| out.is_char_boundary(*at)).unwrap();
    let place = |source: &mut ByteSource<'_>, out: &str| {
        let at = (source.below(256) * 256 + source.below(256)) % (out.len() + 1);
        boundary(out, at)
    };
    let at = place(source, out);
    let end = boundary(out, (at + 1 + source.below(4)).min(out.len()));
    match source.below(5) {
        0 => out.replace_range(at..end, ""),
        1 => {
            let part = out[at..end].to_owned();
            let to = place(source, out);
            out.insert_str(to, &part);
        }
        2 => out.replace_range(at..end, source.pick(PIECES)),
        _ => out.insert_str(at, source.pick(PIECES)),
    }
}
