import streamlit as st
from counting import count

value = st.slider("value", 0, 10, 1)


@st.cache_data
def double(x):
    count("double")
    st.write("double", x)
    return x * 2


st.write(double(value))
