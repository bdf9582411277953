//! Parts cut, doubled and put in.

use laws::Tape;

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

pub(super) fn spoil(tape: &mut Tape<'_>, out: &mut String) {
    let boundary = |out: &str, at: usize| (at..=out.len()).find(|at| out.is_char_boundary(*at)).unwrap();
    let place = |tape: &mut Tape<'_>, out: &str| {
        let at = (tape.below(256) * 256 + tape.below(256)) % (out.len() + 1);
        boundary(out, at)
    };
    let at = place(tape, out);
    let end = boundary(out, (at + 1 + tape.below(4)).min(out.len()));
    match tape.below(5) {
        0 => out.replace_range(at..end, ""),
        1 => {
            let part = out[at..end].to_owned();
            let to = place(tape, out);
            out.insert_str(to, &part);
        }
        2 => out.replace_range(at..end, tape.pick(PIECES)),
        _ => out.insert_str(at, tape.pick(PIECES)),
    }
}
