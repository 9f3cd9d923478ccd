"""What a person is asked to say, by task; sessions are compared within one task only."""

from dataclasses import dataclass
from typing import Final

from ui.marks import escaped
from verhm.language import N_, _


@dataclass(frozen=True)
class Task:
    """One way of having somebody speak.

    Attributes:
        name: as it is kept with the session
        short: as it stands on its button
        prompts: what to ask, or to tell the person to do
        reads: whether the person reads the passage in the session's language, if there is one
    """

    name: str
    short: str
    prompts: tuple[str, ...]
    reads: bool = False


TASKS: Final = (
    Task(
        N_("Free speech"),
        N_("Free speech"),
        (
            N_("How has the past week been for you?"),
            N_("Tell me about a person you saw."),
            N_("What are the next days like?"),
        ),
    ),
    Task(
        N_("Reading"),
        N_("Reading"),
        (N_("Read any plain text in this language aloud, for about a minute."),),
        reads=True,
    ),
    Task(
        N_("Interview"),
        N_("Interview"),
        (
            N_("Record the person, not yourself: their microphone, or their side of the call."),
            N_("Other voices count as theirs."),
        ),
    ),
    Task(
        N_("Neutral baseline"),
        N_("Baseline"),
        (
            N_("Count from one to thirty, as if alone."),
            N_("Name the days and the months."),
            N_("Say what stands in this room."),
        ),
    ),
    Task(
        N_("Sustained vowel"),
        N_("Vowel"),
        (
            N_("Say “aah” evenly, as long as one breath lasts. Three times."),
            N_(
                "For your own ear and measures: kept as sound. The analysis looks for speech, and "
                "may find too little."
            ),
        ),
    ),
)

# Ours, and written to say nothing that moves anybody.
PASSAGES: Final = {
    "English": (
        "The market opens early on Saturdays. Farmers set out apples, bread and jars of honey, and "
        "the first buyers come with baskets before the sun is over the roofs. By ten o'clock the "
        "square is full. A clock strikes, a van is unloaded, somebody asks the way to the station. "
        "At noon the stalls are folded, the stones are swept, and the square is empty until the "
        "next week. On other days people only cross it. The postman comes at nine, a school class "
        "walks to the library, and in the afternoon a bus turns by the fountain. The shop at the "
        "corner sells paper, string and envelopes. Its owner sits by the window and writes down "
        "what is to be ordered. When it rains, the water runs along the kerb to the drain, and "
        "those who have no umbrella wait under the arches until it is over."
    ),
    "German": (
        "Am Samstag öffnet der Markt schon früh. Die Bauern legen Äpfel, Brot und Gläser mit Honig "
        "aus, und die ersten Leute kommen mit Körben, bevor die Sonne über den Dächern steht. Um "
        "zehn ist der Platz voll. Eine Uhr schlägt, ein Wagen wird entladen, jemand fragt nach dem "
        "Weg zum Bahnhof. Am Mittag werden die Stände abgebaut, die Steine gefegt, und der Platz "
        "ist leer bis zur nächsten Woche. An anderen Tagen gehen die Leute nur hinüber. Der "
        "Briefträger kommt um neun, eine Schulklasse läuft zur Bibliothek, und am Nachmittag "
        "wendet ein Bus beim Brunnen. Der Laden an der Ecke verkauft Papier, Schnur und "
        "Umschläge. Die Besitzerin sitzt am Fenster und schreibt auf, was zu bestellen ist. Wenn "
        "es regnet, läuft das Wasser am Rand entlang zum Gully, und wer keinen Schirm hat, wartet "
        "unter den Bögen, bis es vorbei ist."
    ),
    "French": (
        "Le samedi, le marché ouvre tôt. Les paysans disposent des pommes, du pain et des pots de "
        "miel, et les premiers clients arrivent avec leurs paniers avant que le soleil ne passe "
        "les toits. À dix heures, la place est pleine. Une horloge sonne, on décharge une "
        "camionnette, quelqu'un demande le chemin de la gare. À midi, on plie les étals, on balaie "
        "les pavés, et la place reste vide jusqu'à la semaine suivante. Les autres jours, on ne "
        "fait que la traverser. Le facteur passe à neuf heures, une classe va à la bibliothèque, "
        "et l'après-midi un autobus tourne près de la fontaine. La boutique du coin vend du "
        "papier, de la ficelle et des enveloppes. La patronne, assise à la fenêtre, note ce qu'il "
        "faut commander. Quand il pleut, l'eau coule le long du trottoir, et ceux qui n'ont pas de "
        "parapluie attendent sous les arcades que ce soit fini."
    ),
    "Spanish": (
        "Los sábados el mercado abre temprano. Los campesinos ponen manzanas, pan y tarros de "
        "miel, y los primeros clientes llegan con sus cestas antes de que el sol pase los tejados. "
        "A las diez la plaza está llena. Suena un reloj, descargan una furgoneta, alguien pregunta "
        "por la estación. Al mediodía recogen los puestos, barren las piedras, y la plaza queda "
        "vacía hasta la semana siguiente. Los demás días la gente solo la cruza. El cartero pasa a "
        "las nueve, una clase va a la biblioteca, y por la tarde un autobús da la vuelta junto a "
        "la fuente. La tienda de la esquina vende papel, cuerda y sobres. La dueña se sienta a la "
        "ventana y apunta lo que hay que pedir. Cuando llueve, el agua corre junto a la acera, y "
        "quien no tiene paraguas espera bajo los arcos hasta que pasa."
    ),
}


def prompts(name: str | None, language: str | None) -> str:
    """What the recorder shows while somebody speaks, as HTML; nothing for an unknown task.

    Args:
        name: of the task
        language: of the session
    """
    task = next((each for each in TASKS if each.name == name), None)
    if task is None:
        return ""
    passage = PASSAGES.get(language or "") if task.reads else None
    if passage is not None:
        return (
            f"<span class='label'>{_('Read aloud')}</span><p class='passage'>{escaped(passage)}</p>"
        )
    asked = "".join(f"<p>{escaped(_(each))}</p>" for each in task.prompts)
    return f"<span class='label'>{_('Prompts')}</span>{asked}"
