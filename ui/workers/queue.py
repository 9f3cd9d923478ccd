"""The queue as app and workers both see it: messages and recordings, sealed on their way.

Redis sees who works for how long, and how much: no sound, no result, no setting.
"""

import ssl
from functools import partial
from typing import Any, Final

from celery import Celery
from kombu import serialization
from redis import Redis

from storage.keys import derive
from ui.workers.address import QueueAddress
from ui.workers.messages import opened_message, sealed_message
from ui.workers.recordings import SentRecording

_LONGEST: Final = 86_400  # s, more than any analysis takes: nothing is handed out twice
_KEPT: Final = 600  # s that a result waits to be fetched


class Queue:
    """A connection to the queue; nothing is sent before it is used.

    Attributes:
        celery: hands tasks out and results back
    """

    def __init__(self, address: QueueAddress) -> None:
        self._key = address.key
        self._redis = Redis.from_url(address.url)
        self.celery = _celery(address)

    def recording(self, call: str) -> SentRecording:
        """The recording that goes along with a call."""
        return SentRecording(self._redis, self._key, call)

    def answer(self, call: str) -> Any:
        """What came back of a call so far: a `Report`, an `Analysis`, an error, or None."""
        found = self.celery.backend.get_task_meta(call)
        # Who can write to Redis could put another call's answer here, but not one that says this.
        return found["result"] if found.get("task_id", call) == call else None


def _celery(address: QueueAddress) -> Celery:
    celery = Celery("verhm", broker=address.url, backend=address.url, set_as_current=False)
    # Named after the key, so that who has another one is not heard, rather than misunderstood.
    sealed = f"verhm-{derive(address.key, 'queue name').hex()[:16]}"
    serialization.register(
        sealed,
        partial(sealed_message, address.key),
        partial(opened_message, address.key),
        content_type=f"application/x-{sealed}",
        content_encoding="binary",
    )
    certified = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if address.url.startswith("rediss") else None
    celery.conf.update(
        task_default_queue=sealed,
        task_serializer=sealed,
        result_serializer=sealed,
        accept_content=[sealed],
        broker_use_ssl=certified,
        redis_backend_use_ssl=certified,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": _LONGEST},
        result_backend_transport_options={"retry_policy": {"max_retries": 3}},
        result_expires=_KEPT,
        # A worker takes one recording at a time, so that none waits behind a long one.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_pool="threads",  # of which one waits for the engine, and one answers
        worker_redirect_stdouts=False,
    )
    return celery
