// On which day a file was recorded: as its name says, else the file itself.
const DAYS_IN_NAMES = [
  /(?<!\d)(?<year>(?:19|20)\d\d)[-_. ]?(?<month>[01]\d)[-_. ]?(?<day>[0-3]\d)(?!\d)/,
  /(?<!\d)(?<day>[0-3]?\d)\.(?<month>[01]?\d)\.(?<year>(?:19|20)\d\d)(?!\d)/,
];

const two = (number) => String(number).padStart(2, "0");
const written = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day as the app's other fields show it: 3 Sep 2027, or 03.09.2027. */
function typed(iso) {
  const [year, month, day] = iso.split("-");
  return document.documentElement.lang === "de" ? `${day}.${month}.${year}` : `${Number(day)} ${MONTHS[month - 1]} ${year}`;
}

/** A day in a file's name; null where there is no such one, or it is still to come. */
function dayInName(name) {
  for (const form of DAYS_IN_NAMES) {
    const { year, month, day } = name.match(form)?.groups ?? {};
    const text = `${year}-${two(month)}-${two(day)}`;
    if (year && written(new Date(`${text}T12:00`)) === text && text <= written(new Date())) return text;
  }
  return null;
}

/** The day of a recording, and in words what says so. */
function dayRecorded(file) {
  const named = dayInName(file.name);
  return named ? [typed(named), verhm.say("from its name")] : [typed(written(new Date(file.lastModified))), verhm.say("the file's own")];
}
