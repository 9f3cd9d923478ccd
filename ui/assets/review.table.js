/* The window table: only the rows that can be seen are on the page. */

const TABLE_SPARE = 6;

const tableTitles = () => [verhm.say("Start"), verhm.say("End"), verhm.say("Speech %"), "SNR dB", verhm.say("Top"), "p", verhm.say("Second"), "p", verhm.say("Status"), verhm.say("Your label"), verhm.say("Note")];
const TABLE_NUMBERS = new Set([2, 3, 5, 7]);
const TABLE_WIDTHS = [8, 8, 8.5, 8, 11, 5, 11, 5, 13, 10.5, 12]; // percent

function tableHead() {
  return tableTitles().map((name, column) =>
    `<th scope="col" style="width:${TABLE_WIDTHS[column]}%"${TABLE_NUMBERS.has(column) ? ' class="num"' : ""}>${name}</th>`).join("");
}

function emotionCells(model, index) {
  if (!model.hasResult(index)) return `<td class="nores" colspan="4"><span>${verhm.say("no result")}</span></td>`;
  const [top, second] = model.ranking(index);
  const cells = (row, strong) => {
    const p = probabilityText(model.probabilities[row][index]);
    const label = model.labels[row];
    return `<td><span class="emo">${markSvg(label)}${named(label)}</span></td>` +
      `<td class="num">${strong ? `<b>${p}</b>` : p}</td>`;
  };
  return cells(top, true) + cells(second, false);
}

/** Where a label was given that is of no window of this run: on which other run, and of what. */
function givenOn(said, runs) {
  const isWhole = (number) => Math.abs(number - Math.round(number)) < 0.01;
  const run = runs.find(({ window, hop }) => Math.abs(said.end - said.start - window) < 0.01 && isWhole(said.start / hop));
  const stretch = stretchText(said);
  return run ? verhm.say("Run {number}: {stretch}", { number: run.number, stretch }) : verhm.say("Another run: {stretch}", { stretch });
}

/** What the clinician says of a window, beside what the model found. */
function saidCells(model, index, runs) {
  const said = model.said(index), others = model.saidElsewhere(index);
  if (others.length) {
    const names = others.map(({ label }) => named(label)).join(", ");
    const marks = others.map(({ label }) => (model.labels.includes(label) ? markSvg(label) : "") + named(label)).join(" ");
    const words = others.map((other) => [givenOn(other, runs), other.text].filter(Boolean).join(" · "));
    const where = escapeText([said?.text, ...words].filter(Boolean).join("; "));
    return `<td class="muted" title="${names}"><span class="emo">${marks}</span></td><td class="muted" title="${where}">${where}</td>`;
  }
  const [top] = model.hasResult(index) ? model.ranking(index) : [];
  const agrees = said?.label && said.label === model.labels[top];
  const mark = model.labels.includes(said?.label) ? markSvg(said.label) : "";
  const label = said?.label ? `<span class="emo">${mark}${agrees ? verhm.say("Agree") : named(said.label)}</span>` : "–";
  const text = escapeText(said?.text || "–");
  return `<td title="${said?.label ? named(said.label) : ""}">${label}</td><td title="${text}">${text}</td>`;
}

function tableRow(model, index, number, runs) {
  const snr = model.snr[index];
  const status = model.hasResult(index) ? verhm.say("OK") : capitalised(model.reason(index));
  return `<tr data-index="${index}" aria-rowindex="${number + 2}">` +
    `<td><button type="button" class="rv-go" tabindex="-1" aria-label="${verhm.say("Go to {time}", { time: clockText(model.starts[index], true) })}">${clockText(model.starts[index], true)}</button></td>` +
    `<td>${clockText(model.ends[index], true)}</td><td class="num">${model.speech[index]}</td>` +
    `<td class="num">${snr === null ? "–" : String(snr).replace("-", "−")}</td>` +
    `${emotionCells(model, index)}<td title="${escapeText(model.meaning(index))}">${escapeText(status)}</td>${saidCells(model, index, runs)}</tr>`;
}

