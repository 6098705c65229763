"""The developer notes do what they say."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from swr_bot.grammar import operation_commands, parse
from swr_tools.operations import CATALOG, ReadOperation
from swr_tools.operations.arguments import parse_arguments
from swr_tools.operations.schema import json_schema

NOTES = Path(__file__).parents[2] / "docs" / "developing.md"


def module_of(code: str, folder: Path) -> ModuleType:
    """The code of the notes, imported as a file of its own."""
    file = folder / "get_quota.py"
    file.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("get_quota", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_fifth_operation_of_the_notes_costs_one_file_and_one_line(tmp_path: Path) -> None:
    """With the class in the catalogue, its command, arguments and schema are there."""
    (code,) = re.findall(r"```python\n(.*?)```", NOTES.read_text(encoding="utf-8"), re.DOTALL)
    operation: type[ReadOperation] = module_of(code, tmp_path).GetQuota
    catalog = (*CATALOG, operation)

    parsed = parse(["quota", "show"], operation_commands(catalog))

    assert parsed.command.operation is operation
    assert parse_arguments(operation, parsed.arguments) == operation()
    assert json_schema(operation)["title"] == "get-quota"


def test_every_benchmark_is_in_the_table_of_the_notes() -> None:
    """Nobody has to guess what a script measures."""
    scripts = {path.name for path in (NOTES.parents[1] / "benchmarks").glob("*.py")}
    named = set(re.findall(r"benchmarks/(\w+\.py)", NOTES.read_text(encoding="utf-8")))

    assert scripts == named
