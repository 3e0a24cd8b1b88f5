"""Recovery codes on the command line: shown once, written to a file, renewed."""

from pathlib import Path

from tests.cli.running import DONE, MACHINE, MISTAKE, policepost


def test_a_new_ledger_shows_its_recovery_code_once(tmp_path: Path) -> None:
    made = policepost(
        "new", "--data", tmp_path / "p", "--post", "三号警务室", "--station", "示范派出所",
        "--recovery-code-file", tmp_path / "code.txt",
    )  # fmt: skip
    assert made.returncode == DONE
    code = (tmp_path / "code.txt").read_text("utf-8").strip()
    assert len(code.split("-")) == 8
    again = policepost(
        "new", "--data", tmp_path / "p", "--post", "三号警务室", "--station", "示范派出所"
    )
    assert again.returncode == MISTAKE
    assert "已经有台账" in again.stderr
    (tmp_path / "new.txt").write_text("晚饭后 录入 四十户 走访\n", encoding="utf-8")
    reset = policepost(
        "account", "password", "民警", "--data", tmp_path / "p",
        "--recovery-code-file", tmp_path / "code.txt",
        "--new-password-file", tmp_path / "new.txt", password=None,
    )  # fmt: skip
    assert reset.returncode == DONE, reset.stderr
    assert (tmp_path / "code.txt").read_text("utf-8").strip() != code
    assert policepost("check", "--data", tmp_path / "p").returncode == MISTAKE
    opened = policepost("check", "--data", tmp_path / "p", "--password-file", tmp_path / "new.txt")
    assert opened.returncode == DONE


def test_a_recovery_code_is_shown_where_its_file_cannot_be_written(tmp_path: Path) -> None:
    names = ("--post", "三号警务室", "--station", "示范派出所")
    nowhere = tmp_path / "没有" / "code.txt"
    refused = policepost("new", "--data", tmp_path / "p", *names, "--recovery-code-file", nowhere)
    assert refused.returncode == MISTAKE
    assert "什么也没有做" in refused.stderr
    assert not (tmp_path / "p").exists()
    # No file can be made there.
    made = policepost(
        "new", "--data", tmp_path / "p", *names, "--recovery-code-file", "/proc/policepost-code.txt"
    )
    assert made.returncode == MACHINE
    assert "没有写进" in made.stderr
    code = next(line for line in made.stdout.splitlines() if line.startswith("    ")).strip()
    (tmp_path / "typed.txt").write_text(f"{code}\n", encoding="utf-8")
    (tmp_path / "new.txt").write_text("晚饭后 录入 四十户 走访\n", encoding="utf-8")
    reset = policepost(
        "account", "password", "民警", "--data", tmp_path / "p",
        "--recovery-code-file", tmp_path / "typed.txt",
        "--new-password-file", tmp_path / "new.txt", password=None,
    )  # fmt: skip
    assert reset.returncode == DONE, reset.stderr


def test_a_new_recovery_code_takes_the_place_of_one_that_was_lost(tmp_path: Path) -> None:
    post, old, fresh = tmp_path / "p", tmp_path / "old.txt", tmp_path / "fresh.txt"
    made = policepost(
        "new", "--data", post, "--post", "三号警务室", "--station", "示范派出所",
        "--recovery-code-file", old,
    )  # fmt: skip
    assert made.returncode == DONE
    unseen = policepost("account", "recovery", "--data", post)
    assert unseen.returncode == MISTAKE
    assert "--recovery-code-file" in unseen.stderr
    nowhere = "/proc/policepost-code.txt"
    unwritten = policepost("account", "recovery", "--data", post, "--recovery-code-file", nowhere)
    assert unwritten.returncode == MACHINE
    assert "没有换" in unwritten.stderr
    done = policepost("account", "recovery", "--data", post, "--recovery-code-file", fresh)
    assert done.returncode == DONE, done.stderr
    assert "旧恢复码作废" in done.stdout
    (tmp_path / "new.txt").write_text("晚饭后 录入 四十户 走访\n", encoding="utf-8")
    for code, outcome in ((old, MISTAKE), (fresh, DONE)):
        reset = policepost(
            "account", "password", "民警", "--data", post, "--recovery-code-file", code,
            "--new-password-file", tmp_path / "new.txt", password=None,
        )  # fmt: skip
        assert reset.returncode == outcome, reset.stderr
