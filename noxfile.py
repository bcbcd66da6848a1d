"""Sessions: `nox` runs tests, lint, types and docs.

`nox -s trial` runs the tests that take minutes, `nox -s browser` those that need Chromium; `nox -s bench` measures,
`nox -s live` talks to real vendors.
"""

from __future__ import annotations

import shutil
import sys

import nox

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests", "lint", "types", "docs"]

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
_FLOOR = 90
_THIS = ".".join(map(str, sys.version_info[:2]))
# A Python that is not installed is skipped, but never all of them: a run that tests nothing must not be green.
nox.options.error_on_missing_interpreters = not any(
    version == _THIS or shutil.which(f"python{version}") for version in PYTHONS
)


def _groups(session: nox.Session, *groups: str) -> None:
    """Install the project with all extras, editable, and the dependency groups it needs here."""
    session.install("-e", ".[all]", *nox.project.dependency_groups(PROJECT, *groups))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The test suite."""
    _groups(session, "test")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """The test suite with coverage of lines and branches, subprocesses included; fails below the floor."""
    _groups(session, "test")
    session.run(
        "pytest", "-n", "auto", "--cov", "--cov-report=term", f"--cov-fail-under={_FLOOR}", *session.posargs
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Style and common mistakes."""
    session.install(*nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types: mypy strict over everything, pyright over what users see."""
    _groups(session, "types")
    session.run("mypy")
    session.run("pyright")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, warnings as errors."""
    _groups(session, "docs")
    session.run(
        "sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs
    )


@nox.session
def trial(session: nox.Session) -> None:
    """The tests that take minutes: a thousand rows and more at vendors that lose answers."""
    _groups(session, "test")
    session.run("pytest", "-m", "trial", *session.posargs)


@nox.session
def browser(session: nox.Session) -> None:
    """The report of a sandbox batch in headless Chromium (Debian package) at the width of a telephone and of a desk."""
    _groups(session, "test")
    session.run("pytest", "tests/report", "-m", "browser", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure; see benchmarks/README.md. Needs nginx (Debian package) for the comparisons over HTTP."""
    _groups(session, "bench")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def live(session: nox.Session) -> None:
    """Talk to real vendors; needs credentials in the environment."""
    _groups(session, "test")
    session.run("pytest", "tests/live", "-m", "live", *session.posargs)
