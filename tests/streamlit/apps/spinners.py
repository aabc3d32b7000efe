import streamlit as st
from counting import count


@st.cache_data
def default():
    count("default")
    return 1


@st.cache_data(show_spinner=False)
def silent():
    count("silent")
    return 2


@st.cache_data(show_spinner="Wait")
def custom():
    count("custom")
    return default() + silent()


st.write(custom())
st.write(default())
st.write(silent())
st.write(custom())
