"""The app with its rows in a PostgreSQL database, which is a real one."""

import pytest
from sqlalchemy import create_engine, text

from tests.browser.running import open_page, running
from tests.browser.test_main_path import add_patient
from tests.storage.servers import serving

pytestmark = pytest.mark.browser


def test_what_is_entered_lies_on_the_server_and_not_in_the_folder(browser, tmp_path):
    with serving() as server:
        address = server.new_database()
        given = {"VERHM_DATABASE": address.render_as_string(hide_password=False)}
        with running(tmp_path / "data", environment=given) as app:
            page, watch = open_page(browser, app.url)
            add_patient(page, "P-0417")
            watch.assert_silent()
            assert address.password not in app.log()
        engine = create_engine(address.set(drivername="postgresql+psycopg"))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT code FROM patients")).all() == [("P-0417",)]
        engine.dispose()
    assert not list((tmp_path / "data").rglob("verhm.db"))
