"""What counts of Streamlit's own objects."""

from __future__ import annotations


def register() -> None:
    """Register hash functions for them."""
