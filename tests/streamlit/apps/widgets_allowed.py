import streamlit as st
from counting import count
from decorators import allowing


@allowing
def ask(x):
    count("ask")
    st.write("asked", x)
    number = st.slider("number", 0, 10, 3, key="number")
    if st.checkbox("more"):
        st.write(st.text_input("text", "default"))
    return number * x


st.write("result", ask(2))
