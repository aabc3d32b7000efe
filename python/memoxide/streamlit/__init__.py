"""memoxide inside Streamlit: the drop-in, and what an app notices of cached functions.

`hooks` connects both, `install` puts memoxide's decorators where an app looks for Streamlit's, and
`versions` has all that differs between Streamlit's versions. None of it is imported before it is
needed: `import memoxide` does not import Streamlit.
"""

__all__ = ["install", "uninstall"]


def install() -> None:
    """Put memoxide's decorators in the place of Streamlit's."""
    from memoxide.streamlit import installation

    installation.install()


def uninstall() -> None:
    """Undo `install`."""
    from memoxide.streamlit import installation

    installation.uninstall()
