"""The sticker world: what a seed draws, what a caption claims."""

import pytest
import torch

from nodes.training import world
from nodes.training.captions import MAX_WORDS, all_words, captions, relations, rows
from nodes.training.loop import HELD_OUT
from nodes.training.vocabulary import COLOR_NAMES, PLACES, THINGS


def test_a_scene_does_not_depend_on_its_batch():
    many = world.draw(world.scenes(torch.arange(100, 116)), 64)
    alone = world.draw(world.scenes(torch.arange(107, 108)), 64)
    assert torch.allclose(many.rgba[7], alone.rgba[0], atol=1e-6)


def test_held_out_scenes_are_other_scenes():
    early, late = world.scenes(torch.arange(64)), world.scenes(torch.arange(HELD_OUT, HELD_OUT + 64))
    assert not torch.equal(early.thing, late.thing)


@pytest.mark.gpu
def test_a_gpu_draws_the_scenes_of_the_cpu():
    seeds = torch.arange(32)
    on_gpu = world.draw(world.scenes(seeds.cuda())).rgba.cpu()
    assert (on_gpu - world.draw(world.scenes(seeds)).rgba).abs().max() < 2e-3


def test_pictures_are_straight_rgba_and_transparent_places_are_transparent():
    batch = world.scenes(torch.arange(200))
    rgba = world.draw(batch, 32).rgba
    assert rgba.shape == (200, 4, 32, 32) and rgba.min() >= 0 and rgba.max() <= 1
    clear = batch.place == 0
    assert (rgba[~clear, 3] == 1).all()
    assert ((rgba[clear, 3] == 0).float().mean((1, 2)) > 0.2).all()


def test_the_owner_map_shows_the_top_thing():
    batch = world.scenes(torch.arange(300))
    owner = world.draw(batch, 64).owner
    assert owner.max() < world.SLOTS
    seen = [{int(slot) for slot in picture.unique()} - {-1} for picture in owner]
    used = [int((row >= 0).sum()) for row in batch.thing]
    assert sum(len(slots) for slots in seen) > 0.97 * sum(used)  # nearly every thing is seen somewhere


def test_every_word_of_a_caption_is_known_and_fits():
    known = set(all_words())
    for text, _ in captions(world.scenes(torch.arange(2000))):
        words = text.replace(",", " ").split()
        assert set(words) <= known and len(words) <= MAX_WORDS


def test_a_caption_claims_what_the_scene_holds():
    batch = world.scenes(torch.arange(1000))
    for (things, place), (text, facts) in zip(rows(batch), captions(batch), strict=True):
        assert sorted(facts.things, key=repr) == sorted(things, key=repr) and facts.place == place
        if facts.relation:
            first, second = facts.things[:2]
            assert facts.relation in relations(first, second, things.index(first) > things.index(second))
        for thing in things:
            assert any(name in text for name in (*THINGS[thing.thing].names, THINGS[thing.thing].many))
            assert thing.color < 0 or COLOR_NAMES[thing.color] in text
        assert any(phrase in text for phrase in PLACES[place].phrases)


def test_some_captions_leave_the_place_unsaid_and_the_others_stay():
    batch = world.scenes(torch.arange(1000))
    phrases = [phrase for place in PLACES for phrase in place.phrases]
    changed = 0
    for (whole, _), (text, facts) in zip(captions(batch), captions(batch, unplaced=0.2), strict=True):
        if facts.place < 0:
            changed += 1
            assert text in whole and not any(phrase in text for phrase in phrases)
    assert 150 < changed < 250
