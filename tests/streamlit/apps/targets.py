import streamlit as st
from counting import count


@st.cache_data
def draw(name):
    count("draw")
    st.write("drawn", name)
    inside = st.container()
    inside.write("inside", name)
    with inside:
        st.write("inside again", name)
    return name


draw("main")
with st.sidebar:
    draw("main")
left, right = st.columns(2)
with left:
    draw("left")
with right:
    draw("left")
with st.expander("x"), st.container():
    draw("deep")
draw("deep")
