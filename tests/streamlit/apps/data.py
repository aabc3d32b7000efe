import pandas as pd
import streamlit as st
from counting import count

frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})


@st.cache_data
def show(frame):
    count("show")
    st.dataframe(frame)
    st.table(frame)
    st.metric("rows", len(frame), 3)
    st.write(frame)
    return frame[frame["a"] > 1]


@st.cache_resource
def connect():
    count("connect")
    st.dataframe(frame)
    return object()


st.dataframe(show(frame))
connect()
