"""A person who works with the app, and is called, types and hands over what nobody else does."""

from pathlib import Path

from tests.browser.running import go_to, sign_in
from tests.browser.test_main_path import ANALYSIS, VIDEO, see_video

# All made up, and each with a letter that programs write in more than one way.
PATIENTS = {
    "code": "Ü-4711 Erdacht",
    "name": "Žofie Erfundená",
    "note": "hält einen Papagei aus Blech",
    "note of the session": "spielt Tuba für Möwen",
    "language": "Möwisch",
    "file name": "Zöglings Stimme",
    "title in the file": "Wiegenlied für Käfer",
    "artist in the file": "Käpten Ohneschiff",
    "comment in the file": "aufgenommen im Möbelhaus",
}
OTHERS = {
    "passphrase of the records": "zwölf gelbe Kraniche falten Landkarten",
    "passphrase of the account": "vierzig müde Trommeln über den Bergen",
    "passphrase of the colleague": "siebzehn höfliche Laternen am Südkap",
    "passphrase that is wrong": "ein völlig falscher Satz über Gänse",
    "account": "Testa Ärmelkanal",
    "account of the colleague": "Probst Überzwerch",
    "account that there is not": "Niemand Nürgends",
    "searched for": "Größtenteils Unauffindbar",
    "day that cannot be": "am Tag nach Sankt Nimmerlein ü",
    "score that cannot be": "ungefähr zwölf",
    "code typed wrongly": "Ü-4712 Vertippt",
    "name of a broken file": "Scherbenhöhe",
    "content of a broken file": "dies ist kein Ton, sondern Müsli",
    "id that there is not": "über-alle-Berge",
    "choice that there is not": "gefühlte hundert",
}


