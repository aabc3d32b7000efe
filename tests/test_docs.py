"""Every example in the documentation runs, and every link leads somewhere.

The Python blocks of a page run one after the other, as one program. A block is left out only where
its fence says why: ```python skip: needs a server
"""

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import memoxide

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROSE = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
FENCE = re.compile(r"^```(\w*)(.*)$")
SKIP = re.compile(r" skip: \S.*")
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")


def program(page):
    """The page with all but its examples blanked, so that a traceback has the page's lines."""
    language, skipped, lines = None, False, []
    for line in page.read_text(encoding="utf-8").splitlines():
        assert not re.match(r" +```", line), f"{page.name}: an indented fence is not run"
        fence = FENCE.match(line)
        if fence and language is None:
            language, info = fence.groups()
            skipped = bool(info)
            assert not info or SKIP.fullmatch(info), (
                f"{page.name}: skipped without a reason: {line}"
            )
        elif line == "```":
            language = None
        elif language == "python" and not skipped:
            lines.append(line)
            continue
        lines.append("")
    assert language is None, f"{page.name}: a fence is not closed"
    return "\n".join(lines) + "\n"


def anchors(page):
    """The names by which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_run(page, tmp_path):
    script = tmp_path / f"{page.stem}.py"
    script.write_text(program(page), encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=50, cwd=tmp_path)
    assert result.returncode == 0, f"{page.name}:\n{result.stderr}"


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(linked), f"{page.name}: {target}"


def test_docstrings_examples_run():
    package = Path(memoxide.__file__).parent
    for file in sorted(package.rglob("*.py")):
        if ">>>" not in file.read_text(encoding="utf-8"):
            continue
        parts = file.relative_to(package.parent).with_suffix("").parts
        module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
        assert doctest.testmod(module).failed == 0, file


def test_examples_are_found_and_can_fail(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\nassert True\n```\n\n```console\n$ no\n```\n")
    assert program(page).split("\n").index("assert True") == 3
    page.write_text("```python skip\n1 / 0\n```\n")
    with pytest.raises(AssertionError, match="without a reason"):
        program(page)
    page.write_text("```python skip: needs a server\n1 / 0\n```\n")
    assert program(page).strip() == ""
