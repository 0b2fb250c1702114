"""All claims of a web identity token are condition keys of a trust policy; stock ministack knows three of them."""

from typing import Any, Callable

from ministack.services import cognito, sts

Principal = tuple[str, dict[str, Any]]


def principal_of(token: str, provider: str, role: str) -> Principal:
    principal, keys = stock_principal(token, provider, role)
    try:
        claims = cognito._decode_id_token_unverified(token)
    except (ValueError, TypeError):
        return principal, keys
    host = str(claims.get("iss", "")).split("://", 1)[-1].rstrip("/")
    return principal, {**keys, **{f"{host}:{name}".lower(): value for name, value in claims.items()}}


stock_principal: Callable[[str, str, str], Principal] = sts._web_identity_principal


def install() -> None:
    sts._web_identity_principal = principal_of
