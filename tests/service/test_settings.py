"""Settings come from variables; a wrong one is refused by name, never passed over."""

import pytest
from pydantic import ValidationError

from service.errors import SettingsInvalidError
from service.settings import Settings, SettingsGroup, load_settings

GROUPS = {name: field.annotation for name, field in Settings.model_fields.items()}
KNOBS = [(group, name) for group, model in GROUPS.items() for name in model.model_fields]


def test_defaults_need_no_variable():
    settings = load_settings()
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8000)
    assert settings.model.label_map == {}


def test_variables_fill_the_groups(monkeypatch):
    monkeypatch.setenv("PRINTLINK_SERVER__PORT", "9001")
    monkeypatch.setenv("PRINTLINK_MODEL__LABEL_MAP", '{"1": "https"}')
    monkeypatch.setenv("PRINTLINK_DETECT__WARMUP_SIZES_PX", "[[640, 480]]")
    settings = load_settings()
    assert settings.server.port == 9001
    assert settings.model.label_map == {1: "https"}
    assert settings.detect.warmup_sizes_px == ((640, 480),)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PRINTLINK_SERVER__PRT", "1", "PRINTLINK_SERVER__PRT: Extra inputs"),
        ("PRINTLINK_SERVER__PORT", "70000", "PRINTLINK_SERVER__PORT: Input should be less than"),
        ("PRINTLINK_SEVER__PORT", "1", "unknown settings PRINTLINK_SEVER__PORT"),
        ("PRINTLINK_PORT", "1", "unknown settings PRINTLINK_PORT"),
        ("PRINTLINK_SERVER", "{}", "unknown settings PRINTLINK_SERVER"),
        ("PRINTLINK_MODEL__LABEL_MAP", "{", "lists and maps are written as JSON"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalidError, match=message):
        load_settings()


def test_an_error_does_not_repeat_the_value(monkeypatch):
    monkeypatch.setenv("PRINTLINK_SERVER__PORT", "hunter2")
    with pytest.raises(SettingsInvalidError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_settings_are_frozen():
    with pytest.raises(ValidationError):
        Settings().server.port = 1
    with pytest.raises(ValidationError):
        Settings().server = None


@pytest.mark.parametrize("group", GROUPS)
def test_groups_are_described_and_refuse_what_they_do_not_know(group):
    model = GROUPS[group]
    assert issubclass(model, SettingsGroup)
    assert model.__doc__
    with pytest.raises(ValidationError):
        model(no_such_knob=1)


@pytest.mark.parametrize(("group", "name"), KNOBS)
def test_every_knob_is_described(group, name):
    assert GROUPS[group].model_fields[name].description
