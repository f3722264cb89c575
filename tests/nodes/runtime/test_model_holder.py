from __future__ import annotations

import pytest

from app.holdings import holdings, let_go
from graph_engine import Cache
from nodes.models.files import ModelFile
from nodes.runtime.devices import Device, device
from nodes.runtime.models import ModelHolder
from nodes.runtime.models import holder as process_holder
from nodes.values import Generator


@pytest.fixture
def files(generator: Generator) -> tuple[ModelFile, ModelFile, ModelFile]:
    return generator.model, generator.text_encoder, generator.tokenizer


@pytest.fixture
def cpu() -> Device:
    return device("cpu")


def names(holder: ModelHolder) -> list[str]:
    return [held.name for held in holder.held()]


def test_a_model_is_loaded_once_and_then_held(files: tuple[ModelFile, ...], cpu: Device) -> None:
    holder = ModelHolder(10**9)
    assert holder.module(files[0], cpu) is holder.module(files[0], cpu)
    assert len(holder.held()) == 1


def test_over_budget_the_least_recently_used_goes_first(files: tuple[ModelFile, ...], cpu: Device) -> None:
    whole = ModelHolder(10**9)
    for file in files:
        whole.module(file, cpu)
    holder = ModelHolder(sum(held.bytes for held in whole.held()) - 1)
    for file in (files[0], files[1], files[0], files[2]):
        holder.module(file, cpu)
    assert names(holder) == [files[0].name, files[2].name]


def test_a_model_larger_than_the_budget_is_held_alone(files: tuple[ModelFile, ...], cpu: Device) -> None:
    holder = ModelHolder(1)
    for file in files:
        holder.module(file, cpu)
    assert names(holder) == [files[2].name]


def test_what_is_held_is_told_with_bytes_and_can_be_released(files: tuple[ModelFile, ...], cpu: Device) -> None:
    holder = ModelHolder(10**9)
    module = holder.module(files[0], cpu)
    assert holder.held()[0].bytes == sum(weight.numel() * 4 for weight in module.parameters())
    holder.release()
    assert holder.held() == ()


def test_a_smaller_budget_lets_models_go_at_once(files: tuple[ModelFile, ...], cpu: Device) -> None:
    holder = ModelHolder(10**9)
    for file in files:
        holder.module(file, cpu)
    holder.resize(1)
    assert names(holder) == [files[2].name] and holder.budget == 1


def test_the_models_of_the_process_are_among_what_it_holds(files: tuple[ModelFile, ...], cpu: Device) -> None:
    process_holder.module(files[0], cpu)
    told = next(holding for holding in holdings(Cache()) if holding.name == "models")
    assert (told.parts[-1].name, told.parts[-1].device) == (files[0].name, "cpu") and told.used >= told.parts[-1].bytes > 0
    let_go(Cache(), "models")
    assert process_holder.held() == ()
