"""How figures are compared with what was counted elsewhere."""

from typing import Any


def differences(expected: dict[str, Any], found: dict[str, Any], path: str = "") -> list[str]:
    wrong = []
    for key, value in expected.items():
        if isinstance(value, dict):
            wrong += differences(value, found.get(key) or {}, f"{path}/{key}")
        elif found.get(key) != value:
            wrong.append(f"{path}/{key}: {value} expected, {found.get(key)} found")
    return wrong
