"""For whoever looks after the data folder, in a terminal.

`python -m storage verify`: has the audit log been tampered with?
`python -m storage passphrase NAME`: a new passphrase for somebody who forgot theirs.
`python -m storage backup FOLDER`: copy everything, whether the app is running or not.
`python -m storage restore FOLDER`: make a data folder of a backup.
`python -m storage export CODE FILE`: one patient with everything, as a file.
`python -m storage import FILE`: take that patient in, here or elsewhere.
`python -m storage retention`: what is due for erasing by the rules set in the app.
"""

import argparse
import getpass
import os
import sys
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from storage.access import Actor, Who, the_program
from storage.audit import ANCHOR
from storage.audit_check import check
from storage.backup import Inventory, back_up, read_note, restore
from storage.files import data_folder
from storage.repository import Repository, open_accounts, open_repository
from storage.safe import Safe
from storage.vault import Vault
from storage.whereabouts import SERVER, Server, holds_patients, read_server
from verhm.errors import RequestError, VaultError, VerhmError


def main(arguments: list[str] | None = None) -> int:
    """Do what was asked; return 0, 1 when the log is not as written, 2 when it cannot be done."""
    options = _parser().parse_args(arguments)
    try:
        given = options.data or os.environ.get("VERHM_DATA")
        data = data_folder(Path(given) if given else None).resolve()
        server = read_server(os.environ.get(SERVER))
        if options.command == "restore":
            _restore(options.folder.resolve(), data, server)
            return 0
        records = _records(data, server)
        if options.command == "verify":
            return _verify(records, options.anchor)
        if options.command == "backup":
            made = back_up(records.place, records.vault, options.folder.resolve(), server)
            _say("Backed up", made)
            return _verify(records)
        if options.command == "passphrase":
            _give_passphrase(records, options.name)
        elif options.command == "retention":
            _list_due(records)
        else:
            _hand_over(records, options)
    except VerhmError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


@dataclass(frozen=True)
class _Records:
    """The patients of a data folder.

    Attributes:
        place: folder that holds their files, and their database unless that is on a server
        vault: that opens them; none where they are not encrypted
        server: that has the database
    """

    place: Path
    vault: Vault | None
    server: Server | None

    def open(self) -> AbstractContextManager[Repository]:
        """The repository, as long as it is needed."""
        return closing(open_repository(self.place, self.vault, self.server))


def _records(folder: Path, server: Server | None) -> _Records:
    """The patients of a data folder; raises E70 where there never were any."""
    safe = Safe(folder)
    place = safe.folder if safe.exists else folder
    if not holds_patients(place):
        raise RequestError("E70", "There is no database in that folder.", "Name it with --data.")
    return _Records(place, _vault(safe) if safe.exists else None, server)


def _verify(records: _Records, kept_elsewhere: Path | None = None) -> int:
    if kept_elsewhere is not None and not kept_elsewhere.is_file():
        raise RequestError("E70", "There is no such copy of the anchor.", "Check --anchor.")
    anchor = kept_elsewhere or records.place / ANCHOR
    with records.open() as repository:
        report = check(repository.database, anchor)
    for finding in report.findings:
        print(f"E58 {finding}")
    state = "not as it was written" if report.findings else "as it was written"
    print(f"Audit log: {report.lines} lines, {state}; anchored up to line {report.anchored}.")
    print(f"Patients erased: {report.erased}, each with a line that says when and by whom.")
    return 1 if report.findings else 0


def _restore(backup: Path, data: Path, server: Server | None) -> None:
    read_note(backup)  # before anybody is asked for its passphrase
    kept = _records(backup, None)
    place = kept.place.relative_to(backup)
    _say("Restored", restore(backup, place, kept.vault, data, server))
    print(f"It is in {data}.")


def _say(what: str, inventory: Inventory) -> None:
    counts = (inventory.patients, "patient"), (inventory.sessions, "session")
    patients, sessions = (_counted(*each) for each in counts)
    files = f"{_counted(inventory.files, 'file')} with {inventory.bytes / 1e6:.1f} MB"
    print(f"{what} and compared: {patients}, {sessions}, {files}.")
    if inventory.missing:
        print(f"Missing already when the backup was made: {_counted(inventory.missing, 'file')}.")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _give_passphrase(records: _Records, name: str) -> None:
    passphrase = _typed(f"New passphrase for {name}")
    if passphrase != _typed("The same again"):
        raise RequestError("E63", "The two passphrases differ.", "Start again.")
    with records.open() as repository:
        open_accounts(repository).give_passphrase(name, passphrase)
    print("Given. At the next sign-in another one has to be chosen.")


