import pytest

from verhm.audio.sound_clock import read_sound_clock

HEAD = ["#software: made up", "#tb 0: 1/1000", "#media_type 0: audio"]


def packets(*starts: int, duration: int = 20) -> list[str]:
    return [*HEAD, *(f"0, {start}, {start}, {duration}, 300, 0x12345678" for start in starts)]


def test_sound_from_the_start_is_on_the_file_s_clock():
    clock = read_sound_clock(packets(0, 20, 40))
    assert [clock.file_time(seconds) for seconds in (0.0, 0.03, 9.0)] == [0.0, 0.03, 9.0]


def test_a_late_start_is_added():
    assert read_sound_clock(packets(700, 720)).file_time(0.1) == pytest.approx(0.8)


def test_a_gap_is_added_from_there_on():
    clock = read_sound_clock(packets(0, 20, 540, 560))
    assert clock.file_time(0.039) == pytest.approx(0.039)
    assert clock.file_time(0.041) == pytest.approx(0.541)


def test_a_late_start_and_gaps_add_up():
    clock = read_sound_clock(packets(100, 120, 640, 660, 1680))
    assert clock.file_time(0.01) == pytest.approx(0.11)
    assert clock.file_time(0.05) == pytest.approx(0.65)
    assert clock.file_time(0.09) == pytest.approx(1.69)


def test_rounded_times_of_a_container_do_not_add_up_to_a_shift():
    """Packets of 21.33 ms in whole milliseconds, which say that they last 21."""
    starts = [round(number * 1024 / 48) for number in range(20_000)]
    clock = read_sound_clock(packets(*starts, duration=21))
    assert clock.file_time(400.0) == pytest.approx(400.0)


def test_the_run_up_of_a_coder_is_not_heard():
    clock = read_sound_clock(packets(-21, -1, 19))
    assert clock.file_time(0.5) == pytest.approx(0.5)


def test_no_packets_leave_the_time_as_it_is():
    assert read_sound_clock(HEAD).file_time(3.0) == 3.0


def test_a_line_that_breaks_off_is_left_out():
    whole, broken = packets(700, 720), [*packets(700, 720), "0, 1024, 1"]
    assert read_sound_clock(broken).file_time(0.1) == read_sound_clock(whole).file_time(0.1)
