"""A small closed ledger for the faults."""

import shutil
from pathlib import Path

import pytest

from db.ledger import Ledger
from db.sample import PASSWORD
from tests.builders import street
from tests.conftest import morning
from tests.faults.harness.children import Post


@pytest.fixture(scope="session")
def _small(_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Post:
    folder = shutil.copytree(_template, tmp_path_factory.mktemp("small") / "post")
    with Ledger.unlock(folder, PASSWORD, clock=morning()) as ledger:
        street(ledger, homes=4)
    return Post.of(folder)


@pytest.fixture
def post(_small: Post, work: Path) -> Post:
    """A closed ledger of one street, of this test alone."""
    return _small.at(shutil.copytree(_small.folder, work / "post"))
