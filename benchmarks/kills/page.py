"""A person at the app: the requests that a browser would send, with none."""

import json
import secrets
from typing import Any, Final

import httpx

NAME: Final = "Ada Lovelace"
RECORDS: Final = "seven grey otters mend the pier"  # opens the records
WORDS: Final = "quiet heron counts eleven lanterns"  # opens Ada's account
_QUEUE: Final = "/app/gradio_api/queue"


class Refused(Exception):
    """The app answered, and not as it should."""


class Page:
    """One signed-in page of the app, whose buttons are pressed through Gradio's queue.

    Args:
        url: of the app
        cookies: of the browser, kept from one start of the app to the next
    """

    def __init__(self, url: str, cookies: httpx.Cookies) -> None:
        self.client = httpx.Client(
            base_url=url, cookies=cookies, headers={"origin": url}, timeout=60.0
        )
        if self.client.get("/jobs").status_code == httpx.codes.UNAUTHORIZED:
            self.ask("POST", "/sign-in", data={"name": NAME, "passphrase": WORDS})
        self.cookies = self.client.cookies
        self._name = secrets.token_hex(8)
        config = self.ask("GET", "/app/config").json()
        self._events = config["dependencies"]
        [self._opening] = [each for each in self._events if _opens(each)]
        self._components = {each["id"]: each for each in config["components"]}

    def ask(self, method: str, address: str, **content: Any) -> httpx.Response:
        """One request; raises `Refused` unless it succeeds."""
        answer = self.client.request(method, address, **content)
        if answer.is_error:
            raise Refused(f"{method} {address.partition('?')[0]}: {answer.text[:200]}")
        return answer

    def do(
        self, name: str, what: str, entered: dict[str, Any] | None = None, **event: Any
    ) -> list[Any]:
        """Let the component of that `elem_id` report an event; returns what is renewed.

        Args:
            name: of the component
            what: happens to it, such as "click"
            entered: values of other components, by their `elem_id`
            event: what comes with it
        """
        [component] = [
            number for number, each in self._components.items() if _name_of(each) == name
        ]
        renewed = self._run(self._event_of(component, what), entered or {}, event)
        if any('role="alert"' in each for each in renewed if isinstance(each, str)):
            raise Refused(f"{name} {what}: {renewed}")
        return renewed

    def open_patient(self, patient_id: str) -> None:
        """Open a patient, as a click on the row does."""
        self.do("patients", "open_patient", patient_id=patient_id)
        self._run(self._opening, {}, {})

    def _event_of(self, component: int, what: str) -> dict[str, Any]:
        return next(each for each in self._events if [component, what] in each["targets"])

    def _run(
        self, event: dict[str, Any], entered: dict[str, Any], data: dict[str, Any]
    ) -> list[Any]:
        asked = [self._components[each] for each in event["inputs"]]
        values = [entered.get(_name_of(each), _initial(each)) for each in asked]
        sent = {
            "data": values,
            "fn_index": event["id"],
            "session_hash": self._name,
            "event_data": data or None,
        }
        number = self.ask("POST", f"{_QUEUE}/join", json=sent).json()["event_id"]
        address = f"{_QUEUE}/data?session_hash={self._name}"
        with self.client.stream("GET", address) as stream:
            for line in stream.iter_lines():
                said = json.loads(line[5:]) if line.startswith("data:") else {}
                if said.get("msg") == "process_completed" and said["event_id"] == number:
                    if not said["success"]:
                        raise Refused(f"{event['api_name']}: {said['output']}")
                    return said["output"]["data"]
        raise httpx.RemoteProtocolError("the stream ended before the event was done")


def _name_of(component: dict[str, Any]) -> str:
    return component["props"].get("elem_id") or ""


def _initial(component: dict[str, Any]) -> Any:
    """What a component holds that nobody touched; a state's is the server's own matter."""
    return component["props"].get("value", "" if component["type"] == "textbox" else None)


def _opens(event: dict[str, Any]) -> bool:
    """Whether it is what follows on a request to open a patient or a session."""
    return event["api_name"].startswith("open_") and event["targets"][0][1] == "change"
