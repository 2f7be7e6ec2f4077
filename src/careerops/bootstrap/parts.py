"""Constructing the configured adapters, each validated against its own `Options`."""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

from pydantic import BaseModel, ValidationError

from careerops.config import Config, PartConfig, explain
from careerops.domain.errors import ConfigurationError
from careerops.ops.context import PartContext
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.secrets import Secret
from careerops.registry import REGISTRY


def kinds_of(*families: str) -> dict[str, tuple[str, str]]:
    """Kind -> (family, `module:Class`), of our registry and of installed entry points."""
    found: dict[str, tuple[str, str]] = {}
    for family in families:
        for entry in entry_points(group=f"careerops.{family}"):
            found[entry.name] = (family, entry.value)
        for kind, target in REGISTRY[family].items():
            found[kind] = (family, target)
    return found


def load_class(target: str) -> type[Any]:
    """The class that `module:Class` names."""
    module, _, name = target.partition(":")
    loaded: type[Any] = getattr(importlib.import_module(module), name)
    return loaded


def build_part(
    config: Config, part: PartConfig, where: str, families: tuple[str, ...], context: PartContext
) -> tuple[str, Any]:
    """Construct the adapter of one table.

    Args:
        config: the whole configuration, for its root folder.
        part: the table.
        where: its key in the configuration, such as `mailbox[0]`.
        families: registry families its kind is looked up in.
        context: the part's surroundings; account and name are filled in here.

    Returns:
        The family it was found in, and the adapter.

    Raises:
        ConfigurationError: one line that names the key and the remedy.
    """
    kinds = kinds_of(*families)
    if part.kind not in kinds:
        near = get_close_matches(part.kind, kinds, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known kinds: {', '.join(sorted(kinds))}"
        raise ConfigurationError(f"{where}.kind: unknown kind {part.kind[:40]!r}; {hint}")
    family, target = kinds[part.kind]
    try:
        adapter = load_class(target)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"{where}.kind: the package that provides {part.kind!r} cannot be loaded "
            f"({type(error).__name__}): install it again or remove the part"
        ) from None
    try:
        options = adapter.Options.model_validate(part.options, context={"root": config.root})
    except ValidationError as error:
        raise ConfigurationError(explain(error, adapter.Options, where)) from None
    check_secrets(options, where)
    try:
        built = adapter(
            options, replace(context, account=part.account, name=part.name or part.kind)
        )
    except ConfigurationError as error:
        text = str(error)
        raise ConfigurationError(text if text.startswith(where) else f"{where}: {text}") from None
    return family, built


def build_parts(
    config: Config, key: str, families: tuple[str, ...], context: PartContext
) -> Iterator[tuple[PartConfig, str, Any]]:
    """Construct every table of `key`; an `optional` one that cannot be is left out, and logged."""
    parts: tuple[PartConfig, ...] = getattr(config, key)
    for index, part in enumerate(parts):
        try:
            family, built = build_part(config, part, f"{key}[{index}]", families, context)
        except ConfigurationError:
            if not part.optional:
                raise
            get_logger("bootstrap").warning(
                LogEvent.PROVIDER_INIT_FAILED, provider=part.kind, reason=f"{key}[{index}]"
            )
            continue
        yield part, family, built


def check_secrets(options: BaseModel, where: str) -> None:
    """Read every secret once, so that an unreadable one is found at the start."""
    for name, value in _walk(options):
        if isinstance(value, Secret):
            try:
                value.get()
            except ConfigurationError as error:
                raise ConfigurationError(f"{where}.{name}: {error}") from None


def _walk(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from _walk(getattr(value, field), f"{name}.{field}" if name else field)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _walk(item, f"{name}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{name}.{key}")
    else:
        yield name, value
