"""The web server of one launch, put away while its loop is awake for another reason."""

import os
import socket
from threading import Event, Thread
from urllib.request import ProxyHandler, build_opener

import pytest
from flask import Flask

from server.app.web import WebThread
from webui.serving import bind, server_for


def _served() -> tuple[WebThread, str, object]:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "bonjour")
    listener = bind()
    server = server_for(app, listener, lambda path, cookie: True)
    web = WebThread(server)
    web.start()
    return web, f"http://127.0.0.1:{listener.getsockname()[1]}/", server


def test_a_server_answers_then_stops_and_opens_to_nobody() -> None:
    web, address, _ = _served()
    with build_opener(ProxyHandler({})).open(address, timeout=5) as answer:
        assert answer.read() == b"bonjour"
    web.stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(address.split(":")[2].strip("/"))), 5)


def test_a_loop_that_ends_before_it_is_woken_leaves_the_pipe_to_the_one_who_wakes_it() -> None:
    web, _, server = _served()
    trigger = server.trigger  # type: ignore[attr-defined]  # its stubs do not know it
    loop: Thread = web._thread
    pipe: int = trigger.trigger

    def woken_meanwhile() -> None:
        os.write(pipe, b"x")
        loop.join()
        os.write(pipe, b"x")

    trigger._physical_pull = woken_meanwhile
    web.stop()
    assert not loop.is_alive()
    assert trigger._fds == []


def test_an_answer_that_does_not_end_is_not_waited_for_and_keeps_its_pipe() -> None:
    web, _, server = _served()
    dispatcher = server.task_dispatcher  # type: ignore[attr-defined]  # its stubs do not know it
    ends = Event()
    dispatcher.threads.add("a stream")
    pipe = server.trigger  # type: ignore[attr-defined]
    shutdown = dispatcher.shutdown
    dispatcher.shutdown = lambda **_: shutdown(timeout=0)
    close = pipe.close

    def closed() -> None:
        close()
        ends.set()

    pipe.close = closed
    web.stop()
    assert pipe._fds
    with dispatcher.lock:
        dispatcher.threads.clear()
        dispatcher.thread_exit_cv.notify_all()
    assert ends.wait(10)
    assert pipe._fds == []
