"""The model card: what a person should know of a version before using it, made from its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

    from model_store.manifest import ManifestFacts, Signature, TensorSpec

    _Row = Mapping[str, JsonValue]

CARD_NAME: Final = "MODEL_CARD.md"
# More of them are an alphabet, which a line shows better than a table.
_MOST_LABELS = 20


def format_card(facts: ManifestFacts, *, name: str, version: int) -> str:
    """Return the card as Markdown, after the sections of Mitchell et al. 2019."""
    sections = {
        f"# {name} {version}": [facts.summary] if facts.summary else [],
        "## Use": _describe_use(facts),
        "## Training": _describe_training(facts),
        "## Measured": _tabulate(facts.metrics),
        "## Limits": [f"- {limit}" for limit in facts.limits],
        "## Licence": [facts.licence],
    }
    parts = ["\n".join([head, "", *lines]) for head, lines in sections.items() if lines]
    return "\n\n".join(parts if facts.summary else [f"# {name} {version}", *parts]) + "\n"


def _describe_use(facts: ManifestFacts) -> list[str]:
    labels = list(facts.label_map.values())
    shown = " ".join(labels) if len(labels) > _MOST_LABELS else ", ".join(labels)
    return [
        *_describe_signature(facts.signature),
        "",
        f"It tells {len(labels)} classes apart: `{shown}`.",
        "",
        "Fixed in its graph:" if facts.signature else "It expects:",
        "",
        *(f"- `{key}`: {_show(value)}" for key, value in _flatten(facts.preprocessing)),
    ]


def _describe_signature(signature: Signature | None) -> list[str]:
    if signature is None:
        return ["A model of Tesseract's, to be loaded by the name of its `.traineddata` file."]
    return [
        "The signature is `serving_default`:",
        "",
        *_list_tensors("takes", signature.inputs),
        *_list_tensors("gives", signature.outputs),
    ]


def _list_tensors(verb: str, tensors: Mapping[str, TensorSpec]) -> list[str]:
    return [
        f"- {verb} `{name}`, {tensor.dtype} "
        f"[{', '.join('any' if side is None else str(side) for side in tensor.shape)}]"
        for name, tensor in sorted(tensors.items())
    ]


def _describe_training(facts: ManifestFacts) -> list[str]:
    training = facts.training
    if training is None:
        return ["Trained elsewhere; nothing is known of it here."]
    return [
        f"{training.crops_seen:,} examples, seed {training.seed}, commit `{training.commit}`; "
        "with these settings:",
        "",
        *(f"- `{key}`: {_show(value)}" for key, value in _flatten(training.config)),
    ]


def _flatten(facts: Mapping[str, JsonValue], before: str = "") -> Iterable[tuple[str, JsonValue]]:
    for key, value in facts.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _tabulate(metrics: Mapping[str, JsonValue]) -> list[str]:
    """Return single figures as a list, slices as one table and each series as one of its own."""
    single = [
        f"- {name}: {_show(value)}"
        for name, value in metrics.items()
        if not isinstance(value, dict) and not _is_series(value)
    ]
    slices = [{"slice": name, **row} for name, row in metrics.items() if isinstance(row, dict)]
    blocks = [single, _table(slices)]
    for name, value in metrics.items():
        if _is_series(value):
            blocks.append([f"{name.capitalize()}:", "", *_table(cast("list[_Row]", value))])
    return "\n\n".join("\n".join(block) for block in blocks if block).splitlines()


def _is_series(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _table(rows: Sequence[_Row]) -> list[str]:
    if not rows:
        return []
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[_show(row[key]) if key in row else "" for key in columns] for row in rows]
    return [f"| {' | '.join(row)} |" for row in [columns, ["---"] * len(columns), *cells]]


def _show(value: JsonValue) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(_show(item) for item in value) or "none"
    return "none" if value is None else str(value)
