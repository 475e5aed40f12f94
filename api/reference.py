"""The API's reference at `/docs`, made from the OpenAPI document: one page, no script, nothing from outside.

Factories' networks often reach no other network, so a page that loads its viewer from somewhere would be blank there.
The page is for reading; a client is generated from `/openapi.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Node = Mapping[str, Any]

_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 3rem; border-bottom: 1px solid color-mix(in srgb, currentcolor 25%, transparent) }
h3 { margin: 2rem 0 .3rem; font-size: 1rem }
code { font: .92em ui-monospace, monospace }
.method { display: inline-block; min-width: 3.2em; font-weight: 700 }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 }
td, th { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0 }
th { font-weight: 600 } td:first-child { width: 14rem } td:nth-child(2) { width: 14rem }
"""


def page(document: Node) -> str:
    """The whole document as one page of HTML."""
    info = document["info"]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API</h1>{_prose(info['description'])}"
        '<p>For machines: <a href="/openapi.json">openapi.json</a>. Errors: <a href="/problems">/problems</a>.</p>'
        + "".join(_section(document, tag) for tag in document["tags"])
        + "</body></html>\n"
    )


def _section(document: Node, tag: Node) -> str:
    operations = "".join(
        _operation(document, method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation["tags"]
    )
    name = escape(tag["name"])
    return f'<section><h2 id="{name}">{name}</h2><p>{escape(tag["description"])}</p>{operations}</section>'


def _answer(operation: Node) -> Node:
    """What is answered where all is well: 200, or another one where something was made or left nothing."""
    answer: Node = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    return answer


def _operation(document: Node, method: str, path: str, operation: Node) -> str:
    anchor = escape(operation["operationId"])
    return (
        f'<article id="{anchor}"><h3><span class="method">{method.upper()}</span> <code>{escape(path)}</code></h3>'
        f"<p><b>{escape(operation['summary'])}</b></p>{_prose(operation['description'])}"
        + _table("Parameter", _parameters(operation))
        + _table("Body", _fields(document, operation.get("requestBody", {}).get("content", {})))
        + _table("Answer", _fields(document, _answer(operation).get("content", {})))
        + "</article>"
    )


def _parameters(operation: Node) -> Iterator[tuple[str, str, str]]:
    for parameter in operation.get("parameters", ()):
        name = parameter["name"] + ("" if parameter["required"] else "?")
        yield name, _type(parameter["schema"]), parameter.get("description", "")


def _fields(document: Node, content: Node) -> Iterator[tuple[str, str, str]]:
    """The fields of a JSON body, those of a list's items among them."""
    schema = _resolved(document, content.get("application/json", {}).get("schema", {}))
    for name, field in schema.get("properties", {}).items():
        yield name, _type(field), field.get("description", "")
        inner = _resolved(document, field.get("items", {}))
        for inner_name, inner_field in inner.get("properties", {}).items():
            yield f"{name}[].{inner_name}", _type(inner_field), inner_field.get("description", "")


def _resolved(document: Node, schema: Node) -> Node:
    if "$ref" not in schema:
        return schema
    found: Node = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _type(schema: Node) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", ""))


def _table(title: str, rows: Iterator[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{_inline(text)}</td></tr>"
        for name, kind, text in rows
    )
    return f"<table><tr><th>{title}</th><th></th><th></th></tr>{cells}</table>" if cells else ""


def _prose(text: str) -> str:
    """Paragraphs and lists of a description."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        items = re.split(r"(?m)^- ", block)
        if len(items) > 1:
            blocks.append("<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items[1:]) + "</ul>")
        else:
            blocks.append(f"<p>{_inline(block)}</p>")
    return "".join(blocks)


def _inline(text: str) -> str:
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text.strip()))
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", marked)
