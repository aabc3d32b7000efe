import numpy as np
import streamlit as st
from counting import count


@st.cache_data
def picture():
    count("picture")
    st.image(np.zeros((4, 4, 3), dtype=np.uint8), caption="black")
    st.audio(np.zeros(100), sample_rate=8000)
    return 1


@st.cache_data
def around():
    count("around")
    st.write("a picture")
    return picture()


picture()
around()
