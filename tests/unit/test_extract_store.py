"""What runs remember: for its owner only, and one odd name does not keep the others from being remembered."""

import os
import stat

from lambda_extract.raw_format import Source
from lambda_extract.state.run_state import RunState, SourceState
from lambda_extract.state.store import Store
from tests.unit.test_extract_support import NOW

HALF = "\ud800"


def make_store(folder, warned):
    return Store(str(folder), "raw", "app-101", lambda: NOW, lambda *trouble: warned.append(trouble))


def test_the_state_is_for_its_owner_only(tmp_path):
    before = os.umask(0)
    try:
        make_store(tmp_path / "a" / "state", []).write_run_state("user-201", RunState(), {})
    finally:
        os.umask(before)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").rglob("*")}
    assert modes == {True: 0o700, False: 0o600}


def test_half_a_surrogate_pair_in_an_account_or_a_name_is_remembered(tmp_path):
    warned = []
    store = make_store(tmp_path, warned)
    earlier = SourceState(completed_at=NOW, newest=f"x{HALF}")
    store.write_run_state(f"user{HALF}", RunState(), {Source("saved_tracks", "saved_tracks"): earlier})
    assert store.read_run_state(f"user{HALF}").find(Source("saved_tracks", "saved_tracks")) == earlier
    assert warned == []
