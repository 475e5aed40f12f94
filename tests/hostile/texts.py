"""What somebody might write where a name, a title or a comment is asked for, to do harm or by accident."""

from __future__ import annotations

#: A spreadsheet might take them for formulas.
FORMULAS = (
    '=HYPERLINK("http://evil.example","click")',
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
)
#: A page or a browser might take them for markup; nothing of them may act.
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '<para><font color="red" size=99>big</font></para>',
    '<img src="http://evil.example/x.png" width="10" height="10"/>',
    '<img src="file:///etc/passwd"/>',
    '<a href="javascript:alert(1)">here</a>',
    '<link href="http://evil.example">x</link>',
    '<onDraw name="x" label="y"/>',
    "<b>not closed",
    "</para></b>&nbsp;&#x41;&amp;<!-- -->",
    "]]></t></is></c></row><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "%s %n {0} ${7*7} {{7*7}} \\x41 \\n",
    "'; DROP TABLE work_order; --",
    "(a) Tj ET BT \\) (b",
)
#: Nothing can show these as they are; what can be shown of them is.
UNSHOWABLE = (
    "a\x00b",
    "bell\x07 escape\x1b[31m red",
    "line\x0bbreak\x0cpage",
    "not\ufffe xml \uffff",
    "\ud800 half a pair",
    "_x003D_1+1",
)
#: All of writing.
SIGNS = (
    "invoice \u202egpj.exe",
    "\u200fمضخة الزيت\u200e",
    "zero\u200bwidth\ufeffmarks\u2028and lines",
    "轴承温度过高，请立即检查 ①②③",
    "😀🔥 oil",
    "Ærøskøbing ß € “quotes” – ü ñ ő",
    "e\u0301" * 50,
    "Z̸̡̢̛a̵l̶g̷o̴" * 20,
)
#: More than there is room for.
LONG = ("W" * 1200, "很" * 1200, "word " * 240, "\n" * 2000 + "end")

ALL = (*FORMULAS, *MARKUP, *UNSHOWABLE, *SIGNS, *LONG)
#: Those that PostgreSQL and JSON can hold, as the API takes them.
SENDABLE = tuple(text for text in ALL if "\x00" not in text and "\ud800" not in text)
