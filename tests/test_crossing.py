"""Nobody reads or changes what another said, whatever he presses or types."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.crossing import Crowd


def test_no_word_of_one_reaches_another(tmp_path: Path) -> None:
    with closing(Crowd(tmp_path, people=2)) as crowd:
        crowd.talk(10)
        found = crowd.cross()
    verbs = {data.partition(":")[0] for buttons in crowd.pressed.values() for data in buttons}
    assert verbs >= {
        "all", "await", "back", "card", "fol", "folq", "form", "ftop", "list", "mydata", "out", "pg", "rate", "rel",
        "src", "sub", "sum", "talk", "topic", "try", "tune", "yes",
    }  # fmt: skip
    assert found.tried > 500
    assert found.read == []
    assert found.changed == []
