import streamlit as st
from counting import count


@st.cache_data
def inner(x):
    count("inner")
    st.write("inner", x)
    with st.sidebar:
        st.write("inner in the sidebar", x)
    return x


@st.cache_resource
def middle(x):
    count("middle")
    st.write("middle", x)
    return [inner(x), inner(x + 1)]


@st.cache_data
def outer(x):
    count("outer")
    with st.expander("outer"):
        values = middle(x)
    st.write(values)
    return values


inner(1)
outer(1)
outer(2)
middle(2)
