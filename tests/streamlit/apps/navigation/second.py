import streamlit as st
from counting import count


@st.cache_data
def loaded(x):
    count("second loaded")
    st.metric("loaded", x)
    return x


st.write(loaded(3))
