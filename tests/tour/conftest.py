"""The business of `world`, alive, and the browsers that look at it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests import walking
from tests.product import Stack
from tests.servers import Simulator
from tests.tour.pages import Shot
from tests.tour.world import PASSWORDS, World

Look = Callable[[Shot], Page]


@pytest.fixture
def stack(simulator: Simulator, start_stack: Callable[..., Stack]) -> Stack:
    return start_stack()


@pytest.fixture
def world(stack: Stack, simulator: Simulator) -> World:
    world = World(simulator)
    world.live()
    return world


@pytest.fixture
def visitor(stack: Stack, world: World, new_page: Callable[..., Page]) -> Iterator[Callable[..., Look]]:
    """`look = visitor(width=390, dark=True)`: opens a page as whom it is for, logged in once.

    `served` gets what the server sent of each, by the page's name.
    """

    def visit(
        *, width: int = 1280, height: int = 860, dark: bool = False, served: dict[str, str] | None = None
    ) -> Look:
        pages: dict[str, Page] = {}

        def look(shot: Shot) -> Page:
            if shot.who not in pages:
                page = new_page(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if dark else "light",
                    reduced_motion="reduce",
                )
                pages[shot.who] = page
                if shot.who:
                    walking.log_in(page, stack.url, shot.who, PASSWORDS[shot.who])
            page = pages[shot.who]
            answer = page.goto(stack.url + shot.path(world))
            assert answer is not None and answer.status == 200, (shot, answer and answer.status)
            if served is not None:
                served[shot.name] = answer.text()
            shot.act(page)
            return page

        return look

    yield visit
