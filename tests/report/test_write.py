import errno
import os
import subprocess
from pathlib import Path

import pytest

from headwater.errors import OutputError
from headwater.report.write import write_atomically


def test_text_is_written_as_utf8_and_bytes_as_they_are(tmp_path):
    write_atomically(tmp_path / "a.html", "– Grüße")
    write_atomically(tmp_path / "b.bin", b"\x00\xff")
    assert (tmp_path / "a.html").read_bytes() == "– Grüße".encode()
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\xff"


def test_nothing_but_the_file_is_left_behind(tmp_path):
    write_atomically(tmp_path / "a.html", "one")
    write_atomically(tmp_path / "a.html", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert (tmp_path / "a.html").read_text() == "two"


def test_a_file_has_the_usual_permissions(tmp_path):
    write_atomically(tmp_path / "a.html", "one")
    (tmp_path / "b.html").write_text("one")
    assert (tmp_path / "a.html").stat().st_mode == (tmp_path / "b.html").stat().st_mode


def test_a_missing_folder_is_told_with_its_cure(tmp_path):
    with pytest.raises(OutputError, match=r"cannot be written: no such file or directory") as raised:
        write_atomically(tmp_path / "missing" / "a.html", "one")
    assert "--out" in raised.value.hint


def test_a_folder_of_that_name_is_told_and_left_alone(tmp_path):
    (tmp_path / "a.html").mkdir()
    with pytest.raises(OutputError, match="is a directory"):
        write_atomically(tmp_path / "a.html", "one")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


@pytest.mark.parametrize(
    "interruption", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, interruption):
    (tmp_path / "a.html").write_text("old")

    def fail(descriptor):
        raise interruption

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_atomically(tmp_path / "a.html", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert (tmp_path / "a.html").read_text() == "old"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_is_told_with_its_cure(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="permission denied") as raised:
        write_atomically(tmp_path / "a.html", "one")
    assert "you may write to" in raised.value.hint


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs rights that this user does not have")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_keeps_the_old_file(small_disk: Path):
    write_atomically(small_disk / "a.html", "old")
    with pytest.raises(OutputError, match="no space left") as raised:
        write_atomically(small_disk / "a.html", b"x" * 200_000)
    assert "free some space" in raised.value.hint
    assert [path.name for path in small_disk.iterdir()] == ["a.html"]
    assert (small_disk / "a.html").read_text() == "old"
