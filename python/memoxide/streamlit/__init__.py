"""memoxide inside Streamlit: the drop-in, and what an app notices of cached functions.

`hooks` connects both, `install` puts memoxide's decorators where an app looks for Streamlit's, and
`versions` has all that differs between Streamlit's versions. None of it is imported before it is
needed: `import memoxide` does not import Streamlit.
"""

from memoxide.streamlit.installation import install, uninstall

__all__ = ["install", "uninstall"]
