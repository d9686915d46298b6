"""Trained readers -> one whose weights are their weighted mean.

    python -m retrieval.training.average OUT FOLDER=WEIGHT FOLDER=WEIGHT ...

Runs that began from the same model and saw other lessons make other mistakes; their mean makes fewer than either
(Wortsman et al., arXiv 2203.05482).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from transformers import AutoModelForQuestionAnswering, AutoTokenizer


def average(out: Path, parts: dict[Path, float]) -> None:
    """`parts`: folders of models of one shape, and what each weighs."""
    first, *others = [AutoModelForQuestionAnswering.from_pretrained(folder) for folder in parts]
    first_share, *shares = [weight / sum(parts.values()) for weight in parts.values()]
    states = [other.state_dict() for other in others]
    mean = first.state_dict()
    for name, tensor in mean.items():
        if tensor.is_floating_point():
            mean[name] = first_share * tensor + sum(
                share * state[name] for share, state in zip(shares, states, strict=True)
            )
    first.load_state_dict(mean)
    first.save_pretrained(out)
    AutoTokenizer.from_pretrained(next(iter(parts))).save_pretrained(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("parts", nargs="+", metavar="FOLDER=WEIGHT")
    options = parser.parse_args()
    named = [part.rsplit("=", 1) for part in options.parts]
    average(options.out, {Path(folder): float(weight) for folder, weight in named})


if __name__ == "__main__":
    main()
