import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount, Route

from models.profile import ProfileError
from serving.edge import admission
from serving.edge.admission import Admission
from serving.edge.rates import Rates
from serving.keys import keys, keys_file
from serving.keys.keyring import Keyring
from serving.keys.scopes import Scope, caller
from serving.messages.errors import RateLimitedError


def nothing(_):
    raise AssertionError("nobody asks")


APP = Starlette(
    routes=[
        Route("/v1/classify", nothing, methods=["POST"]),
        Route("/v1/references/{reference_id:path}", nothing, methods=["GET", "DELETE"]),
        Route("/v1/decisions/{decision_id}", nothing),
        Route("/v1/decisions/{decision_id}/appeal", nothing, methods=["POST"]),
        Route("/metrics", nothing),
        Mount("/v1/references-of-others", routes=[]),
    ]
)


class Door:
    """Requests to the admission, with a key for each scope."""

    def __init__(self, tmp_path):
        self.file, self.secrets = tmp_path / "keys.jsonl", {}
        for scope in Scope:
            self.add(scope.value, [scope])
        self.keyring = Keyring(self.file)
        self.admission = Admission(self.keyring, Rates())

    def add(self, name, scopes, per_second=None):
        self.secrets[name], key = keys.new(name, scopes, None, per_second)
        keys_file.change(self.file, lambda known: known.add(key))

    def ask(self, path, holder=None, method="POST", client="10.0.0.5", **headers):
        """The recorded caller of a request, or the code of its refusal."""
        if holder is not None:
            headers["Authorization"] = f"Bearer {self.secrets[holder]}"
        scope = {"type": "http", "app": APP, "path": path, "method": method, "client": (client, 5), "headers": []}
        try:
            self.admission.admit(scope, Headers(headers))
        except ProfileError as error:
            return error.code
        return caller(scope)


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path)


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("/v1/classify", "classify"),
        ("/v1/references/a.b", "manage"),
        ("/v1/references/a/b", "manage"),
        ("/v1/references/../classify", "manage"),
        ("/v1/decisions/1", "review"),
        ("/v1/decisions/1/appeal", "classify"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_route_requires_its_scope_for_every_method(door, path, needed, method):
    for scope in Scope:
        assert door.ask(path, scope.value, method) == (needed if scope == needed else "forbidden")


@pytest.mark.parametrize("path", ["/metrics", "/nowhere"])
def test_route_without_scope_still_requires_a_key(door, path):
    assert door.ask(path) == "unauthorized"
    assert door.ask(path, "audit") == "audit"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer other", "Basic {0}", "{0}", "Bearer {0}x", "Bearer \xff"])
def test_anything_but_a_known_key_is_refused(door, header):
    assert door.ask("/v1/classify", Authorization=header.format(door.secrets["classify"])) == "unauthorized"


@pytest.mark.parametrize("header", ["Bearer {0}", "bearer {0}", "BEARER  {0} "])
def test_authorization_scheme_is_case_insensitive(door, header):
    assert door.ask("/v1/classify", Authorization=header.format(door.secrets["classify"])) == "classify"


def test_health_checks_need_no_key_from_any_address(door, tmp_path):
    for path in admission.OPEN_PATHS:
        assert door.ask(path) == "local"
        door.admission = Admission(Keyring(tmp_path / "none"), Rates())
        assert door.ask(path) == "local"


def test_added_and_removed_keys_take_effect_without_a_restart(door):
    door.add("new", [Scope.CLASSIFY])
    assert door.ask("/v1/classify", "new") == "unauthorized"
    door.keyring.refresh()
    assert door.ask("/v1/classify", "new") == "new"
    keys_file.change(door.file, lambda known: known.remove("new"))
    door.keyring.refresh()
    assert door.ask("/v1/classify", "new") == "unauthorized"


def test_rate_limit_of_a_key_leaves_other_keys_alone(door):
    door.add("slow", [Scope.CLASSIFY], per_second=3)
    door.keyring.refresh()
    assert [door.ask("/v1/classify", "slow") for _ in range(5)] == ["slow"] * 3 + ["rate_limited"] * 2
    assert door.ask("/v1/classify", "classify") == "classify"


def test_forbidden_requests_count_against_the_rate_of_a_key(door):
    door.add("slow", [Scope.CLASSIFY], per_second=3)
    door.keyring.refresh()
    asked = [door.ask("/v1/references/a.b", "slow") for _ in range(3)] + [door.ask("/v1/classify", "slow")]
    assert asked == ["forbidden"] * 3 + ["rate_limited"]


def test_guessing_keys_is_limited_and_locks_nobody_out(door):
    guesses = [door.ask("/v1/classify", Authorization=f"Bearer guess-{number}") for number in range(30)]
    assert guesses == ["unauthorized"] * admission.MAX_FAILURES + ["rate_limited"] * 10
    assert door.ask("/v1/classify", Authorization="Bearer guess", client="10.0.0.6") == "unauthorized"
    assert door.ask("/v1/classify", "classify") == "classify"


def test_retry_after_is_in_whole_seconds():
    assert RateLimitedError("often", 0.01).headers == {"Retry-After": "1"}
    assert RateLimitedError("often", 4.2).headers == {"Retry-After": "5"}
