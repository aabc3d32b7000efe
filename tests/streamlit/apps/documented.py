"""The examples of the documentation, as the installed version has them."""

import linecache
import threading

import streamlit as st
from counting import count
from decorators import memo, singleton
from documentation import examples


class Session:
    def close(self):
        count("close")


def run(program):
    names = {
        "st": st,
        "memo": memo,
        "singleton": singleton,
        "count": count,
        "data": [1],
        "session": Session(),
        "connection": Session(),
        "_db_connection": object(),
        "_sessionmaker": object(),
        "DATA_URL_1": "one",
        "DATA_URL_2": "two",
        "SESSION_URL_1": "one",
        "SESSION_URL_2": "two",
        "make_database_connection": threading.Lock,
        "create_sessionmaker": threading.Lock,
        "__name__": "__main__",
    }
    # The source of a function is read from its file.
    lines = program.replace("    return ", "    count('ran')\n    return ").splitlines(True)
    path = f"<example {hash(program)}>"
    linecache.cache[path] = (len(program), None, lines, path)
    exec(compile("".join(lines), path, "exec"), names)


for contains in ("DATA_URL_2", "another_connection", 'persist="disk"'):
    for program in examples("data", contains):
        run(program)
        if "persist" not in program:
            run(program.replace("st.cache_data", "memo"))
        count("an example of data")

for contains in ("SESSION_URL_2", "create_sessionmaker()"):
    for program in examples("resource", contains):
        run(program)
        run(program.replace("st.cache_resource", "singleton"))
        count("an example of a resource")

for page in ("data", "resource"):
    for program in examples(page, "async def"):
        run(program.replace("sleep(1)", "sleep(0)"))
