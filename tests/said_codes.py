"""Every code that is stored for words, as the source has it: where it is said, and with what."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "accounts",
    "api",
    "channels",
    "health",
    "imports",
    "pbx_messaging",
    "retention",
    "routing",
    "sessions",
    "stats",
    "upkeep",
)
_NAMED = re.compile(r"%\((\w+)\)[sd]")


class Name(NamedTuple):
    """Of a kind: where it stands in the source."""

    module: str
    name: str


@dataclass(frozen=True)
class Made:
    """A kind. `params` are what its words need; None is what only a call shows. `is_made`: by a function."""

    code: str
    params: frozenset[str] | None
    is_made: bool


@dataclass(frozen=True)
class Use:
    """Of a kind, in a file. `params` are what it is said with; None where it is not said there."""

    of: Name
    place: str
    params: frozenset[str] | None = None


def sources() -> dict[str, ast.Module]:
    """By the module's name."""
    paths = (
        path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts
    )
    return {_module(path): ast.parse(path.read_text()) for path in paths}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def kinds(trees: dict[str, ast.Module]) -> dict[Name, Made]:
    return {
        Name(module, target.id): _made(*node.value.args)
        for module, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_kind(node.value, tree)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _is_kind(call: ast.Call, tree: ast.Module) -> bool:
    """Other things are called so, too."""
    from_here = {"pbx_messaging.said"}
    is_known = any(isinstance(node, ast.ImportFrom) and node.module in from_here for node in tree.body)
    is_its_own = any(isinstance(node, ast.ClassDef) and node.name == "Said" for node in tree.body)
    return isinstance(call.func, ast.Name) and call.func.id == "Kind" and (is_known or is_its_own)


def _made(code: ast.expr, words: ast.expr) -> Made:
    assert isinstance(code, ast.Constant)
    return Made(str(code.value), _params_of(words), isinstance(words, ast.Name | ast.Lambda))


def _params_of(words: ast.expr) -> frozenset[str] | None:
    """What stands in them, or what a function that makes them takes."""
    if isinstance(words, ast.Name):
        return None
    if isinstance(words, ast.Lambda):
        return frozenset(re.findall(r"params\['(\w+)'\]", ast.unparse(words)))
    texts = [str(node.value) for node in ast.walk(words) if isinstance(node, ast.Constant)]
    counted = [ast.literal_eval(words.args[2])] if isinstance(words, ast.Call) and words.args[2:] else []
    return frozenset([*(name for text in texts for name in _NAMED.findall(text)), *counted])


def uses(trees: dict[str, ast.Module], known: dict[Name, Made]) -> Iterator[Use]:
    for module, tree in trees.items():
        names = {of.name: of for of in known if of.module == module}
        modules: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    whole, here = Name(node.module, alias.name), alias.asname or alias.name
                    modules[here] = ".".join(whole)
                    names |= {here: whole} if whole in known else {}
        yield from _uses_in(module, tree, names, modules, known)


def _uses_in(
    module: str, tree: ast.Module, names: dict[str, Name], modules: dict[str, str], known: dict[Name, Made]
) -> Iterator[Use]:
    def kind_at(node: ast.AST) -> Name | None:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            return names.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            named = Name(modules.get(node.value.id, ""), node.attr)
            return named if named in known else None
        return None

    for node in ast.walk(tree):
        if found := kind_at(node):
            yield Use(found, module)
        if isinstance(node, ast.Call) and (found := kind_at(node.func)):
            given = frozenset(str(keyword.arg) for keyword in node.keywords)
            yield Use(found, f"{module}:{node.lineno}", given)
