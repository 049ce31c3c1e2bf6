"""Fixtures of the dashboard's tests."""

from collections.abc import Iterator

import pytest
import streamlit as st
from stored_practice import Practice, a_practice
from streamlit import config

from dashboard.settings import ADDRESS, CONFIG_VARIABLE, KEY_FILE_VARIABLE


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """A configuration with one scanned tenant and one that never was; no test changes it."""
    return a_practice(tmp_path_factory.mktemp("practice"))


@pytest.fixture
def served(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    """The practice as the pages meet it when the command serves them."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(practice.config))
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(practice.key_file))
    before = {name: config.get_option(name) for name in ("server.address", "runner.magicEnabled")}
    config.set_option("server.address", ADDRESS)
    config.set_option("runner.magicEnabled", value=False)
    st.cache_data.clear()
    st.cache_resource.clear()
    yield practice
    for name, value in before.items():
        config.set_option(name, value)
