"""Secrets of templates: a reference yields the ARN, and generated values leave out what the template excludes."""

import json
import secrets
import string
from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

TYPE = "AWS::SecretsManager::Secret"

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]

PARTS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def value_of(properties: Properties) -> str:
    """The given text, or a random one of the wanted length, alone or as one key of an object."""
    wanted = properties.get("GenerateSecretString")
    if properties.get("SecretString") or wanted is None:
        return properties.get("SecretString", "")
    letters = "".join(part for name, part in PARTS.items() if str(wanted.get(name)).lower() != "true")
    allowed = [letter for letter in letters if letter not in wanted.get("ExcludeCharacters", "")]
    text = "".join(secrets.choice(allowed) for _ in range(int(wanted.get("PasswordLength", 32))))
    if "SecretStringTemplate" not in wanted:
        return text
    return json.dumps({**json.loads(wanted["SecretStringTemplate"]), wanted["GenerateStringKey"]: text})


def name_of(identifier: str) -> str:
    """Stock knows secrets by name; its own `_resolve` finds one by its ARN."""
    name, _secret = secretsmanager._resolve(identifier)
    return name or identifier


def create(logical: str, properties: Properties, stack: str) -> Made:
    _name, attributes = stock["create"](logical, properties, stack)
    return attributes["Arn"], attributes


def update(arn: str, old: Properties, new: Properties, stack: str, logical: str | None = None) -> Made:
    _name, attributes = stock["update"](name_of(arn), old, new, stack, logical)
    return attributes["Arn"], attributes


def delete(arn: str, properties: Properties) -> None:
    stock["delete"](name_of(arn), properties)


stock: dict[str, Any] = dict(provisioners._RESOURCE_HANDLERS[TYPE])


def install() -> None:
    provisioners._sm_secret_string = value_of
    provisioners._RESOURCE_HANDLERS[TYPE].update(create=create, update=update, delete=delete)
