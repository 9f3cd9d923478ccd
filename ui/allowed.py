"""Every request that the app answers. What is not in this list is denied, to everybody."""

import re
from dataclasses import dataclass

_ID = r"[0-9A-Za-z-]{1,64}"
_GRADIO = "/app/gradio_api"


@dataclass(frozen=True)
class Rule:
    """Requests that are answered alike.

    Attributes:
        methods: of HTTP
        path: the whole of it, as a pattern; a group `page` is a Gradio page's own name
        is_public: whether nobody needs to be signed in
        is_use: whether a person does something; what a page asks by itself keeps nobody signed in
        while_locked: whether it goes on behind the lock
        while_changing: whether it is there before a passphrase of one's own was chosen
        for_researchers: whether those who see figures only may ask
        exports: whether what it answers is taken out of the app; a group `id` is what
        is_gradio: whether it concerns one page of Gradio's
        is_page: whether a person looks at the answer, and is shown where to sign in instead
    """

    methods: tuple[str, ...]
    path: re.Pattern[str]
    is_public: bool = False
    is_use: bool = True
    while_locked: bool = False
    while_changing: bool = False
    for_researchers: bool = True
    exports: bool = False
    is_gradio: bool = False
    is_page: bool = False


def _rule(methods: str, path: str, **options: bool) -> Rule:
    return Rule(tuple(methods.split()), re.compile(path), **options)


RULES = (
    # What there is before anybody signed in: nothing of it is a patient's.
    _rule("GET", "/healthz", is_public=True),
    _rule("GET", r"/assets/[a-z0-9.-]+", is_public=True),
    _rule("GET", "/favicon.ico", is_public=True),
    # Asked for by Gradio's page, and without the cookie, as browsers do.
    _rule("GET", "/manifest.json", is_public=True),
    _rule("GET POST", "/sign-in", is_public=True),
    _rule("GET POST", "/first-run", is_public=True),
    # Signing out, and one's own account.
    _rule("POST", "/sign-out", while_locked=True, while_changing=True),
    _rule("POST", "/lock", while_locked=True, while_changing=True),
    _rule("POST", "/unlock", while_locked=True, while_changing=True),
    _rule("GET", "/account", while_changing=True, is_page=True),
    _rule("POST", "/account/passphrase", while_changing=True),
    _rule("POST", "/account/sign-out-everywhere", while_changing=True),
    _rule("POST", "/account/people"),
    _rule("POST", rf"/account/people/{_ID}/(remove|role|passphrase)"),
    _rule("POST", "/account/shares"),
    _rule("POST", "/account/records", for_researchers=False),
    # The page, and what Gradio's own script asks for.
    _rule("GET", "/", is_page=True),
    _rule("GET", "/app/?", is_page=True),
    _rule("GET", "/app/config", is_use=False),
    _rule("GET", r"/app/(assets|static|svelte)/.+", is_use=False),
    _rule("GET", "/app/(theme.css|favicon.ico)", is_use=False),
    _rule("GET", rf"{_GRADIO}/(startup-events|theme.css)", is_use=False),
    _rule("POST", f"{_GRADIO}/queue/join", is_gradio=True),
    _rule("GET", f"{_GRADIO}/queue/data", is_use=False, is_gradio=True),
    _rule(
        "GET",
        rf"{_GRADIO}/heartbeat/(?P<page>{_ID})",
        is_use=False,
        is_gradio=True,
        while_locked=True,  # without it Gradio forgets the page, and a recording on it
    ),
    # What belongs to patients; whose it is, is decided where it is kept.
    _rule("GET", rf"/media/{_ID}", for_researchers=False),
    _rule("GET", rf"/face/{_ID}", for_researchers=False),
    _rule("GET", rf"/motion/{_ID}(/\d+)?", for_researchers=False),
    _rule("GET", rf"/jobs(/{_ID})?", is_use=False),
    _rule("POST", rf"/jobs/{_ID}/cancel", for_researchers=False),
    _rule("GET", rf"/runs/{_ID}/(review|others|against/{_ID})"),
    _rule("POST", rf"/sessions/{_ID}/runs", for_researchers=False),
    _rule("POST", rf"/patients/{_ID}/sessions", for_researchers=False),
    _rule("GET", rf"/sessions/{_ID}/outcome", is_use=False, for_researchers=False),
    _rule("POST", rf"/runs/{_ID}/explanations/\d{{1,6}}(/cancel)?", for_researchers=False),
    _rule("GET", rf"/runs/{_ID}/explanations/\d{{1,6}}", is_use=False, for_researchers=False),
    _rule("POST", rf"/runs/{_ID}/annotations(/remove)?", for_researchers=False),
    _rule("POST", rf"/runs/{_ID}/films", for_researchers=False),
    _rule("GET", rf"/runs/{_ID}/films", is_use=False),
    _rule("POST", rf"/films/{_ID}/cancel", for_researchers=False),
    _rule("GET", rf"/films/(?P<id>{_ID})", exports=True, for_researchers=False),
    _rule(
        "GET",
        rf"/runs/(?P<id>{_ID})/(face\.mp4|morphs\.csv|everything\.zip)",
        exports=True,
        for_researchers=False,
    ),
    _rule("GET", rf"/runs/(?P<id>{_ID})/[a-z]+\.[0-9A-Za-z]+", exports=True),
    _rule("GET", rf"/sessions/(?P<id>{_ID})/recording", exports=True, for_researchers=False),
    _rule("GET", rf"/patients/(?P<id>{_ID})/recordings\.csv", exports=True),
    _rule("GET", rf"/patients/{_ID}/patient.zip", for_researchers=False),  # noted by its verb
    # Recordings on their way in. A recording that runs is not broken off by the lock.
    _rule("POST", "/recordings", for_researchers=False),
    _rule("GET DELETE", rf"/recordings/{_ID}", for_researchers=False),
    _rule("POST", "/patient-files", for_researchers=False),
    _rule("GET", "/takes", for_researchers=False),
    _rule("POST", "/takes", for_researchers=False),
    _rule(
        "POST", rf"/takes/{_ID}/(pieces|picture|finish)", for_researchers=False, while_locked=True
    ),
)


def rule_of(method: str, path: str) -> Rule | None:
    """The rule for a request; None where it is denied."""
    return next(
        (rule for rule in RULES if method in rule.methods and rule.path.fullmatch(path)), None
    )
