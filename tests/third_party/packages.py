"""Installing a distribution as an installer does: its build backend makes the wheel, which is unpacked on `sys.path`.

Neither pip nor the network is needed, and nothing outside the test's folder is touched.
"""

from __future__ import annotations

import contextlib
import shutil
import zipfile
from pathlib import Path

from hatchling.build import build_wheel

ACME = Path(__file__).parent / "acme-campaigns"


def install(project: Path, site: Path) -> None:
    """Build a project and unpack the wheel, which is all it takes for one of pure Python."""
    wheels = site.parent / "wheels"
    wheels.mkdir(exist_ok=True)
    with contextlib.chdir(project):  # the hooks of a build backend work in the project's folder
        name = build_wheel(str(wheels))
    with zipfile.ZipFile(wheels / name) as wheel:
        wheel.extractall(site)


def copy_of_acme(folder: Path, *, distribution: str = "acme-campaigns", name: str = "acme") -> Path:
    """The project's sources under another name, where a test may change them.

    Args:
        folder: Where to put it.
        distribution: What the distribution is called; the package likewise, with underscores.
        name: What provider it registers.
    """
    project = folder / distribution
    shutil.copytree(ACME, project, ignore=shutil.ignore_patterns("__pycache__"))
    package = distribution.replace("-", "_")
    (project / "src" / "acme_campaigns").rename(project / "src" / package)
    for file in [project / "pyproject.toml", *project.rglob("*.py")]:
        text = file.read_text().replace("acme-campaigns", distribution).replace("acme_campaigns", package)
        text = text.replace("\nacme = ", f"\n{name} = ").replace('name="acme"', f'name="{name}"')
        file.write_text(text)
    return project
