"""Sessions of ``requests`` as the one client uses them: a guard makes each connection, nobody follows what a
server says, and nothing is looked for that there is not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import extract_cookies_to_jar
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.poolmanager import PoolManager

from syndicator.domain.errors import Forbidden
from syndicator.http.connections import OpenSocket, pool_classes

#: Hosts whose connections are kept for the next fetch, and connections kept to each: no fewer than threads
#: that fetch, else those of one host throw away what the others need.
MAX_KEPT_HOSTS, MAX_HOST_CONNECTIONS = 20, 64

#: Addresses that are kept as they are sent.
MAX_PREPARED_URLS = 4_096


@lru_cache(MAX_PREPARED_URLS)
def _prepared_url(url: str) -> str:
    """An address as it is sent: sources are asked for the same ones again and again. Raises
    ``requests.RequestException`` (a ``ValueError``)."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return prepared.url or ""


class GuardedSession(requests.Session):
    """A session that leaves redirects to us: it would read their bodies to the end, however long they are.
    Nor does it merge parameters, hooks, proxies and logins that it has none of, or copy and search the
    cookies of all sites where there are none: a fourth of a request's time."""

    has_cookies = False

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        prepared.prepare_method(request.method)
        if request.params:
            prepared.prepare_url(request.url or "", request.params)
        else:
            prepared.url = _prepared_url(request.url or "")
        headers = {**self.headers, **(request.headers or {})}
        prepared.prepare_headers({name: value for name, value in headers.items() if value is not None})
        if self.has_cookies:
            prepared.prepare_cookies(self.cookies)
        prepared.prepare_body(request.data, request.files, request.json)
        prepared.prepare_auth(request.auth, request.url or "")
        return prepared

    def merge_environment_settings(
        self, _url: object, _proxies: object, stream: object, _verify: object, _cert: object
    ) -> Any:  # requests' own is private
        return {"stream": stream}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """The response, its body not yet read where it is to be a stream."""
        is_stream, timeout = bool(options.get("stream")), options.get("timeout")
        adapter = self.get_adapter(request.url or "")
        response = adapter.send(request, stream=is_stream, timeout=timeout)
        if "Set-Cookie" in response.headers:
            extract_cookies_to_jar(self.cookies, request, response.raw)  # type: ignore[no-untyped-call]
            self.has_cookies = True
        if not is_stream:
            response.content  # noqa: B018 - it is read when it is asked for
        return response


class GuardedAdapter(HTTPAdapter):
    """An adapter whose connections are made by ``connect`` (host, port, seconds)."""

    def __init__(self, connect: OpenSocket) -> None:
        self._connect = connect
        super().__init__(pool_connections=MAX_KEPT_HOSTS, pool_maxsize=MAX_HOST_CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = pool_classes(self._connect)

    def request_url(self, request: requests.PreparedRequest, _proxies: object) -> str:
        """No proxy is ever used: searching for one takes longer than anything else here."""
        return request.path_url

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: object = None, cert: Any = None
    ) -> HTTPConnectionPool:
        del proxies  # as above
        try:
            host, options = self.build_connection_pool_key_attributes(request, verify, cert)
        except ValueError as e:
            raise requests.exceptions.InvalidURL(e, request=request) from e
        manager: PoolManager = self.poolmanager
        return manager.connection_from_host(**host, pool_kwargs={**options})

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            return super().send(request, *args, **kwargs)
        except requests.ConnectionError as e:
            forbidden = _cause(e, Forbidden)
            if forbidden:
                raise forbidden from e
            raise


def _cause(error: BaseException | None, kind: type[Forbidden]) -> Forbidden | None:
    while error is not None:
        if isinstance(error, kind):
            return error
        reason = getattr(error, "reason", None)  # urllib3's is an error, ssl's a word
        error = reason if isinstance(reason, BaseException) else error.__cause__ or error.__context__
    return None
