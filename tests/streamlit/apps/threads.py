import asyncio
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


@st.cache_data(show_spinner=False)
def by_task():
    count("task")

    async def draw():
        st.write("by a task")

    async def both():
        await asyncio.gather(draw(), draw())

    asyncio.run(both())


by_thread()
by_task()
st.write("below")
