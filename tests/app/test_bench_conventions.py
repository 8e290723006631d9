"""The figures of conventions: their tables are real ones of ours, and each has its limit."""

from pathlib import Path

from server.app.bench import convention_rows, conventions
from server.countries.france.convention_names import Kind
from server.countries.france.convention_rows import Convention
from server.services.convention_rules import reader_for


def test_the_tables_of_the_bench_are_read_whole_and_matched(tmp_path: Path) -> None:
    cabinet = conventions.found(tmp_path)
    try:
        reader = reader_for(cabinet.desk(), Kind.CONVENTIONS)
        rows = [row for rows in reader.read([convention_rows.table(500)]) for row in rows]
        assert (len(rows), reader.rejected) == (500, 0)
        kept = [row for row in rows if isinstance(row, Convention) and row.type == "RO"]
        assert len({row.criterion.count("?") for row in kept}) > 3
        assert conventions.matching(cabinet, rows=400, looks=40) > 0
        ours, bare = conventions.usual(cabinet, rounds=1)
        assert ours > 0 and bare > 0
    finally:
        cabinet.lock()


def test_a_large_table_comes_in_pieces_and_is_measured_in_a_process_of_its_own() -> None:
    sizes = [len(piece) for piece in convention_rows.pieces(300_000)]
    assert sum(sizes) >= 300_000
    assert max(sizes) < 200_000
    assert 20 < conventions.memory_of(300_000) < 500
