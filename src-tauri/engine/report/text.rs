//! Text from exports is written by whoever wrote the log. Each outlet gets it in a form that can only be read, never
//! run, and never looks like something else: what is invisible is made visible, nothing is dropped.

use std::fmt::Write;

/// Words that the tool never claims, whoever's text they are in, as a regular expression: determinations that belong to
/// named people, and claims about law and standards that neither makes. Every template is tested with it.
pub const NEVER_CLAIMED: &str = r"(?i)\b(violat\w+|non-?compliant|compliant|breach\w*|fraud\w*|material weakness\w*|no issues|forbids|tamper-?proof|illegal\w*|unlawful\w*|guilty|misconduct|wrongdoing|culprit|sox requires|requires six years)\b";

/// Control characters, terminal escapes, direction overrides and characters without width, made visible. In an audit
/// record an invisible character is a difference between two names, so it is shown rather than removed.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    out
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\u{0}'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => out.push('\u{2421}'),
        c if is_deceptive(c) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "\u{27e8}U+{:04X}\u{27e9}", c as u32);
        }
        c => out.push(c),
    }
}

/// Characters that change how their neighbours are read, or cannot be seen at all.
pub fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'             // C1 controls: some terminals obey them
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}'       // no width, and direction marks
        | '\u{2028}'..='\u{202e}'       // line separators and direction overrides
        | '\u{2060}'..='\u{206f}'       // word joiner, isolates
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}'     // tags
    )
}

/// For HTML text and double-quoted attributes. Braces are escaped too, so that no value can pass for a template.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            '{' => out.push_str("&#123;"),
            '}' => out.push_str("&#125;"),
            c => push_visible(&mut out, c),
        }
    }
    out
}

/// An id for HTML: it may be broken where its parts join, and only shows a break that is one.
pub fn html_id(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut part = 0;
    for (at, c) in text.char_indices() {
        if matches!(c, '/' | ':' | '@' | '_' | '-') {
            let end = at + c.len_utf8();
            out.push_str(&html(&text[part..end]));
            out.push_str("<wbr>");
            part = end;
        }
    }
    out.push_str(&html(&text[part..]));
    out
}

/// A sentence for HTML, in which what stands between backticks is set as code.
pub fn html_prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // Unpaired backticks are only characters.
    if parts.len().is_multiple_of(2) {
        return html(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, part) in parts.into_iter().enumerate() {
        match at % 2 {
            0 => out.push_str(&html(part)),
            _ => {
                out.push_str("<code>");
                out.push_str(&html(part));
                out.push_str("</code>");
            }
        }
    }
    out
}

/// For a quoted string in a style sheet: everything but plain letters and digits as a numbered escape
/// (a space too: after an escape it would be swallowed).
pub fn css_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in visible(text).chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else {
            let _ = write!(out, "\\{:06x}", c as u32);
        }
    }
    out.push('"');
    out
}

/// For a cell of a table that a spreadsheet may open: a cell that would be taken for a formula begins with an
/// apostrophe, and so does what follows a quote or a semicolon, where another reader may begin a cell.
pub fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut at_start = true;
    if text.starts_with(['\t', '\r', '\n']) {
        out.push('\'');
        at_start = false;
    }
    for c in text.chars() {
        if at_start && starts_formula(c) {
            out.push('\'');
        }
        at_start = match c {
            '"' | '\'' | ';' => true,
            c if c.is_whitespace() || c.is_control() || is_deceptive(c) => at_start,
            _ => false,
        };
        push_visible(&mut out, c);
    }
    out
}

/// Spreadsheets also take the full-width forms.
fn starts_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_invisible_is_shown() {
        assert_eq!(visible("a\u{1b}[31mred\u{7}"), "a\u{241b}[31mred\u{2407}");
        assert_eq!(visible("pay\u{202e}fdp.exe"), "pay\u{27e8}U+202E\u{27e9}fdp.exe");
        assert_eq!(visible("line\r\nline\ttab"), "line\u{240d}\u{240a}line\u{2409}tab");
        assert_eq!(visible("plain, with accents: é ü 漢"), "plain, with accents: é ü 漢");
    }

    #[test]
    fn markup_and_templates_are_only_text() {
        assert_eq!(html("<b a=\"x\">&'{{ 7 }}"), "&lt;b a=&quot;x&quot;&gt;&amp;&#39;&#123;&#123; 7 &#125;&#125;");
    }

    #[test]
    fn a_style_string_cannot_be_left() {
        let css = css_string("\"; } </style><script>\\");
        assert!(css.starts_with('"') && css.ends_with('"'));
        assert!(!css[1..css.len() - 1].contains(['"', '<', '>', ';', '}', '/']), "{css}");
    }

    #[test]
    fn ids_and_sentences_bring_no_markup_of_their_own() {
        assert_eq!(html_id("a/<b>-c"), "a/<wbr>&lt;b&gt;-<wbr>c");
        assert_eq!(html_prose("set `a<b` now"), "set <code>a&lt;b</code> now");
        assert_eq!(html_prose("one ` only"), "one &#96; only");
    }

    #[test]
    fn formulas_are_neutralised() {
        for (from, to) in [
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM", "'@SUM"),
            ("\t=1", "'\u{2409}=1"),
            ("\r=1", "'\u{240d}=1"),
            (" =1", " '=1"),
            ("\"=1", "\"'=1"),
            ("'=1", "''=1"),
            ("a;=1", "a;'=1"),
            ("\u{feff}=1", "\u{27e8}U+FEFF\u{27e9}'=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("a=b", "a=b"),
            ("mail@example", "mail@example"),
            ("", ""),
        ] {
            assert_eq!(cell(from), to, "{from:?}");
        }
    }
}
