import streamlit as st
from counting import count


# The main page has one of this name, and another text.
@st.cache_data
def shared(x):
    count("second shared")
    st.write("drawn by the second page", x)
    return -x


# And one of this name and text.
@st.cache_resource
def resource():
    count("main resource")
    return [1]


st.write(shared(1))
st.write(len(resource()))
if st.button("clear"):
    shared.clear()
