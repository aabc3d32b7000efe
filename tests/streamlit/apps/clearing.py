import streamlit as st
from counting import count


@st.cache_data
def data(x):
    count(f"data {x}")
    return x


@st.cache_resource
def resource():
    count("resource")
    return object()


if st.button("clear"):
    data.clear(1)
    st.cache_resource.clear()
data(1)
data(2)
resource()
