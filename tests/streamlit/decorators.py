"""The decorators of an app's time: the experimental ones are the later pair where they are gone."""

import streamlit as st

memo = getattr(st, "experimental_memo", st.cache_data)
singleton = getattr(st, "experimental_singleton", st.cache_resource)
