"""What a person sees in the browser: the page of a run, and the form that starts one."""

import shutil

import pytest
import serving
from prefect import get_client

from flows.clean import clean
from flows.server import named

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: Prefect's pages are not looked at"),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    return serving.start(tmp_path_factory.getbasetemp() / "served")


@pytest.fixture(scope="module")
def asked():
    """The addresses that the pages asked for."""
    return []


@pytest.fixture(scope="module")
def page(asked):
    playwright = pytest.importorskip("playwright.sync_api")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=options)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(90_000)  # a busy machine draws slowly
        page.on("request", lambda request: asked.append(request.url))
        yield page
        browser.close()


def see(page, text):
    page.get_by_text(text).locator("visible=true").first.wait_for()


def test_the_page_of_a_run_shows_its_passes_and_its_summary(page, served, tmp_path):
    with named(f"{served.url}/api"):
        raw = served.folder / "data" / "raw"
        state = clean(str(raw), str(tmp_path / "clean"), return_state=True)
    page.goto(f"{served.url}/runs/flow-run/{state.state_details.flow_run_id}")
    see(page, "Completed")
    page.get_by_text("Task Runs", exact=True).click()
    for task_run in ("read part 0", "gather", "clean part 0", "link", "finish part 0", "publish"):
        see(page, task_run)
    page.get_by_text("Artifacts", exact=True).click()
    for artifact in ("clean-progress", "clean-summary"):
        see(page, artifact)
    page.screenshot(path=tmp_path / "run.png", full_page=True)


def test_the_form_has_a_described_field_for_each_parameter(page, served, tmp_path):
    with named(f"{served.url}/api"), get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("clean/clean")
    page.goto(f"{served.url}/deployments/deployment/{deployment.id}/run")
    for name, field in deployment.parameter_openapi_schema["properties"].items():
        see(page, f"{name} (Optional)")
        see(page, field["description"])
    page.screenshot(path=tmp_path / "form.png", full_page=True)


def test_the_schedule_has_a_switch(page, served):
    with named(f"{served.url}/api"), get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("clean/clean")
    page.goto(f"{served.url}/deployments/deployment/{deployment.id}")
    see(page, "every-night")


def test_the_pages_ask_nobody_else(asked, served):
    local = (served.url, served.url.replace("http", "ws"), "data:", "blob:")
    assert asked
    assert not [url for url in asked if not url.startswith(local)]
