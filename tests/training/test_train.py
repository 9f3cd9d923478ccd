import subprocess

from training.train import describe_commit


def git(folder, *arguments):
    names = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", folder, *names, *arguments], check=True, capture_output=True)


def test_the_commit_of_a_checkout_is_described(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "-m", "Begin")
    clean = describe_commit(tmp_path)
    assert len(clean) >= 12
    (tmp_path / "code.py").write_text("2")
    assert describe_commit(tmp_path) == f"{clean}-dirty"


def test_a_folder_that_is_no_checkout_has_no_commit(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "copy").mkdir()
    assert describe_commit(tmp_path / "copy") == ""
