"""Fixtures for pages in the distribution's Chromium, with no network and no patience for errors.

A plugin, not names to import: imported into two folders a fixture is set up twice, and Playwright's
event loop does not bear a second one beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

CHROMIUM = next(
    (found for found in map(shutil.which, ("chromium", "chromium-browser")) if found), None
)
NEEDED = "NO CHROMIUM on this machine: scripts/setup_env.sh browser installs it"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, started once a file: its event loop must not run on beside other tests."""
    if CHROMIUM is None:
        pytest.skip(f"{NEEDED}; without it nothing here is tested")
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install it")
    with playwright.sync_playwright() as driver:
        # The sandbox needs rights that containers do not have; the pages are our own.
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages; ``options`` are Playwright's for a context (``viewport``, ``color_scheme``).

    A request that leaves the machine, a message of the console at level error or warning, an
    exception or a dialog in any of them fails the test.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def gatekeeper(route: Any) -> None:
        if route.request.url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            complaints.append(f"request of {route.request.url}")
            route.abort()

    def console(message: Any) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"console {message.type}: {message.text}")

    def dialog(shown: Any) -> None:
        complaints.append(f"dialog: {shown.message}")
        shown.dismiss()

    def opened(**options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        context.route("**/*", gatekeeper)
        page = context.new_page()
        page.on("console", console)
        page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
        page.on("dialog", dialog)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A page of a desktop."""
    return open_page(viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[str]]:
    """Serious and critical violations that axe-core finds on a page, one line each."""
    module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core")

    def violations(page: Any) -> list[str]:
        found = module.Axe().run(page).response["violations"]
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:200]}"
            for rule in found
            if rule["impact"] in {"serious", "critical"}
            for node in rule["nodes"]
        ]

    return violations
