import contextvars
import threading

import streamlit as st
from counting import count
from streamlit.runtime.scriptrunner import add_script_run_ctx


@st.cache_data(show_spinner=False)
def by_thread():
    count("thread")
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(st.write, "by a thread"))
    add_script_run_ctx(thread)
    thread.start()
    thread.join()


by_thread()
st.write("below")
