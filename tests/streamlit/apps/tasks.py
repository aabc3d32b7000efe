import asyncio

import streamlit as st
from counting import count


@st.cache_data(show_spinner=False)
def by_task():
    count("task")

    async def draw():
        st.write("by a task")

    async def both():
        await asyncio.gather(draw(), draw())

    asyncio.run(both())


by_task()
st.write("below")
