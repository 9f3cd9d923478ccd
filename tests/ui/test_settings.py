"""Settings: a flag beats the environment, and nothing leaves this computer."""

from dataclasses import replace
from pathlib import Path

import pytest

from ui.settings import AppSettings, process_environment, read_settings
from verhm.errors import RequestError

NO_FLAGS = {"host": None, "port": None, "data": None, "open": False}


def test_a_flag_beats_the_environment_beats_the_default(tmp_path):
    environment = {"VERHM_PORT": "8000", "VERHM_DATA": str(tmp_path / "a")}
    assert read_settings(NO_FLAGS, {}).port == 7860
    assert read_settings(NO_FLAGS, environment).port == 8000
    assert read_settings(NO_FLAGS, environment).data == tmp_path / "a"
    flags = NO_FLAGS | {"port": 9000, "data": tmp_path / "b"}
    assert read_settings(flags, environment).port == 9000
    assert read_settings(flags, environment).data == tmp_path / "b"


def test_the_data_are_never_kept_beside_the_program_by_default():
    data = read_settings(NO_FLAGS, {}).data
    assert data.is_absolute()
    assert Path(__file__).parents[2] not in data.parents


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org", "::"])
def test_the_app_listens_on_this_computer_only(tmp_path, host):
    with pytest.raises(RequestError, match="E71"):
        AppSettings(tmp_path, host=host)


def test_a_network_is_served_over_tls_or_where_a_flag_says_so(tmp_path):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    over_tls = AppSettings(tmp_path, host="192.168.1.2", tls_cert=cert, tls_key=key)
    assert (over_tls.url, over_tls.is_for_network) == ("https://192.168.1.2:7860", True)
    flags = {**NO_FLAGS, "host": "0.0.0.0", "allow_plain_http": True, "name": ["VERHM.clinic"]}
    plain = read_settings(flags, {})
    assert (plain.has_tls, plain.names) == (False, ("verhm.clinic",))
    assert plain.url == "http://verhm.clinic:7860"
    assert replace(plain, names=()).url == "http://127.0.0.1:7860"  # not where it listens
    assert not AppSettings(tmp_path).is_for_network


def test_workers_are_as_many_as_is_said_and_no_more_than_may_wait():
    assert read_settings(NO_FLAGS, {}).queue is None
    assert read_settings({**NO_FLAGS, "workers": 7}, {}).workers == 7
    for workers in (0, 17):
        with pytest.raises(RequestError, match="E71"):
            read_settings({**NO_FLAGS, "workers": workers}, {})


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    with pytest.raises(RequestError, match="E71"):
        AppSettings(tmp_path, port=port)


def test_a_port_that_is_no_number_is_refused():
    with pytest.raises(RequestError, match="E71"):
        read_settings(NO_FLAGS, {"VERHM_PORT": "many"})


def test_libraries_are_told_to_stay_at_home(tmp_path):
    environment = process_environment(AppSettings(tmp_path))
    assert environment["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert Path(environment["GRADIO_TEMP_DIR"]).parent == tmp_path
    assert int(environment["GRADIO_ANALYTICS_CACHE_FREQUENCY"]) > 10**9  # events: never
