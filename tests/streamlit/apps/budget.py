"""All entries together have a bound, over functions: those that were used last stay."""

import streamlit as st
from counting import count
from streamlit import config
from streamlit.runtime.caching.global_cache_budget import (
    reconfigure_global_cache_budget_from_config,
)


@st.cache_data(show_spinner=False)
def first(number):
    count(f"first {number}")
    return bytes(300_000)


@st.cache_data(show_spinner=False, max_entries=10)
def second(number):
    count(f"second {number}")
    return bytes(300_000)


@st.cache_data(show_spinner=False)
def huge():
    count("huge")
    return bytes(2_000_000)


@st.cache_resource(show_spinner=False)
def resource():
    count("resource")
    return bytes(2_000_000)


def bound(size):
    st.cache_data.clear()
    config.set_option("server.maxCacheDataSize", size)
    # What a server does when it starts.
    reconfigure_global_cache_budget_from_config()


bound("1mb")
resource()
first(1)
second(1)
second(2)
first(1)
first(2)
first(1)
second(2)
second(1)
huge()
huge()
first(3)
resource()
bound("0")
for number in range(5):
    first(number)
    second(number)
