"""The exported reader on SQuAD titles that it has not seen -> EM, F1, answerability, speed.

    python -m retrieval.training.measure DATA [--reader FOLDER] [--limit N]

Each question is read with its own paragraph. EM and F1 over the answerable ones, the best span whatever its margin;
AUROC of the margin between answerable and unanswerable ones.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from retrieval.measures import area_under_roc, span_scores
from retrieval.reader import SHIPPED, OnnxReader
from retrieval.training.pairs import squad_pairs
from retrieval.types import Span


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--reader", type=Path, default=SHIPPED)
    parser.add_argument("--limit", type=int, default=0, help="questions, evenly spread (default: all)")
    options = parser.parse_args()
    reader = OnnxReader(options.reader)
    _, dev = squad_pairs(options.data / "squad2")
    pairs = dev[:: max(1, len(dev) // options.limit)] if options.limit else dev
    began = time.perf_counter()
    readings = [reader.read(pair.question, pair.passage, [Span(0, len(pair.passage))])[0] for pair in pairs]
    seconds = time.perf_counter() - began
    read = list(zip(pairs, readings, strict=True))
    scores = [span_scores(p.passage[r.span.start : r.span.end], p.answers) for p, r in read if p.span]
    told = [r.margin for p, r in read if p.span]
    untold = [r.margin for p, r in read if not p.span]
    print(f"{len(told)} answerable, {len(untold)} not")
    print(f"EM {sum(em for em, _ in scores) / len(scores):.3f}  F1 {sum(f1 for _, f1 in scores) / len(scores):.3f}")
    print(f"answerability AUROC {area_under_roc(told, untold):.3f}  {len(pairs) / seconds:.1f} pairs/s")


if __name__ == "__main__":
    main()
