"""The queue as app and workers both see it: messages and recordings, sealed on their way.

Redis sees who works for how long, and how much: no sound, no result, no setting.
"""

import os
import ssl
from functools import partial
from typing import Any, Final

from celery import Celery, states
from kombu import serialization
from redis import Redis, RedisError
from redis.backoff import ConstantBackoff
from redis.exceptions import AuthenticationError, NoPermissionError
from redis.retry import Retry

from storage.keys import derive
from ui.workers.address import QueueAddress
from ui.workers.failures import queue_refuses, queue_unreachable
from ui.workers.messages import opened_message, sealed_message
from ui.workers.recordings import SentRecording

_HANDED_OUT: Final = 86_400  # s until a call that no worker finished is handed to another
_KEPT: Final = 600  # s that a result waits to be fetched
_RETRIES: Final = 5  # a second apart, where Redis does not answer
# They would beat the address that was given.
_OVERRULING: Final = (
    "CELERY_BROKER_URL",
    "CELERY_BROKER_READ_URL",
    "CELERY_BROKER_WRITE_URL",
    "CELERY_RESULT_BACKEND",
    "CELERY_CONFIG_MODULE",
    "CELERY_LOADER",
)


class Queue:
    """A connection to the queue; nothing is sent before it is used.

    Attributes:
        celery: hands tasks out and results back
    """

    def __init__(self, address: QueueAddress) -> None:
        for name in _OVERRULING:
            os.environ.pop(name, None)
        self._key = address.key
        retry = Retry(ConstantBackoff(1), _RETRIES)
        self._redis = Redis.from_url(address.url, retry=retry)
        self.celery = _celery(address)

    def recording(self, call: str) -> SentRecording:
        """The recording that goes along with a call."""
        return SentRecording(self._redis, self._key, call)

    def answer(self, call: str) -> Any:
        """What came back of a call so far: a `Report`, what was asked for, an error, or None."""
        found = self.celery.backend.get_task_meta(call)
        # Who can write to Redis could put another call's answer here, but not one that says this.
        is_its_own = found["status"] == states.PENDING or found.get("task_id") == call
        return found["result"] if is_its_own else None

    def reach(self) -> None:
        """See whether Redis is there and lets us in.

        Raises:
            RequestError: E78 it is not, or does not
        """
        try:
            self._redis.ping()
        except (AuthenticationError, NoPermissionError) as error:
            raise queue_refuses() from error
        except RedisError as error:
            raise queue_unreachable() from error

    def is_answered(self, seconds: float) -> bool:
        """Whether any worker is there and says so in time."""
        return bool(self.celery.control.ping(timeout=seconds, limit=1))

    def is_known(self, call: str, worker: str | None, seconds: float) -> bool:
        """Whether a worker is at a call, or can still come to it.

        Args:
            call: id of it
            worker: that said it was at it; None where nobody did
            seconds: that workers have to answer
        """
        asked = None if worker is None else [worker]
        at_work = self.celery.control.inspect(asked, timeout=seconds).query_task(call) or {}
        if any(call in found for found in at_work.values()):
            return True
        waits = worker is None and self._redis.llen(self.celery.conf.task_default_queue)
        return bool(waits and at_work)  # others come first


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
        control_exchange=sealed,
        broker_use_ssl=certified,
        redis_backend_use_ssl=certified,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": _HANDED_OUT},
        result_backend_transport_options={"retry_policy": {"max_retries": _RETRIES}},
        result_expires=_KEPT,
        result_backend_always_retry=True,
        result_backend_max_retries=_RETRIES,
        result_backend_thread_safe=True,
        # A worker takes one recording at a time, so that none waits behind a long one.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        worker_pool="threads",  # of which one waits for the engine, and one answers
        worker_redirect_stdouts=False,
    )
    # Answers are looked for; a subscription would carry each a second time, and fill up unread.
    celery.backend.on_task_call = _subscribe_to_nothing
    return celery


def _subscribe_to_nothing(*_: Any) -> None:
    pass
