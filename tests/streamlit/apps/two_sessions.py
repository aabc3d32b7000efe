import streamlit as st
from counting import count


@st.cache_data
def data(x):
    count("data")
    st.write("for all", x)
    return [x]


@st.cache_resource
def resource():
    count("resource")
    st.write("resource")
    return []


data(1).append(2)
resource().append(1)
st.write(data(1), resource())
