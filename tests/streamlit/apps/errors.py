import threading

import streamlit as st
from streamlit.errors import StreamlitAPIException


@st.cache_data(show_spinner=False)
def lock(value):
    return 1


@st.cache_data
def unserializable():
    return threading.Lock()


@st.cache_data
def fails():
    st.write("before the error")
    raise ValueError("mine")


def attempt(call):
    try:
        call()
    except Exception as error:
        st.write(type(error).__name__, isinstance(error, StreamlitAPIException))


try:
    st.cache_data(ttl="never")(lambda: 1)()
except StreamlitAPIException:
    st.write("no time")
attempt(lambda: lock(threading.Lock()))
attempt(unserializable)
attempt(fails)
lock(threading.Lock())
