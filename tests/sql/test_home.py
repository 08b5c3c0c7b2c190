"""A warehouse can be copied, moved and repaired; one that is not where its catalog says is refused in one line."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from pyiceberg.transforms import IdentityTransform

from lakehouse.cli import main as lakehouse
from lakehouse.defaults import CATALOG_FILE, DATABASE
from lakehouse.warehouse import home
from lakehouse.warehouse.folder import prepare_warehouse
from lakehouse.warehouse.iceberg import Warehouse, open_catalog

SONG = pa.schema([("song_id", pa.string()), ("extraction_date", pa.date32()), ("names", pa.list_(pa.string()))])
DAY = dt.date(2026, 11, 1)


def rows(*ids: str) -> pa.Table:
    return pa.table(
        [list(ids), [DAY] * len(ids), [["a", None]] * len(ids)],
        schema=SONG,
    )


@pytest.fixture(params=["old", "with a space"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a warehouse of two tables, one of them with two commits and a partition."""
    made = prepare_warehouse(str(tmp_path / request.param))
    catalog = open_catalog(made)
    song = catalog.create_table((DATABASE, "song"), SONG)
    with song.update_spec() as update:
        update.add_field("extraction_date", IdentityTransform(), "extraction_date")
    song.append(rows("s1", "s2"))
    song.append(rows("s3"))
    catalog.create_table((DATABASE, "album"), SONG).append(rows("a1"))
    catalog.close()
    return made


def ids(folder: Path, table: str = "song") -> list[str]:
    return sorted(Warehouse(folder).open_dataset(table).to_table()["song_id"].to_pylist())


def append(folder: Path, *new: str) -> None:
    catalog = open_catalog(folder)
    catalog.load_table((DATABASE, "song")).append(rows(*new))
    catalog.close()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path, text: str) -> list[str]:
    """Return the files that hold a text; what Avro compresses is looked at in its plain form, too."""
    found = [name for name, content in files(folder).items() if text.encode() in content]
    for path in folder.rglob("*.avro"):
        found += [str(path)] if text in repr(home.read_avro(path)[2]) else []
    return found


def test_a_copy_holds_all_commits_and_is_apart_from_the_original(folder: Path, tmp_path: Path) -> None:
    own = folder.name
    assert names(folder, f"/{own}/")
    metadata = [path for path in folder.rglob("*") if path.parent.name == "metadata" and path.is_file()]
    for path in metadata:
        path.with_name(f".{path.name}.crc").write_bytes(b"Hadoop keeps one of each file")
    before = files(folder)
    copy = tmp_path / "copies" / "copy"
    assert lakehouse(["warehouse", "copy", str(copy), "--warehouse", str(folder)]) == 0
    assert (ids(copy), ids(copy, "album")) == (["s1", "s2", "s3"], ["a1"])
    append(copy, "s4")
    table = open_catalog(copy).load_table((DATABASE, "song"))
    counts = [len(table.scan(snapshot_id=one.snapshot_id).to_arrow()) for one in table.metadata.snapshots]
    assert counts == [2, 3, 4]
    assert names(copy, f"/{own}/") == []
    assert [path for path in copy.rglob("*.crc") if path.parent.name == "metadata"] == []
    assert {name: text for name, text in files(folder).items() if name in before} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["copies", folder.name])


def test_a_moved_one_goes_on_where_it_is(folder: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    assert lakehouse(["warehouse", "move", str(there), "--warehouse", str(folder)]) == 0
    assert not folder.exists()
    append(there, "s4")
    assert ids(there) == ["s1", "s2", "s3", "s4"]


def test_a_renamed_one_is_refused_with_the_remedy_which_helps(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = folder.rename(tmp_path / "renamed")
    for words in (["query", "select 1 from song"], ["load", "--raw", str(tmp_path)], ["maintain"]):
        assert lakehouse([*words, "--warehouse", str(renamed)]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert f"its tables are in {folder}; it was moved or copied" in said
        assert f"`lakehouse warehouse repair {renamed}`" in said
    assert lakehouse(["warehouse", "repair", str(renamed)]) == 0
    assert ids(renamed) == ["s1", "s2", "s3"]


def test_a_settle_that_was_killed_is_completed_by_the_next(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = folder.rename(tmp_path / "renamed")
    steps = count_changes(monkeypatch)
    home.repair(renamed)
    whole = len(steps)
    assert whole > 6
    for last in (0, 3, 7, whole - 2):
        renamed = renamed.rename(tmp_path / f"renamed {last}")
        with pytest.raises(KeyboardInterrupt):
            count_changes(monkeypatch, last) and home.repair(renamed)
        assert home.find_other_home(renamed)
        monkeypatch.undo()
        home.repair(renamed)
        assert (home.find_other_home(renamed), ids(renamed)) == (None, ["s1", "s2", "s3"])


REPLACE = Path.replace


def count_changes(monkeypatch: pytest.MonkeyPatch, last: int | None = None) -> list[Path]:
    """Note each file that is put in place, and end with a kill in front of one of them."""
    done: list[Path] = [Path()]

    def replace(self: Path, target: Path) -> Path:
        if last is not None and len(done) > last:
            raise KeyboardInterrupt
        done.append(target)
        return REPLACE(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    return done


def test_a_link_to_the_folder_is_the_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert ids(tmp_path / "link") == ["s1", "s2", "s3"]


@pytest.mark.parametrize("word", ["copy", "move"])
def test_a_target_that_is_there_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    assert lakehouse(["warehouse", word, str(tmp_path), "--warehouse", str(folder)]) == 2
    assert "expected a folder that does not exist yet" in capsys.readouterr().err
    assert ids(folder) == ["s1", "s2", "s3"]


def test_a_table_whose_files_are_lost_is_named(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / CATALOG_FILE)) as catalog, catalog:
        catalog.execute("update iceberg_tables set metadata_location = replace(metadata_location, '0000', 'lost')")
    with pytest.raises(home.UserError, match=r"expected the file lost.+ of a table, found none in it"):
        home.repair(folder.rename(tmp_path / "renamed"))
