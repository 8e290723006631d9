"""The web server of one launch, put away while its loop is awake for another reason."""

import os
from threading import Thread
from urllib.request import ProxyHandler, build_opener

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


def test_a_server_answers_then_stops_and_gives_its_port_back() -> None:
    web, address, _ = _served()
    with build_opener(ProxyHandler({})).open(address, timeout=5) as answer:
        assert answer.read() == b"bonjour"
    web.stop()
    bind(int(address.split(":")[2].strip("/"))).close()


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
