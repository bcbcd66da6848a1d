"""Sphinx configuration; nothing here needs the network."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from sphinx.domains.python import PyClasslike

import campaign_reg

_FILE = Path(__file__).parent.parent / "pyproject.toml"
_PROJECT = tomllib.loads(_FILE.read_text(encoding="utf-8"))["project"]

project = _PROJECT["name"]
release = version = _PROJECT["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
default_role = "code"  # docstrings use single backquotes for code

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Source"]

html_theme = "furo"
html_title = f"{project} {release}"
html_theme_options = {"light_css_variables": {"code-font-size": "80%"}}
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_copyright = False
html_show_sphinx = False

_MODULE = re.compile(r"(?<![\w.~])(datetime|decimal|collections\.abc)\.(?=\w)")
_NAME = re.compile(r"(?<![\w.\"'])[A-Z]\w+(?![\w.(=])")


_FACADES = [
    importlib.import_module(f"campaign_reg.{name}") for name in ("sinch", "sender_id", "rcs", "responsys")
]
_PUBLIC_PATHS = {
    getattr(facade, name): f"{facade.__name__}.{name}"
    for facade in _FACADES
    for name in facade.__all__
    if isinstance(getattr(facade, name), type) and not hasattr(campaign_reg, name)
}


def _by_public_path(
    app: object, what: str, name: str, obj: Any, options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Give vendors' classes their public path: several vendors have a `CampaignDraft`, and each links to its own."""
    known = vars(sys.modules.get(getattr(obj, "__module__", ""), object))

    def in_full(match: re.Match[str]) -> str:
        found = known.get(match[0])
        return _PUBLIC_PATHS.get(found, match[0]) if isinstance(found, type) else match[0]

    return (signature and _NAME.sub(in_full, signature), returns and _NAME.sub(in_full, returns))


def _short_types(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Show the types of attributes without their modules, as signatures do."""
    lines[:] = [_MODULE.sub(r"~\g<0>", line) if line.startswith(":vartype ") else line for line in lines]


def setup(app: Any) -> None:
    app.connect("autodoc-process-signature", _by_public_path)
    app.connect("autodoc-process-docstring", _short_types, priority=900)  # after Napoleon
    for field in PyClasslike.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"
