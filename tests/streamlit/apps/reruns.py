import streamlit as st
from counting import count


@st.cache_data
def stops():
    count("stops")
    st.write("drawn before")
    if not st.session_state.get("again"):
        st.session_state.again = True
        st.rerun()
    return 1


st.write(stops())


@st.cache_data
def ends():
    count("ends")
    st.stop()


ends()
