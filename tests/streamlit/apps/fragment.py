import streamlit as st
from counting import count


@st.cache_data
def draw():
    count("draw")
    st.write("drawn")


@st.fragment
def part():
    draw()
    st.write("part")


draw()
part()
