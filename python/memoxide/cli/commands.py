"""The subcommands. Statuses: 0 done, 1 something was found wrong, 2 called wrongly, 3 no folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.progress import track

from memoxide import __version__
from memoxide._core import CacheEntry, CacheFolder, cache_folder, parse_size, parse_ttl
from memoxide.cli import output
from memoxide.cli.selection import Selection, by_function

FOUND_WRONG = 1
NO_FOLDER = 3

_F = TypeVar("_F", bound=Callable[..., Any])


def run() -> int:
    """Run the command with the process's arguments; return its exit status."""
    try:
        status = group.main(prog_name="memoxide", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        print("Aborted!", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"memoxide: {error}", file=sys.stderr)
        return NO_FOLDER
    return status if isinstance(status, int) else 0


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`memoxide run APP` runs a Streamlit app as `streamlit run` does, cached by memoxide.",
)
@click.version_option(__version__, prog_name="memoxide")
def group() -> None:
    """See and manage what `persist="disk"` keeps."""


OF_APPS = "memoxide.of_apps"
"""Whether the folder of apps is meant."""


def of_apps(context: click.Context, _parameter: Any, is_meant: bool) -> None:
    """Note that the folder of apps is meant."""
    context.meta[OF_APPS] = is_meant


def or_of_apps(context: click.Context, _parameter: Any, path: Path | None) -> Path | None:
    """Return the folder that is named."""
    if not context.meta[OF_APPS]:
        return path
    if path is not None:
        raise click.UsageError("--dir and --streamlit name two folders")
    # Inside of what `streamlit cache clear` removes.
    return Path.home() / ".streamlit" / "cache" / "memoxide"


def of_folder(command: _F) -> _F:
    """Add the options that every command on a folder has."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
    command = click.option(
        "--streamlit",
        "is_of_apps",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=of_apps,
        help="The folder of Streamlit apps.",
    )(command)
    return click.option(
        "--dir",
        "path",
        type=click.Path(path_type=Path, file_okay=False),
        callback=or_of_apps,
        help="The folder; else MEMOXIDE_CACHE_DIR, or the user's folder for caches.",
    )(command)


def of_entries(command: _F) -> _F:
    """Add the options that say which entries are meant."""
    command = click.option("--app", "application", help="Those of this application.")(command)
    command = click.option("--key", help="The entry whose key begins so.")(command)
    return click.option(
        "--function", metavar="NAME", help="Those of this function; * stands for anything."
    )(command)


def opened(path: Path | None, **bounds: Any) -> CacheFolder | None:
    """Return the folder, if there is one: looking does not make it."""
    path = path or cache_folder()
    return CacheFolder(path, **bounds) if path.exists() else None


def found(
    folder: CacheFolder | None, selection: Selection, checked: bool = False
) -> list[CacheEntry]:
    """Return the entries that are meant. What is to be printed of them has to be checked."""
    return list(selection.of(folder.entries(checked=checked))) if folder else []


@group.command()
@of_folder
def path(path: Path | None, as_json: bool) -> None:
    """Print where the folder is."""
    folder = path or cache_folder()
    output.as_json({"path": str(folder), "exists": folder.exists()}) if as_json else print(folder)


@group.command("ls")
@of_entries
@click.option("--entries", "each", is_flag=True, help="A row for each entry.")
@of_folder
def ls(each: bool, path: Path | None, as_json: bool, **which: Any) -> None:
    """List functions, or entries: size, age, last use, hits, cost."""
    entries = found(opened(path), Selection(**which), checked=True)
    if each:
        entries.sort(key=lambda entry: entry.used, reverse=True)
        if as_json:
            output.as_json([output.entry_as_dict(entry) for entry in entries])
        else:
            output.entries(entries)
        return
    functions = by_function(entries)
    if as_json:
        output.as_json([output.function_as_dict(function) for function in functions])
    else:
        output.functions(functions)


def keyed(folder: CacheFolder | None, key: str) -> list[CacheEntry]:
    """Return the entries whose keys begin so, which are the names of their files."""
    entries = folder.entries(checked=False) if folder else []
    return [entry for entry in entries if Path(entry.path).stem.startswith(key.lower())]


@group.command()
@click.argument("key")
@of_folder
def show(key: str, path: Path | None, as_json: bool) -> int:
    """Show the entry whose key begins with KEY."""
    folder = opened(path)
    entries = keyed(folder, key)
    if folder is None or not entries:
        raise click.ClickException(f"no entry has a key that begins with {key}")
    if len(entries) > 1:
        raise click.ClickException(f"{len(entries)} entries have keys that begin with {key}")
    (entry,) = entries
    known = output.entry_as_dict(entry)
    fault = folder.verify(entry)
    if fault:
        # Nothing else of it is known to be true.
        known = {name: known[name] for name in ("path", "size", "used", "hits")}
    known |= {"fault": fault} if fault else folder.inspect(entry)
    if as_json:
        output.as_json(known)
    else:
        shown = {name: str(value) for name, value in known.items()}
        shown |= {"size": output.size(entry.size), "used": f"{output.ago(entry.used)} ago"}
        if not fault:
            shown |= {"cost": output.length(entry.cost)}
            shown |= {"created": f"{output.ago(entry.created)} ago"}
        output.table([("", "left"), ("", "left")], shown.items())
    return FOUND_WRONG if fault else 0


@group.command()
@of_entries
@click.option("--remove", is_flag=True, help="Remove what is damaged.")
@of_folder
def verify(remove: bool, path: Path | None, as_json: bool, **which: Any) -> int:
    """Check the seals of all entries; the status is 1 if one is damaged."""
    folder = opened(path)
    entries = found(folder, Selection(**which))
    faults = {}
    is_shown = sys.stderr.isatty() and not as_json
    for entry in track(entries, "checking", transient=True, disable=not is_shown):
        if folder is not None and (fault := folder.verify(entry)):
            faults[entry.path] = fault
            if remove:
                folder.remove(entry)
    if as_json:
        output.as_json({"entries": len(entries), "faults": faults, "removed": remove})
    else:
        for place, fault in faults.items():
            print(f"{output.printable(place)}: {fault}")
        print(f"{len(entries):,} entries, {len(faults):,} damaged")
    return FOUND_WRONG if faults else 0


def parsed(parse: Callable[[str], int]) -> Callable[[Any, Any, str | None], str | None]:
    """Have an option's text checked when it is read."""

    def check(_context: Any, _parameter: Any, text: str | None) -> str | None:
        try:
            if text is not None:
                parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        return text

    return check


