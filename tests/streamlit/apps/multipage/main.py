import streamlit as st
from counting import count


@st.cache_data
def shared(x):
    count("main shared")
    st.write("drawn by the main page", x)
    return x


@st.cache_resource
def resource():
    count("main resource")
    return [1]


st.write(shared(1))
resource().append(2)
st.write(len(resource()))