/** Builds the table inside `root`; `runs` are the session's, onSelect(index) is called for a chosen row. */
function makeTable(root, model, runs, onSelect) {
  const scroller = root.querySelector(".rv-scroll");
  const body = scroller.querySelector("tbody");
  const all = model.starts.map((_, index) => index);
  const chosen = {
    all: () => all,
    gaps: () => all.filter((index) => !model.hasResult(index)),
    said: () => all.filter((index) => model.said(index) || model.saidElsewhere(index).length),
  };
  const nothing = { gaps: verhm.say("Every window has a result."), said: verhm.say("You have said nothing of a window yet.") };
  let rows = all;
  let filtered = "all";
  let selected = -1;
  let stop = 0; // window of the one row that the Tab key comes to, as there may be thousands
  let drawn = "";
  const rowHeight = () => parseFloat(getComputedStyle(scroller).getPropertyValue("--row"));

  function draw() {
    const height = rowHeight();
    const visible = Math.ceil(scroller.clientHeight / height) + 2 * TABLE_SPARE;
    const first = Math.max(0, Math.floor(scroller.scrollTop / height) - TABLE_SPARE);
    const last = Math.min(rows.length, first + visible);
    const key = `${height} ${rows.length} ${first} ${last}`;
    if (key !== drawn) write(first, last, height);
    drawn = key;
    mark();
    offer();
  }
  function write(first, last, height) {
    const space = (count) => (count ? `<tr aria-hidden="true" class="rv-space" style="height:${count * height}px"><td colspan="11"></td></tr>` : "");
    const content = rows.slice(first, last)
      .map((index, number) => tableRow(model, index, first + number, runs)).join("");
    const held = body.contains(document.activeElement) && document.activeElement.closest("tr").dataset.index;
    body.innerHTML = rows.length
      ? space(first) + content + space(rows.length - last)
      : `<tr><td colspan="11" class="muted">${nothing[filtered]}</td></tr>`;
    if (held) (button(held) ?? scroller).focus({ preventScroll: true }); // else the keyboard is back at the top
  }
  const button = (index) => body.querySelector(`[data-index="${index}"] .rv-go`);
  function offer() {
    for (const each of body.querySelectorAll('.rv-go[tabindex="0"]')) each.tabIndex = -1;
    const place = button(stop) ?? body.querySelector(".rv-go");
    if (place) place.tabIndex = 0;
  }
  function mark() {
    const before = body.querySelector(".selected");
    const now = body.querySelector(`[data-index="${selected}"]`);
    if (before === now) return;
    before?.classList.remove("selected");
    before?.removeAttribute("aria-current");
    now?.classList.add("selected");
    now?.setAttribute("aria-current", "true");
  }
  /** Mark the row at the playhead and keep it in sight. */
  function follow(index) {
    if (index === selected) return;
    selected = stop = index;
    const place = rows === all ? index : rows.indexOf(index);
    if (place >= 0) {
      const height = rowHeight();
      const top = place * height;
      const room = scroller.clientHeight - 2 * height;
      if (top < scroller.scrollTop || top > scroller.scrollTop + room - height) {
        scroller.scrollTop = Math.max(0, top - 2 * height);
      }
    }
    draw();
  }
  function filter(name) {
    filtered = name;
    rows = chosen[name]();
    for (const each of root.querySelectorAll("[data-filter]")) {
      const isOn = each.dataset.filter === name;
      each.classList.toggle("on", isOn);
      each.setAttribute("aria-pressed", String(isOn));
    }
    scroller.querySelector("table").setAttribute("aria-rowcount", rows.length + 1);
    scroller.scrollTop = 0;
    const now = selected;
    selected = -1;
    drawn = "";
    follow(now);
  }
  /** What the clinician said is another now. */
  function refresh() {
    const top = scroller.scrollTop;
    filter(filtered);
    scroller.scrollTop = top;
    for (const name of ["gaps", "said"]) {
      root.querySelector(`[data-count="${name}"]`).textContent = chosen[name]().length;
    }
  }
  scroller.addEventListener("scroll", () => requestAnimationFrame(draw));
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-index]");
    if (row) onSelect(Number(row.dataset.index));
  });
  body.addEventListener("focusin", (event) => {
    stop = Number(event.target.closest("tr").dataset.index);
    offer();
  });
  body.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = Number(event.target.closest("tr").dataset.index);
    const next = step && button(rows[rows.indexOf(here) + step]);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  for (const each of root.querySelectorAll("[data-filter]")) {
    each.addEventListener("click", () => filter(each.dataset.filter));
  }
  refresh();
  return { follow, draw, refresh };
}
