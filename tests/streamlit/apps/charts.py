import altair as alt
import pandas as pd
import streamlit as st
from counting import count


@st.cache_data
def draw():
    count("draw")
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [3, 1, 2], "lat": [1.0, 2, 3], "lon": [1.0, 2, 3]})
    st.line_chart(frame[["a", "b"]])
    st.bar_chart(frame[["a", "b"]])
    st.area_chart(frame[["a", "b"]])
    st.scatter_chart(frame[["a", "b"]])
    st.altair_chart(alt.Chart(frame).mark_line().encode(x="a", y="b"))
    st.map(frame)
    st.graphviz_chart("digraph { a -> b }")


draw()