def _list_due(records: _Records) -> None:
    """Say what is due; only its owner erases it, in the app."""
    with records.open() as repository:
        rules, due = repository.retention(), repository.due()
    months, years = rules.recording_months, rules.patient_years
    recordings = f"due {months} months after the session" if months else "never due"
    patients = f"due {years} years after the last session" if years else "never due"
    print(f"Recordings are {recordings}.")
    print(f"Patients are {patients}.")
    for each in due:
        what = [_counted(len(each.session_ids), "recording")] if each.session_ids else []
        what += ["the whole patient"] if each.is_whole else []
        print(f"{each.patient.code}: {' and '.join(what)}, last session {each.last_day}")
    found = _counted(len(due), "patient")
    print(f"{found}; nothing is erased before their clinician does it in the app.")


def _hand_over(records: _Records, options: argparse.Namespace) -> None:
    """Export or import a patient, as one of the accounts."""
    with records.open() as repository:
        acting = repository.acting_as(_actor(repository, options.account))
        if options.command == "import":
            print(f"Taken in: {acting.import_patient(options.file, options.again).code}")
            return
        for overview in acting.patients(options.code, include_archived=True):
            if overview.patient.code == options.code:
                acting.export_patient(overview.patient.id, options.file)
                print("Written. The file is not encrypted: keep it where only you can read it.")
                return
    raise RequestError("E70", "That account has no patient with this code.", "Check both.")


def _actor(repository: Repository, name: str | None) -> Who:
    """The account of that name; the program itself while there are no accounts."""
    everybody = {account.name: account.id for account in open_accounts(repository).everybody()}
    if not everybody:
        return the_program
    if name is None:
        raise RequestError(
            "E63", "Whose patient it is has to be said.", "Name the account with --account."
        )
    if name not in everybody:
        raise RequestError("E63", "There is no account of that name.", "Check --account.")
    actor = Actor(everybody[name])
    return lambda: actor


def _vault(safe: Safe) -> Vault:
    """The key of an encrypted folder: by the environment, the keyring, or whoever sits here."""
    given = os.environ.pop("VERHM_PASSPHRASE", None)
    if given:
        return safe.keys.unlock(given)
    if safe.keys.opens_by_keyring:
        return safe.keys.unlock_by_keyring()
    return safe.keys.unlock(_typed("Passphrase of the records"))


def _typed(question: str) -> str:
    """What somebody types unseen; raises `VaultError` (E81) where nobody can be asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise VaultError(
            "E81",
            "A passphrase is needed, and nobody is there to type it.",
            "Call it from a terminal; VERHM_PASSPHRASE may hold that of the records.",
        )
    return getpass.getpass(f"{question}: ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m storage")
    commands = parser.add_subparsers(required=True, dest="command")
    verify = commands.add_parser("verify", help="find changed, missing or cut-off lines of the log")
    given = commands.add_parser("passphrase", help="a new one for somebody who forgot theirs")
    given.add_argument("name", help="of the account, as the app shows it")
    made = commands.add_parser("backup", help="copy everything, also while the app is running")
    made.add_argument("folder", type=Path, help="new folder, on another disk")
    back = commands.add_parser("restore", help="make a data folder of a backup")
    back.add_argument("folder", type=Path, help="of the backup")
    taken = commands.add_parser("export", help="write one patient with everything to a file")
    taken.add_argument("code", help="of the patient")
    brought = commands.add_parser("import", help="take in a patient that export wrote")
    taken.add_argument("file", type=Path, help="zip to write; it is not encrypted")
    taken.add_argument("--account", help="name of the clinician whose patient it is")
    brought.add_argument("file", type=Path, help="zip that export wrote")
    brought.add_argument("--account", help="name of the clinician whose patient it will be")
    listed = commands.add_parser("retention", help="list what is due for erasing")
    for command in (verify, given, made, back, taken, brought, listed):
        what = "folder to make" if command is back else "folder of the patients' data"
        usual = data_folder(None)
        command.add_argument("--data", type=Path, help=f"{what} (VERHM_DATA; else {usual})")
    brought.add_argument("--again", action="store_true", help="also a patient who was erased here")
    verify.add_argument("--anchor", type=Path, help="copy of audit.anchor that was kept elsewhere")
    return parser


if __name__ == "__main__":
    sys.exit(main())
