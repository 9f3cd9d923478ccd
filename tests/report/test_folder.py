import pytest

from verhm.errors import RequestError
from verhm.report.folder import results_folder


def test_the_folder_is_made(tmp_path):
    with results_folder(tmp_path / "new" / "results"):
        (tmp_path / "new" / "results" / "one.json").write_text("{}")


def test_a_file_in_the_way_is_a_coded_error(tmp_path):
    (tmp_path / "results").write_text("not a folder")
    with (
        pytest.raises(RequestError, match=r"^E72 .*there is a file"),
        results_folder(tmp_path / "results"),
    ):
        pass
