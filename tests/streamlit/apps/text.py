import streamlit as st
from counting import count


@st.cache_data
def write(name):
    count("write")
    st.title(f"Hello {name}")
    st.header("header")
    st.subheader("subheader", divider="blue")
    st.caption("caption")
    st.markdown("*markdown*")
    st.text("text")
    st.latex(r"\int_0^1 x")
    st.code("x = 1", language="python")
    st.divider()
    st.write("written", {"a": 1}, [1, 2])
    st.json({"a": [1, 2]})
    st.info("info")
    st.success("success")
    st.warning("warning")
    st.error("error")
    st.html("<b>html</b>")
    return name.upper()


st.write("before", write("you"))
st.write("after", write("me"), write("you"))
