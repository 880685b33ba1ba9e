"""Client of the Huijian service, which judges account profiles. It imports nothing of the service itself."""

from huijian_client.async_client import AsyncClient
from huijian_client.client import Client
from huijian_client.errors import HuijianError, RefusedError, UnreachableError
from huijian_client.profile import Profile

__all__ = ["AsyncClient", "Client", "HuijianError", "Profile", "RefusedError", "UnreachableError"]
