"""The decorators of an app's time: the experimental ones are the later pair where they are gone."""

import streamlit as st

memo = getattr(st, "experimental_memo", st.cache_data)
singleton = getattr(st, "experimental_singleton", st.cache_resource)


def allowing(function):
    """The decorator that allows widgets; Streamlit itself shows since 1.37 that it will go."""
    return st.cache_data(experimental_allow_widgets=True, show_spinner=False)(function)
