// On which day a file was recorded: as its name says, else the recording itself, else the file.
const DAYS_IN_NAMES = [
  /(?<!\d)(?<year>(?:19|20)\d\d)[-_. ]?(?<month>[01]\d)[-_. ]?(?<day>[0-3]\d)(?!\d)/,
  /(?<!\d)(?<day>[0-3]?\d)\.(?<month>[01]?\d)\.(?<year>(?:19|20)\d\d)(?!\d)/,
];
const EPOCH = Date.UTC(1904, 0, 1); // from which the times of MP4 count
const ORIGIN = 320; // where in a chunk "bext" (EBU Tech 3285) the day stands, as 2026-11-30

const two = (number) => String(number).padStart(2, "0");
const written = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const today = () => written(new Date());

/** A day as a date field holds it; null where there is no such one, or it is still to come. */
function dayOf(year, month, day) {
  const text = `${year}-${two(Number(month))}-${two(Number(day))}`;
  const isReal = written(new Date(`${text}T12:00`)) === text;
  return isReal && text <= today() ? text : null;
}

/** What somebody wrote as a day, as the app keeps it; null where it could be none, or more than one. */
function dayWritten(text) {
  const [, year, month, day] = text.trim().match(/^(\d{4})-(\d\d)-(\d\d)$/) ?? [];
  if (year) return dayOf(year, month, day);
  const [, first, second, last] = text.trim().match(/^(\d\d?)\.(\d\d?)\.(\d{4})$/) ?? [];
  return last ? dayOf(last, second, first) : null;
}

function dayInName(name) {
  for (const form of DAYS_IN_NAMES) {
    const { year, month, day } = name.match(form)?.groups ?? {};
    const found = year && dayOf(year, month, day);
    if (found) return found;
  }
  return null;
}

const piece = async (file, from, length) => new DataView(await file.slice(from, from + length).arrayBuffer());
const letters = (view, from, count) => String.fromCharCode(...new Uint8Array(view.buffer, from, count));

/** Where the content of a part of a file is, which has its length and its name before it. */
async function findPart(file, name, from, to, read) {
  for (let at = from; at + 8 <= to;) {
    const { head, length, title } = read(await piece(file, at, 16));
    if (title === name) return [at + head, Math.min(to, at + length)];
    if (length < head) return null; // damaged
    at += length;
  }
  return null;
}

function readBox(view) {
  const isLong = view.getUint32(0) === 1;
  const length = isLong ? Number(view.getBigUint64(8)) : view.getUint32(0) || Infinity;
  return { head: isLong ? 16 : 8, length, title: letters(view, 4, 4) };
}

function readChunk(view) {
  const length = view.getUint32(4, true);
  return { head: 8, length: 8 + length + (length % 2), title: letters(view, 0, 4) };
}

async function dayInMovie(file) {
  const movie = await findPart(file, "moov", 0, file.size, readBox);
  const header = movie && (await findPart(file, "mvhd", ...movie, readBox));
  if (!header) return null;
  const view = await piece(file, header[0], 12);
  const seconds = view.getUint8(0) ? Number(view.getBigUint64(4)) : view.getUint32(4);
  const date = new Date(EPOCH + 1000 * seconds);
  return seconds ? dayOf(date.getFullYear(), date.getMonth() + 1, date.getDate()) : null;
}

async function dayInWave(file) {
  const note = await findPart(file, "bext", 12, file.size, readChunk);
  if (!note) return null;
  const text = letters(await piece(file, note[0] + ORIGIN, 10), 0, 10);
  const [, year, month, day] = text.match(/^(\d{4}).(\d\d).(\d\d)$/) ?? [];
  return year ? dayOf(year, month, day) : null;
}

/** The day of a recording, and in words what says so. */
async function dayRecorded(file) {
  const named = dayInName(file.name);
  if (named) return [named, verhm.say("from its name")];
  const look = /\.wav$/i.test(file.name) ? dayInWave : /\.(m4a|mp4|mov)$/i.test(file.name) ? dayInMovie : null;
  // A file that cannot be read, or is not what its name says, is found out when it is sent.
  const told = look && (await look(file).catch(() => null));
  return told ? [told, verhm.say("from the recording")] : [written(new Date(file.lastModified)), verhm.say("the file's own")];
}
