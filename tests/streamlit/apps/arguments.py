from dataclasses import dataclass

import streamlit as st
from counting import count


@dataclass
class Point:
    x: int
    y: int


@st.cache_data
def distance(point, _ignored, *more, scale=1, **named):
    count("distance")
    return (point.x + point.y) * scale + len(more) + len(named)


st.write(distance(Point(1, 2), object()))
st.write(distance(Point(1, 2), object(), 3, scale=2, k=1))
st.write(distance(Point(2, 2), object()))