@group.command()
@of_entries
@click.option("--orphaned", is_flag=True, help="Those of older definitions of their functions.")
@click.option("--max-size", callback=parsed(parse_size), help='What may stay: "2GB".')
@click.option("--max-age", callback=parsed(parse_ttl), help='How old entries may be: "30d".')
@click.option("--dry-run", is_flag=True, help="Remove nothing; say what would be, by selection.")
@of_folder
def prune(
    max_size: str | None,
    max_age: str | None,
    dry_run: bool,
    path: Path | None,
    as_json: bool,
    **which: Any,
) -> None:
    """Remove entries that are not needed: by function or old code, then by age and size.

    What processes have in memory stays there. Without a selection, --max-size and --max-age go for
    the whole folder; leftovers of processes that are gone are removed in any case.
    """
    selection = Selection(**which)
    if not selection.is_everything and (max_size or max_age):
        raise click.UsageError("--max-size and --max-age go for the whole folder: select nothing")
    folder = opened(path, max_size=max_size, max_age=max_age)
    chosen = [] if selection.is_everything else found(folder, selection)
    removed, bytes_removed, left_over = len(chosen), sum(entry.size for entry in chosen), 0
    if folder is not None and not dry_run:
        for entry in chosen:
            folder.remove(entry)
        if swept := folder.sweep():
            removed, bytes_removed = removed + swept[0], bytes_removed + swept[1]
            left_over = swept[2]
    report(as_json, removed, bytes_removed, left_over=left_over, dry_run=dry_run)


@group.command()
@of_entries
@click.option("--yes", is_flag=True, help="Do not ask.")
@of_folder
def clear(yes: bool, path: Path | None, as_json: bool, **which: Any) -> None:
    """Clear entries, on the disk and in the memory of all processes."""
    selection = Selection(**which)
    folder = opened(path)
    if folder is not None and selection.is_everything:
        if not yes:
            confirm(*folder.count())
        report(as_json, *folder.clear_all())
        return
    chosen = found(folder, selection)
    bytes_removed = sum(entry.size for entry in chosen)
    if not yes:
        confirm(len(chosen), bytes_removed)
    if folder is not None:
        for entry in chosen:
            folder.clear(entry)
    report(as_json, len(chosen), bytes_removed)


def confirm(entries: int, size: int) -> None:
    """Ask whether so much is to be cleared."""
    if entries:
        words = f"Clear {entries:,} entries, {output.size(size)}?"
        click.confirm(words, abort=True, err=True)


def report(as_json: bool, entries: int, size: int, **more: Any) -> None:
    """Print what was removed."""
    if as_json:
        output.as_json({"entries": entries, "size": size} | more)
        return
    verb = "would be removed" if more.get("dry_run") else "removed"
    print(f"{entries:,} entries {verb}, {output.size(size)}")
