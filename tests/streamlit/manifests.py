"""Streamlit reads the metadata of all installed packages for each `AppTest`, in 0.3 seconds."""

from __future__ import annotations

from functools import cache


def read_once() -> None:
    """Have it read them once in a process."""
    try:
        from streamlit.components.v2 import manifest_scanner
    except ImportError:  # Streamlit before 1.51 reads none.
        return
    scan = manifest_scanner.scan_component_manifests
    if not hasattr(scan, "cache_info"):
        manifest_scanner.scan_component_manifests = cache(scan)
