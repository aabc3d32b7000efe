import streamlit as st
from counting import count


@st.cache_data
def ask():
    count("ask")
    st.write("above")
    return st.checkbox("sure?")


st.write(ask())
