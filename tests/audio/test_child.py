import subprocess
import sys
import time

import pytest

from verhm.audio.child import Child


def start(program: str) -> subprocess.Popen:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, stderr=pipe)


def test_messages_are_collected_to_the_end():
    with Child(start("import sys; print('one\\ntwo', file=sys.stderr); sys.exit(3)")) as child:
        assert child.finish() == 3
        assert child.messages.split() == ["one", "two"]


def test_very_many_messages_neither_block_nor_pile_up():
    program = "import sys; [print(i, 'x' * 2000, file=sys.stderr) for i in range(5000)]"
    with Child(start(program)) as child:
        assert child.finish() == 0
    assert child.messages.startswith("0 x")
    assert child.messages.endswith("x\n")
    assert len(child.messages) < 1_000_000


def test_a_process_that_takes_too_long_is_killed():
    with Child(start("import time; time.sleep(60)")) as child, child.within(0.2):
        assert child.finish() != 0
    assert child.timed_out


def test_only_the_time_spent_waiting_counts():
    with Child(start("input(); input()")) as child:
        for _ in range(2):
            with child.within(5):
                child._process.stdin.write(b"\n")
                child._process.stdin.flush()
        time.sleep(0.3)
        with child.within(5):
            assert child.finish() == 0
    assert not child.timed_out


def test_leaving_by_an_error_ends_the_process():
    process = start("import time; time.sleep(60)")
    started = time.monotonic()
    with pytest.raises(KeyError), Child(process):
        raise KeyError
    assert process.poll() is not None
    assert time.monotonic() - started < 10


def test_a_process_that_has_ended_did_not_time_out():
    with Child(start("")) as child, child.within(60):
        assert child.finish() == 0
    assert not child.timed_out
