import streamlit as st
from counting import count


@st.cache_data
def page():
    count("page")
    left, right = st.columns(2)
    left.write("left")
    with right:
        st.write("right")
        with st.container(border=True):
            st.write("inside")
    with st.expander("more"):
        st.write("expanded")
    first, second = st.tabs(["one", "two"])
    first.write("1")
    with second:
        st.write("2")
    with st.sidebar:
        st.write("in the sidebar")
    st.sidebar.write("there too")
    with st.chat_message("user"):
        st.write("hello")
    with st.popover("pop"):
        st.write("over")
    place = st.empty()
    place.write("first")
    place.write("second")
    gone = st.empty()
    gone.write("gone")
    gone.empty()
    st.container()
    bar = st.progress(0, "working")
    bar.progress(50)
    bar.progress(100, "worked")


page()
with st.container():
    page()
st.write("below")
