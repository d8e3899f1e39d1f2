"""moto's state: one backend per service, account and region, all taken and put back together."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, backend_lock

_OWN = frozenset({"backend", "service_name", "_use_boto3_regions", "_additional_regions", "_id"})


@dataclass
class Service:
    """The backends of one service, by account and region, and what its dictionary holds besides."""

    kind: type
    regions: dict[tuple[str, str], Any]
    more: dict[str, Any] = field(default_factory=dict)


def gather() -> list[Service]:
    """Return everything that moto holds."""
    with backend_lock:
        return [_service(dictionary) for dictionary in _instances()]


def put_back(services: list[Service]) -> None:
    """Make moto hold `services`."""
    for service in services:
        dictionary = dictionary_of(service.kind)
        vars(dictionary).update(service.more)
        for (account, region), backend in service.regions.items():
            dictionary[account][region] = backend


def dictionary_of(kind: type) -> Any:
    """Return moto's dictionary of the backends of a class; one that nobody refers to any more is made anew."""
    for dictionary in _dictionaries(kind):
        if dictionary.backend is kind:
            return dictionary
    return BackendDict(kind, kind.__module__.split(".")[1])


def account_of(kind: type, account: str) -> Any:
    """Return moto's dictionary of the backends of a class in one account."""
    return dictionary_of(kind)[account]


def reduce_dictionary(dictionary: Any) -> tuple[Any, ...]:
    """Return what pickle needs to find a dictionary again: it is moto's own, and not in the snapshot."""
    return dictionary_of, (dictionary.backend,)


def reduce_account(dictionary: Any) -> tuple[Any, ...]:
    """Return what pickle needs to find an account's dictionary again."""
    return account_of, (dictionary.backend, dictionary.account_id)


def reducers() -> dict[type, Any]:
    """Return how moto's dictionaries are written when a backend refers to one."""
    with backend_lock:
        kinds = {type(dictionary) for dictionary in _instances()}
    return {AccountSpecificBackend: reduce_account} | dict.fromkeys(kinds, reduce_dictionary)


def _instances() -> list[Any]:
    return list(vars(BackendDict)["_instances"])


def _service(dictionary: Any) -> Service:
    regions = {(account, region): backend for account, inner in dictionary.items() for region, backend in inner.items()}
    return Service(dictionary.backend, regions, {k: v for k, v in vars(dictionary).items() if k not in _OWN})


def _dictionaries(kind: type) -> Iterator[Any]:
    """Yield the dictionaries that modules of the service name; the module of the class itself comes first."""
    importlib.import_module(kind.__module__)
    package = ".".join(kind.__module__.split(".")[:2])
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(package)]
    for module in modules:
        yield from (value for value in list(vars(module).values()) if isinstance(value, BackendDict))
