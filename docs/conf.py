"""Sphinx configuration; nothing here needs the network."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

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

_NAME = re.compile(r"(?<![\w.\"'])[A-Z]\w+(?![\w.(=])")


def _told_apart(
    app: object, what: str, name: str, obj: Any, options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Name vendors' classes in full: several vendors have a `CampaignDraft`, and each must link to its own."""
    known = vars(sys.modules.get(getattr(obj, "__module__", ""), object))

    def in_full(match: re.Match[str]) -> str:
        found = known.get(match[0])
        if not isinstance(found, type) or not found.__module__.startswith("campaign_reg.providers."):
            return match[0]
        return f"{found.__module__}.{found.__qualname__}"

    return (signature and _NAME.sub(in_full, signature), returns and _NAME.sub(in_full, returns))


def setup(app: Any) -> None:
    app.connect("autodoc-process-signature", _told_apart)
