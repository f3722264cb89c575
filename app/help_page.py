"""Help as a page: of a node type from its declaration, of the program from its actions. HTML of the small kind that Qt reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby

from app.actions import MENUS, ROWS, SUBMENUS, Row
from app.language import tr
from app.theme.tokens import Theme
from app.wording import label, plain, type_text, value_text
from graph_engine.declaration import Input, NodeType, Output, Parameter

Named = Input | Parameter | Output


def node_page(found: NodeType, theme: Theme, shown: str = "") -> str:
    """What a node does, what goes in, what can be set, what comes out.

    Args:
        shown: the name of an input, parameter or output that stands out.
    """
    parts = [_heading(found.title, tr(plain(found.section)), theme), _paragraph(found.summary)]
    parts += [_paragraph(part) for part in found.help.split("\n\n")]
    parts += _section(tr("Inputs"), ((one, _input_fact(one)) for one in found.inputs), shown, theme)
    parts += _section(tr("Parameters"), ((one, _default_fact(one)) for one in found.parameters), shown, theme)
    parts += _section(tr("Outputs"), ((one, type_text(one)) for one in found.outputs), shown, theme)
    parts.append(f'<p style="color:{theme.faint}">{escape(tr("{id}, version {version}", id=found.id, version=found.version))}</p>')
    return "".join(parts)


def keys_page(theme: Theme, shortcuts: Mapping[str, str]) -> str:
    """Every action with its keys, by menu.

    Args:
        shortcuts: the keys of an action by its name, as the system writes them.
    """
    parts = [_heading(tr("Keys and actions"), "", theme), _paragraph(tr("Press F1 over a node, a parameter or a button to read about it."))]
    in_menus = sorted((row for row in ROWS if row.menu), key=lambda row: MENUS.index(_menu(row)))
    for menu, rows in groupby(in_menus, key=_menu):
        parts.append(_title(tr(menu), theme))
        lines = (_row_line(row, shortcuts.get(row.name, ""), theme) for row in rows)
        parts.append(f'<table width="100%" cellspacing="0">{"".join(lines)}</table>')
    return "".join(parts)


def _menu(row: Row) -> str:
    """The menu of the menu bar that leads to an action."""
    return SUBMENUS.get(row.menu, row.menu)


def _row_line(row: Row, keys: str, theme: Theme) -> str:
    told = f'<br><span style="color:{theme.faint}">{escape(tr(row.tip))}</span>' if row.tip else ""
    words = escape(tr(row.text).rstrip("…"))
    shown = f'<td align="right" style="color:{theme.muted}">{escape(keys)}</td>'
    return f'<tr><td style="padding:2px 12px 2px 0">{words}{told}</td>{shown}</tr>'


def _heading(text: str, above: str, theme: Theme) -> str:
    lead = f'<p style="color:{theme.faint}; margin-bottom:0">{escape(above)}</p>' if above else ""
    return f'{lead}<p style="font-size:20px; font-weight:600; margin-top:2px">{escape(text)}</p>'


def _title(text: str, theme: Theme) -> str:
    return f'<p style="color:{theme.faint}; font-weight:600; margin-top:16px; margin-bottom:4px">{escape(text)}</p>'


def _paragraph(text: str) -> str:
    return f"<p>{inline(text)}</p>" if text.strip() else ""


def inline(text: str) -> str:
    """Running text as docstrings have it: titles between asterisks, names between backticks."""
    words = re.sub(r"\*(\w[^*]*)\*", r"<i>\1</i>", escape(" ".join(text.split())))
    return re.sub(r"`([^`]+)`", r'<span style="font-weight:600">\1</span>', words)


def _section(title: str, entries: Iterable[tuple[Named, str]], shown: str, theme: Theme) -> list[str]:
    rows = [_entry(one, fact, one.name == shown, theme) for one, fact in entries]
    return [_title(title, theme), *rows] if rows else []


def _entry(one: Named, fact: str, stands_out: bool, theme: Theme) -> str:
    color = theme.accent if stands_out else theme.text
    mark = f'<a name="{escape(one.name)}"></a>'
    head = f'{mark}<span style="font-weight:600; color:{color}">{escape(label(one))}</span>'
    return f'<p style="margin:6px 0">{head} <span style="color:{theme.faint}">{escape(fact)}</span><br>{inline(one.help)}</p>'


def _input_fact(one: Input) -> str:
    return type_text(one) + ("" if one.required else tr(", optional"))


def _default_fact(parameter: Parameter) -> str:
    default = value_text(parameter.kind, parameter.default)
    return tr("{default} by default", default=default) if default else ""
