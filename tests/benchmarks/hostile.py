"""A list of hostile addresses, names, redirects and responses -> how many end as listed, and who was connected to.

python -m tests.benchmarks.hostile DATA          a folder with hostile_urls.json, or such a list

Everything happens on this machine: names resolve to what the list says, and all addresses lead to a local server. A
response that this server cannot play is counted apart.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.retrieval.sources.hostile import Case, Visit, has_answer, hostile_site, read_cases, visit
from tests.retrieval.sources.pages import Site

KINDS = ("url", "dns", "redirect", "response")


def measure(cases: list[Case], site: Site) -> list[tuple[Case, Visit]]:
    """One after the other, since they share the server's answers."""
    return [(case, visit(case, site)) for case in cases if case["kind"] in KINDS and has_answer(case, site)]


def row(kind: str, seen: list[tuple[Case, Visit]], unknown: int) -> str:
    """A line of the table."""
    benign = [visited for case, visited in seen if case["expect"].startswith("ALLOW") and visited.is_as_listed(case)]
    benign_all = sum(case["expect"].startswith("ALLOW") for case, _ in seen)
    listed = sum(visited.is_as_listed(case) for case, visited in seen)
    harmful = sum(len(visited.harmful(case)) for case, visited in seen)
    slowest = max((visited.seconds for _, visited in seen), default=0.0)
    return (
        f"{kind:9} {len(seen):6} {listed:10} {harmful:19} {f'{len(benign)} of {benign_all}':>15} "
        f"{slowest:9.2f} {unknown:8}"
    )


def main() -> int:
    """Exit status 1 when a case did not end as listed, or something harmful was connected to."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.hostile")
    parser.add_argument("data", type=Path)
    path: Path = parser.parse_args().data
    cases = read_cases(path / "hostile_urls.json" if path.is_dir() else path)
    with hostile_site() as site:
        seen = measure(cases, site)
        unknown = [case for case in cases if case["kind"] in KINDS and not has_answer(case, site)]
    print("kind       cases  as listed  non-public sockets  benign allowed  slowest s  unknown")
    for kind in KINDS:
        of_kind = [pair for pair in seen if pair[0]["kind"] == kind]
        print(row(kind, of_kind, sum(case["kind"] == kind for case in unknown)))
    print(row("all", seen, len(unknown)))
    wrong = [pair for pair in seen if not pair[1].is_as_listed(pair[0]) or pair[1].harmful(pair[0])]
    for case, visited in wrong:
        print(f"{case['id']}: {case['expect']} expected, {visited.outcome!r}; connected to {visited.connected}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