class Visit:
    """A person at a browser, and every address that it asked for.

    Args:
        browser: that is used
        app: that is visited
    """

    def __init__(self, browser, app):
        self.app = app
        self.addresses: list[str] = []
        self.page = browser.new_context().new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.goto(app.url)

    def opens_the_records(self, is_new: bool):
        label = "Passphrase for the records" if is_new else "Passphrase of the records"
        self.page.get_by_label(label).fill(OTHERS["passphrase that is wrong"])
        if is_new:
            self.page.get_by_label("The same again").fill(OTHERS["passphrase of the records"])
        self.page.locator("main button").click()
        self.page.get_by_role("alert").wait_for()
        self.page.get_by_label(label).fill(OTHERS["passphrase of the records"])
        if is_new:
            self.page.get_by_label("The same again").fill(OTHERS["passphrase of the records"])
        self.page.locator("main button").click()

    def signs_in(self, is_new: bool = False):
        self.page.wait_for_url("**/first-run" if is_new else "**/sign-in")
        if not is_new:
            name, words = OTHERS["account that there is not"], OTHERS["passphrase that is wrong"]
            sign_in(self.page, name, words)
            self.page.get_by_role("alert").wait_for()
        sign_in(self.page, OTHERS["account"], OTHERS["passphrase of the account"])
        self.page.locator("#patients :is(table, .empty)").wait_for()

    def adds_a_colleague(self):
        self.page.goto(f"{self.app.url}/account")
        self.page.get_by_label("Name", exact=True).fill(OTHERS["account of the colleague"])
        words = OTHERS["passphrase of the colleague"]
        self.page.get_by_label("Passphrase for the first time").fill(words)
        self.page.get_by_role("button", name="Add", exact=True).click()
        self.page.locator("li", has_text=OTHERS["account of the colleague"]).first.wait_for()
        self.page.goto(self.app.url)

    def adds_the_patient(self):
        page = self.page
        page.locator("#new-patient").click()
        page.locator("#patient-code textarea").fill(PATIENTS["code"])
        page.locator("#patient-name textarea").fill(PATIENTS["name"])
        page.locator("#patient-form").get_by_label("Note").fill(PATIENTS["note"])
        page.locator("#consent-given input").fill(OTHERS["day that cannot be"])
        page.locator("#save-patient").click()
        page.locator("#consent-given", has_text="cannot be read as one day").wait_for()
        page.locator("#consent-given input").fill("5.1.2026")
        page.locator("#save-patient").click()
        page.locator("#banner b", has_text=PATIENTS["code"]).wait_for()

    def meets_refusals(self, broken: Path):
        page = self.page
        page.locator("#new-patient").click()
        page.locator("#patient-code textarea").fill(PATIENTS["code"])
        page.locator("#save-patient").click()
        page.locator("#patient-form", has_text="E55").wait_for()
        page.locator("#patient-form").get_by_role("button", name="Cancel").click()
        page.locator("#patient-search textarea").press_sequentially(OTHERS["searched for"])
        page.get_by_text("Nobody found").wait_for()
        page.locator("#patient-search textarea").fill("")
        page.locator("tr[data-patient]").wait_for()
        self._chooses(broken)
        page.locator("#recorder [role=alert]", has_text="E1").wait_for()
        for name in (OTHERS["id that there is not"], PATIENTS["code"]):
            for address in ("/media/{}", "/runs/{}/windows.csv", "/patients/{}/patient.zip"):
                page.request.get(self.app.url + address.format(name))
        self._sends_what_no_page_would()

    def _sends_what_no_page_would(self):
        """Events with an entry that their field does not offer; the page cannot send such."""
        self.page.evaluate(
            """async (value) => {
              const { components, dependencies } = window.gradio_config;
              const queue = "/app/gradio_api/queue";
              const headers = { "Content-Type": "application/json" };
              for (const { id } of components.filter(({ type }) => type === "dropdown")) {
                for (const sends of dependencies.filter(({ inputs }) => inputs.includes(id))) {
                  const data = sends.inputs.map((each) => (each === id ? value : ""));
                  const event = { data, fn_index: sends.id, session_hash: `byhand${id}` };
                  const sent = { method: "POST", headers, body: JSON.stringify(event) };
                  const { ok } = await fetch(`${queue}/join`, sent);
                  const address = `${queue}/data?session_hash=byhand${id}`;
                  if (ok) await (await fetch(address)).text();
                }
              }
            }""",
            OTHERS["choice that there is not"],
        )

    def _chooses(self, path: Path):
        go_to(self.page, "New session")
        self.page.locator('#recorder [data-way="upload"]').click()
        self.page.locator("#upload-file").set_input_files(path)

    def uploads(self, path: Path):
        self._chooses(path)
        self.page.locator('#recorder [data-phase="ready"]').wait_for()

    def records(self):
        page = self.page
        go_to(page, "New session")
        page.locator('#recorder [data-way="record"]').click()
        page.locator("#recorder [data-do=record]").click()
        page.locator('#recorder [data-phase="recording"]').wait_for()
        page.wait_for_timeout(2_000)
        page.locator("#recorder [data-do=stop]").click()
        page.locator('#recorder [data-phase="ready"]').wait_for()

    def fills_in_the_session(self):
        page = self.page
        page.get_by_label("Language").fill(PATIENTS["language"])
        page.get_by_label("Language").press("Enter")
        page.locator("#session-note textarea").fill(PATIENTS["note of the session"])
        page.locator("#phq9 textarea, #phq9 input").fill(OTHERS["score that cannot be"])
        page.locator("#analyse:enabled").click()
        page.locator("#phq9", has_text="PHQ-9 total is").wait_for()
        page.locator("#phq9 textarea, #phq9 input").fill("7")

    def sees_the_result(self, folder: Path) -> list[Path]:
        """Look at all screens, and take files out; returns those that no name belongs into."""
        page = self.page
        page.locator("#tab-review").get_by_role("heading", name="Timeline").wait_for(
            timeout=ANALYSIS
        )
        see_video(page)
        go_to(page, "Trends")
        page.locator("#trends [data-session]").first.wait_for()
        go_to(page, "Export")
        names = ("windows.csv", "analysis.json", "morphs.csv", "emotions.html", "face.mp4")
        for name in names:
            with page.expect_download(timeout=VIDEO) as started:
                page.locator(f"#export-files a[href$='{name}']").click()
            started.value.save_as(folder / name)
        for name in ("everything.zip", "patient.zip"):
            with page.expect_download() as started:
                page.locator(f"a[href$='{name}']").click()
            started.value.delete()
        return [folder / name for name in names]

    def erases_the_patient(self):
        page = self.page
        page.locator("tr[data-patient]", has_text=PATIENTS["code"]).click()
        page.locator("#banner b", has_text=PATIENTS["code"]).wait_for()
        page.locator("#remove-patient").click()
        for typed in (OTHERS["code typed wrongly"], PATIENTS["code"]):
            page.locator("#erase-code :is(textarea, input)").fill(typed)
            page.locator("#erase-patient").click()
            if typed != PATIENTS["code"]:
                page.locator("#patient-removal", has_text="E63").wait_for()
        page.locator("#patients .empty").wait_for()
