"""The server ends what is asked of it without alarming whoever stops it."""

import asyncio
import contextlib
import socket
import threading
import urllib.request

from ui.listening import Server, open_port
from ui.settings import AppSettings


def test_what_stopping_breaks_off_is_told_without_a_traceback(tmp_path, capfd):
    settings = AppSettings(data=tmp_path)
    is_asked, answers = threading.Event(), threading.Event()

    async def slow(scope, receive, send):
        if scope["type"] == "http":
            is_asked.set()
            await asyncio.sleep(60)

    def ask():
        answers.wait(20)
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=20)

    def stop():
        is_asked.wait(20)
        server.should_exit = True

    bound = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    server = Server(slow, settings, answers.set, lambda: None)
    server.config.timeout_graceful_shutdown = 1
    helpers = [threading.Thread(target=work) for work in (ask, stop)]
    for helper in helpers:
        helper.start()
    with contextlib.closing(bound):
        server.run(sockets=[bound])
    for helper in helpers:
        helper.join()
    assert is_asked.is_set()
    said = capfd.readouterr().err
    assert "Cancel 1 running task" in said and "Traceback" not in said


def test_the_parts_of_an_answer_do_not_wait_for_each_other():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    bound = open_port(AppSettings(data="unused", port=port))

    async def is_sent_at_once() -> bool:
        taken = asyncio.get_running_loop().create_future()

        def take(_reader, writer):
            socket_ = writer.get_extra_info("socket")
            taken.set_result(socket_.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

        async with await asyncio.start_server(take, sock=bound):
            _reader, writer = await asyncio.open_connection(*bound.getsockname())
            found = await asyncio.wait_for(taken, 20)
            writer.close()
            return bool(found)

    assert asyncio.run(is_sent_at_once())
