import streamlit as st
from counting import count
from decorators import memo, singleton


@memo
def table(n):
    count("table")
    st.write("table", n)
    return list(range(n))


@singleton
def model():
    count("model")
    st.write("model")
    return {"weights": [1]}


st.write(table(3))
model()["weights"].append(2)
st.write(len(model()["weights"]))
table(3).append("mine")
st.write(table(3))
