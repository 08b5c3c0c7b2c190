// The page: tables and charts over the data inside it. Everything shown obeys `state`; `render` draws it all again.
"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const KINDS = ["artist", "song", "album"];
const PLURAL = { artist: "artists", song: "songs", album: "albums" };
const PAGES = { artist: "artist", song: "track", album: "album" };
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const SPOTIFY = "https://open.spotify.com/";
const DAY = 86_400_000;

const heard = D.accounts.length > 0;
const periodNumber = new Map((D.periods ?? []).map((name, number) => [name, number]));
const years = (D.periods ?? []).filter((name) => name.length === 4);
const months = (D.periods ?? []).filter((name) => name.length === 7);
const hasMinutes = heard && D.figures.some((row) => row[4] > 0);
const state = { account: 0, year: "", month: "", measure: hasMinutes ? "minutes" : "plays", picked: null };

// --- small helpers ---------------------------------------------------------------------------------------------------

/** Make an element; text is always text. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

const number = new Intl.NumberFormat("en");
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const show = (value) => value == null ? "–" : number.format(Math.round(value));
const showMinutes = (value) => value == null ? "–" : value < 10 ? tenths.format(value) : number.format(Math.round(value));
const many = (count, name) => `${show(count)} ${name}${count === 1 ? "" : "s"}`;
const utc = (day) => new Date(`${day}T00:00:00Z`);
const period = () => state.month || state.year;
const inPeriod = (text) => text.startsWith(period());
const measured = (plays, minutes) => (state.measure === "minutes" ? minutes ?? 0 : plays);
const showDay = (day) => `${+day.slice(8, 10)} ${MONTHS[day.slice(5, 7) - 1].slice(0, 3)} ${day.slice(0, 4)}`;
const showPeriod = (name) => name.length === 7 ? `${MONTHS[name.slice(5) - 1]} ${name.slice(0, 4)}` : name;
const whenText = () => period() ? `in ${showPeriod(period())}` : "in all the years known";
const mine = (account) => state.account === 0 || account === D.accounts[state.account];

/** Return the rows of the account, by its number in the first column. */
const ofAccount = (rows) => rows.filter((row) => row[0] === state.account);

/** Add rows up by a key; each row gives its plays and minutes. */
function addUp(rows, key, plays, minutes) {
  const sums = new Map();
  for (const row of rows) {
    const sum = sums.get(row[key]) ?? [row[key], 0, 0];
    sum[1] += row[plays];
    sum[2] += row[minutes] ?? 0;
    sums.set(row[key], sum);
  }
  return [...sums.values()];
}

/** Return every month from the first to the last, also those without a play. */
function monthsBetween(first, last) {
  const all = [];
  for (let at = first; at <= last; ) {
    all.push(at);
    const [year, month] = at.split("-").map(Number);
    at = month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, "0")}`;
  }
  return all;
}

/** Return the months that the time charts cover. */
function monthsShown() {
  if (state.year) return monthsBetween(`${state.year}-01`, `${state.year}-12`);
  return months.length ? monthsBetween(months[0], months[months.length - 1]) : [];
}

// --- building blocks -------------------------------------------------------------------------------------------------

const main = document.getElementById("main");
const empty = (sentence) => el("p", { class: "empty" }, sentence);

/** Make a card: a title, a line below it, and what `fill` gives, which is drawn again whenever the state changes. */
const cards = [];
function card(grid, id, title, note, fill, size = "") {
  const body = el("div");
  const line = el("p", { class: "note" });
  const frame = el("section", { class: `card ${size}`, id, "aria-labelledby": `${id}-title` },
    el("h3", { id: `${id}-title` }, title), line, body);
  grid.append(frame);
  cards.push({ frame, draw() {
    const giveBack = focusIn(body);
    line.textContent = typeof note === "function" ? note() : note;
    line.hidden = !line.textContent;
    body.replaceChildren(...[fill(body)].flat().filter(Boolean));
    giveBack(body);
  } });
}

/** Remember which button of a card has the focus; return what gives it back after the card is drawn again. */
function focusIn(body) {
  const label = body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  return (again) => label && [...again.querySelectorAll("[data-key]")].find((it) => it.dataset.key === label)?.focus({ preventScroll: true });
}

/** Make a table whose columns can be sorted. A column: name, value of a row, and how it is shown. */
const tables = new Map();
function table(label, columns, rows, options = {}) {
  // How a reader sorted a table, and that all of it is shown, outlives its being drawn again.
  if (!tables.has(label)) tables.set(label, { sorted: { column: null, down: true }, shown: { count: options.first ?? Infinity } });
  const { sorted, shown } = tables.get(label);
  const frame = el("div");
  function draw() {
    const kept = focusIn(frame);
    const order = [...rows];
    if (columns[sorted.column]?.value) {
      const value = columns[sorted.column].value;
      order.sort((a, b) => compare(value(a), value(b)) * (sorted.down ? -1 : 1));
    }
    const head = columns.map((column, at) => {
      if (!column.value) return el("th", { scope: "col", class: column.class }, column.name || el("span", { class: "skip" }, column.label ?? ""));
      const state = sorted.column === at ? (sorted.down ? "descending" : "ascending") : "none";
      return el("th", { scope: "col", class: column.class, "aria-sort": state },
        el("button", { type: "button", "data-key": `sort ${column.name}`, onclick: () => {
          sorted.down = sorted.column === at ? !sorted.down : column.class?.includes("number") ?? false;
          sorted.column = at;
          draw();
        } }, column.name));
    });
    const body = order.slice(0, shown.count).map((row, at) => el("tr", { class: options.on?.(row) ? "on" : null },
      columns.map((column) => el("td", { class: column.class, dir: column.value && !/number|date/.test(column.class ?? "") ? "auto" : null }, column.show(row, at)))));
    frame.replaceChildren(
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${label}` },
        el("table", { class: options.class }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body))));
    if (rows.length > shown.count) {
      frame.append(el("button", { type: "button", class: "more", "data-key": `all ${label}`, onclick: () => { shown.count = Infinity; draw(); } },
        `Show all ${show(rows.length)}`));
    }
    kept(frame);
  }
  draw();
  return frame;
}

function compare(a, b) {
  if (a == null || b == null) return (a == null ? -1 : 0) - (b == null ? -1 : 0);
  return typeof a === "string" ? a.localeCompare(b) : a - b;
}

const textColumn = (name, value, more = "") => ({ name, value, class: more || undefined, show: (row) => value(row) ?? "–" });
const numberColumn = (name, value, more = "") => ({ name, value, class: `number ${more}`, show: (row) => show(value(row)) });
const minuteColumn = (name, value, more = "") => ({ name, value, class: `number ${more}`, show: (row) => showMinutes(value(row)) });
const dateColumn = (name, value, more = "") => ({ name, value, class: `date ${more}`, show: (row) => value(row) ?? "–" });
function barColumn(rows, value) {
  return { name: "", label: "share", class: "bar", show: (row) => bar(rows, value, row) };
}

/** Return a bar as long as a row's share of the greatest. */
function bar(rows, value, row) {
  const most = Math.max(...rows.map(value), 0);
  return el("i", { class: "bar", style: `width:${most ? (100 * value(row)) / most : 0}%` });
}

/** Return a name that leads to Spotify, where its id is known and addresses may be shown. */
function linked(kind, name, id) {
  const text = name || "unnamed";
  return id && D.links ? el("a", { href: SPOTIFY + PAGES[kind] + "/" + encodeURIComponent(id), rel: "noreferrer" }, text) : text;
}

/** Return a thing heard: cover, name that picks it, whose it is, and the way to Spotify. */
function thing(kind, entity) {
  const [name, owner, id, cover] = D.names[kind][entity];
  const isOn = state.picked?.kind === kind && state.picked.entity === entity;
  return el("div", { class: "thing" },
    cover && navigator.onLine ? el("img", { src: cover, alt: "", loading: "lazy", width: 40, height: 40, onload: (event) => event.target.classList.add("on"), onerror: (event) => event.target.remove() }) : null,
    el("div", {},
      el("button", { type: "button", class: "name", "data-key": `${kind} ${entity}`, dir: "auto", title: name, "aria-pressed": String(isOn),
        onclick: () => set({ picked: isOn ? null : { kind, entity } }) }, name || "unnamed"),
      owner && (owner !== name || kind !== "artist") ? el("div", { class: "by", dir: "auto", title: owner }, owner) : null),
    id && D.links ? el("a", { class: "out", href: SPOTIFY + PAGES[kind] + "/" + encodeURIComponent(id), rel: "noreferrer", "aria-label": `${name || "unnamed"} on Spotify` }, "↗") : null);
}

/** Draw a chart as wide as its card. To a screen reader it is one picture; the table below it holds its numbers. */
const opened = new Set();
function chart(body, label, draw, numbers) {
  const width = Math.max(240, Math.floor(body.clientWidth || 300));
  const card = body.closest(".card").id;
  const svg = draw(width);
  svg.setAttribute("aria-hidden", "true");
  const details = el("details", { open: opened.has(card), ontoggle: () => {
    if (details.open) opened.add(card); else opened.delete(card);
    if (details.open && details.children.length === 1) details.append(numbers());
  } }, el("summary", {}, "The numbers"));
  return [
    el("div", { class: "chart", role: "img", "aria-label": `Chart: ${label}. Its numbers are in the table below.` }, svg),
    details,
  ];
}

/** Let the marks of a chart be clicked; `act` gets what a mark is of. */
function clickable(svg, selector, rows, act) {
  d3.select(svg).selectAll(selector).classed("click", true).on("click", (event, index) => {
    const row = rows[Array.isArray(index) ? index[0] : index];
    if (row) act(row);
  });
}

const plot = (width, options) => Plot.plot({ width, style: { background: "none", overflow: "visible" }, ...options });
const quiet = { tickSize: 0, label: null };
const few = (width) => (width < 480 ? 4 : 8);

// --- what was heard --------------------------------------------------------------------------------------------------

const figuresOf = (name, account = state.account) => {
  const row = D.figures.find((row) => row[0] === account && D.periods[row[1]] === name);
  return row && { plays: row[2], skips: row[3], minutes: row[4], estimated: row[5], songs: row[6], artists: row[7], albums: row[8], days: row[9] };
};

/** Return the leaders of a kind in the period, in the order of the measure. */
function leadersOf(kind, name = period(), measure = state.measure) {
  const at = periodNumber.get(name);
  const rows = D.leaders[kind].filter((row) => row[0] === state.account && row[1] === at);
  const most = name.length === 0 ? 50 : name.length === 4 ? 15 : 10;
  // They come in the order of their time, which is known more exactly than the minutes here are.
  if (measure === "plays") rows.sort((a, b) => b[3] - a[3]);
  return rows.slice(0, most);
}

const daysShown = () => D.days.filter((row) => row[0] === state.account && inPeriod(row[1]));

/** Return the runs of days in a row with a play, the longest first. */
function streaksOf(days) {
  const runs = [];
  let last = null;
  for (const row of days) {
    if (!row[2]) continue;
    const at = utc(row[1]).getTime();
    if (last && at - last.at === DAY) { last.to = row[1]; last.days += 1; last.at = at; }
    else { last = { from: row[1], to: row[1], days: 1, at }; runs.push(last); }
  }
  return runs.sort((a, b) => b.days - a.days || (a.from < b.from ? 1 : -1));
}

/** Return how much of the picked thing was heard in each month. */
function pickedMonths() {
  const sums = new Map();
  if (!state.picked) return sums;
  const row = D.series[state.picked.kind].find((row) => row[0] === state.account && row[1] === state.picked.entity) ?? [];
  for (let at = 2; at < row.length; at += 3) sums.set(D.periods[row[at]], measured(row[at + 1], row[at + 2]));
  return sums;
}

function drawHero(body) {
  const figures = figuresOf(period());
  if (!figures) return [el("p", { class: "hero", role: "status" }, `No play is known ${whenText()}.`)];
  const who = state.account ? `${D.accounts[state.account]} heard` : D.accounts.length > 1 ? "all accounts heard" : "you heard";
  const time = period() ? `In ${showPeriod(period())} ${who} ` : `${who[0].toUpperCase()}${who.slice(1)} `;
  const days = daysShown();
  const streak = streaksOf(days)[0];
  const heardTime = hasMinutes && figures.minutes != null
    ? [el("strong", { id: "hero-minutes" }, `${showMinutes(figures.minutes)} minutes`), ` of music: `] : [];
  const top = leadersOf("artist")[0];
  const tiles = [
    ["plays", show(figures.plays)], ["artists", show(figures.artists)], ["songs", show(figures.songs)], ["albums", show(figures.albums)],
    ["days with music", show(figures.days)], ["longest streak, in days", show(streak?.days ?? 0)],
  ];
  if (hasSkips()) tiles.push(["of all starts skipped", `${tenths.format((100 * figures.skips) / Math.max(figures.plays + figures.skips, 1))} %`]);
  return [
    el("p", { class: "hero", role: "status" }, time, heardTime, el("strong", {}, many(figures.plays, "play")), " of ", many(figures.songs, "song"), " by ", many(figures.artists, "artist"),
      top ? [", most of all ", el("strong", { dir: "auto" }, D.names.artist[top[2]][0] || "unnamed")] : null, "."),
    figures.estimated ? el("p", { class: "note" }, `${figures.estimated === figures.minutes ? "The minutes are" : `${showMinutes(figures.estimated)} of the minutes are`} estimated: Spotify's recently played does not say how long a song was heard, so its whole length counts.`) : null,
    el("dl", { class: "tiles" }, tiles.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", { "data-figure": name }, value)))),
  ];
}

const hasSkips = () => D.days.some((row) => row[3] > 0);

function drawLeaders(kind) {
  return () => {
    const rows = leadersOf(kind);
    if (!rows.length) return empty(`No ${PLURAL[kind]} are known ${whenText()}.`);
    const value = (row) => measured(row[3], row[5]);
    const columns = [
      { name: "", label: "place", class: "rank", show: (row, at) => String(at + 1) },
      { ...textColumn(kind, (row) => D.names[kind][row[2]][0] ?? "", "what"), show: (row) => [thing(kind, row[2]), bar(rows, value, row)] },
      hasMinutes ? minuteColumn("minutes", (row) => row[5], state.measure === "minutes" ? "" : "wide") : null,
      numberColumn("plays", (row) => row[3], state.measure === "plays" ? "" : "wide"),
    ].filter(Boolean);
    return table(`most heard ${PLURAL[kind]}`, columns, rows, {
      first: 10, class: "leaders", on: (row) => state.picked?.kind === kind && state.picked.entity === row[2],
    });
  };
}

/** Return the days of the period, from the first with a play where no month is chosen, each with what was heard. */
function daysOfPeriod() {
  const days = new Map(daysShown().map((row) => [row[1], row]));
  const inMonth = state.month ? [utc(`${state.month}-01`), d3.utcMonth.offset(utc(`${state.month}-01`), 1)] : null;
  const [first, end] = inMonth ?? [utc([...days.keys()][0]), d3.utcDay.offset(utc([...days.keys()].at(-1)), 1)];
  return d3.utcDays(first, end).map((date) => {
    const at = date.toISOString().slice(0, 10);
    const row = days.get(at);
    return { at, date, plays: row?.[2] ?? 0, minutes: row?.[4] ?? 0 };
  });
}

/** Return the months of the period, each with what was heard. */
function monthsOfPeriod() {
  const figures = new Map(ofAccount(D.figures).map((row) => [D.periods[row[1]], row]));
  return monthsShown().map((at) => ({ at, date: utc(`${at}-01`), plays: figures.get(at)?.[2] ?? 0, minutes: figures.get(at)?.[4] ?? 0 }));
}

/** Say whether so little time is known that its days are drawn, not its months. */
const isShort = () => Boolean(state.month) || (daysShown().length > 0 && months.length < 4);

function drawTimeline(body) {
  if (!daysShown().length) return empty(`No play is known ${whenText()}.`);
  const picked = pickedMonths();
  const byDay = isShort();
  const rows = byDay ? daysOfPeriod() : monthsOfPeriod();
  for (const row of rows) { row.value = measured(row.plays, row.minutes); row.part = byDay ? 0 : picked.get(row.at) ?? 0; }
  if (!rows.some((row) => row.value)) return empty(`No play is known ${whenText()}.`);
  const name = state.picked && D.names[state.picked.kind][state.picked.entity][0];
  return chart(body, `${state.measure} over time`, (width) => {
    const interval = byDay ? "day" : "month";
    const svg = plot(width, {
      height: 240, marginLeft: 48, marginRight: 8,
      x: { ...quiet, type: "utc", ticks: Math.min(few(width), rows.length) }, y: { ...quiet, grid: true, ticks: 4, tickFormat: "~s", insetTop: 8, label: null },
      marks: [
        Plot.rectY(rows, { x: "date", y: "value", interval, fill: "var(--accent)", inset: rows.length > 60 ? .3 : 1, rx: 2 }),
        picked.size && !byDay ? Plot.rectY(rows.filter((row) => row.part), { x: "date", y: "part", interval, fill: "var(--mark)", inset: rows.length > 60 ? .3 : 1, rx: 2 }) : null,
        Plot.ruleY([0], { stroke: "var(--line)" }),
        Plot.tip(rows, Plot.pointerX({ x: "date", y: "value", interval, title: (row) =>
          `${byDay ? showDay(row.at) : showPeriod(row.at)}\n${hasMinutes ? `${showMinutes(row.minutes)} minutes, ` : ""}${many(row.plays, "play")}${row.part ? `\n${name}: ${showMinutes(row.part)} ${state.measure}` : ""}` })),
      ],
    });
    if (!byDay) clickable(svg, "g[aria-label=rect] rect", rows, (row) => months.includes(row.at) && set({ year: row.at.slice(0, 4), month: row.at }));
    return svg;
  }, () => table("plays over time", [
    dateColumn(byDay ? "day" : "month", (row) => row.at), hasMinutes ? minuteColumn("minutes", (row) => row.minutes) : null, numberColumn("plays", (row) => row.plays),
    picked.size && !byDay ? minuteColumn(`${state.measure} of ${name}`, (row) => row.part) : null,
  ].filter(Boolean), rows));
}

function drawClock(body) {
  const slots = d3.range(168).map((slot) => ({ slot, day: WEEKDAYS[Math.floor(slot / 24)], hour: slot % 24, plays: 0, minutes: 0 }));
  for (const row of ofAccount(D.clock)) {
    if (!inPeriod(D.periods[row[1]])) continue;
    for (let at = 2; at < row.length; at += 3) {
      slots[row[at]].plays += row[at + 1];
      slots[row[at]].minutes += row[at + 2] ?? 0;
    }
  }
  const rows = slots.map((slot) => ({ ...slot, value: measured(slot.plays, slot.minutes) }));
  if (!rows.some((row) => row.value)) return empty(`No play is known ${whenText()}.`);
  return chart(body, "hours of the week", (width) => plot(width, {
    height: Math.min(250, Math.max(170, width / 2.6)), marginLeft: 38, marginBottom: 26, marginTop: 4, marginRight: 2, padding: .08,
    x: { ...quiet, ticks: [0, 6, 12, 18, 23], tickFormat: (hour) => `${hour}:00`, domain: d3.range(24) }, y: { ...quiet, domain: WEEKDAYS },
    opacity: { type: "sqrt", range: [.06, 1] },
    marks: [
      Plot.cell(rows, { x: "hour", y: "day", fill: "var(--accent)", fillOpacity: "value", rx: 2 }),
      Plot.tip(rows, Plot.pointer({ x: "hour", y: "day", title: (row) => `${row.day} ${row.hour}:00\n${hasMinutes ? `${showMinutes(row.minutes)} minutes, ` : ""}${many(row.plays, "play")}` })),
    ],
  }), () => table("plays by weekday and hour", [
    textColumn("weekday", (row) => row.day), numberColumn("hour", (row) => row.hour), hasMinutes ? minuteColumn("minutes", (row) => row.minutes) : null, numberColumn("plays", (row) => row.plays),
  ].filter(Boolean), rows.filter((row) => row.plays)));
}

const calendarYear = () => state.year || years[years.length - 1];

function drawCalendar(body) {
  const year = calendarYear();
  const rows = ofAccount(D.days).filter((row) => row[1].startsWith(year)).map((row) => ({
    at: row[1], date: utc(row[1]), value: measured(row[2], row[4]), plays: row[2], minutes: row[4], song: D.names.song[row[5]],
  }));
  if (!rows.length) return empty(`No play is known in ${year}.`);
  const start = utc(`${year}-01-01`);
  const week = (date) => d3.utcMonday.count(d3.utcYear(start), date);
  const all = d3.utcDays(start, utc(`${+year + 1}-01-01`)).map((date) => ({ date }));
  return chart(body, `calendar of ${year}`, (width) => {
    const svg = plot(width, {
      height: Math.max(92, (width - 36) / 53 * 7 + 26), marginLeft: 34, marginRight: 2, marginTop: 20, marginBottom: 4, padding: .12,
      x: { axis: null, domain: d3.range(54) }, y: { ...quiet, domain: d3.range(7), tickFormat: (day) => day % 2 ? "" : WEEKDAYS[day] },
      opacity: { type: "sqrt", range: [.12, 1] },
      marks: [
        Plot.cell(all, { x: (row) => week(row.date), y: (row) => (row.date.getUTCDay() + 6) % 7, fill: "var(--raised)", rx: 2 }),
        Plot.cell(rows, { x: (row) => week(row.date), y: (row) => (row.date.getUTCDay() + 6) % 7, fill: "var(--accent)", fillOpacity: "value", rx: 2 }),
        Plot.text(d3.utcMonths(start, utc(`${+year + 1}-01-01`)), { x: (date) => week(d3.utcMonday.ceil(date)), frameAnchor: "top", dy: -16, textAnchor: "start", text: (date) => width < 480 ? MONTHS[date.getUTCMonth()][0] : MONTHS[date.getUTCMonth()].slice(0, 3) }),
        Plot.tip(rows, Plot.pointer({ x: (row) => week(row.date), y: (row) => (row.date.getUTCDay() + 6) % 7, title: (row) =>
          `${showDay(row.at)}\n${hasMinutes ? `${showMinutes(row.minutes)} minutes, ` : ""}${many(row.plays, "play")}\nmost: ${row.song[0] ?? "unnamed"}` })),
      ],
    });
    clickable(svg, "g[aria-label=cell]:nth-of-type(n + 2) rect", rows, (row) => set({ year: row.at.slice(0, 4), month: row.at.slice(0, 7) }));
    return svg;
  }, () => table(`days of ${year}`, [
    dateColumn("day", (row) => row.at), hasMinutes ? minuteColumn("minutes", (row) => row.minutes) : null, numberColumn("plays", (row) => row.plays),
    textColumn("most heard song", (row) => row.song[0]),
  ].filter(Boolean), rows));
}

function drawDiscoveries(body) {
  const known = new Map(ofAccount(D.discoveries).map((row) => [D.periods[row[1]], row]));
  const rows = monthsShown().filter((at) => inPeriod(at)).map((at) => ({ at, date: utc(`${at}-01`), all: known.get(at)?.[2] ?? 0, stayed: known.get(at)?.[3] ?? 0 }));
  if (!rows.some((row) => row.all)) return empty(`No artist was new ${whenText()}.`);
  const inset = rows.length > 60 ? .3 : 1;
  const isBand = rows.length <= 6;
  const x = isBand ? (row) => showPeriod(row.at).replace(/^(...)\S*/, "$1") : "date";
  const barOf = (y, fill) => isBand ? Plot.barY(rows, { x, y, fill, rx: 2 }) : Plot.rectY(rows, { x, y, interval: "month", fill, inset, rx: 2 });
  const label = { x, y: "all", title: (row) => `${showPeriod(row.at)}\n${many(row.all, "new artist")}, ${show(row.stayed)} stayed` };
  return [el("ul", { class: "legend" }, el("li", {}, el("i", { style: "background:var(--accent)" }), "heard again 30 days later or more"), el("li", {}, el("i", { style: "background:var(--accent-soft)" }), "not heard again since")),
    ...chart(body, "new artists per month", (width) => plot(width, {
      height: 200, marginLeft: 40, marginRight: 8, x: isBand ? { ...quiet, padding: .3, domain: rows.map(x) } : { ...quiet, type: "utc", ticks: few(width) }, y: { ...quiet, grid: true, ticks: 4 },
      marks: [
        barOf("all", "var(--accent-soft)"), barOf("stayed", "var(--accent)"),
        Plot.ruleY([0], { stroke: "var(--line)" }),
        Plot.tip(rows, Plot.pointerX(isBand ? label : { ...label, interval: "month" })),
      ],
    }), () => table("new artists per month", [dateColumn("month", (row) => row.at), numberColumn("new artists", (row) => row.all), numberColumn("stayed", (row) => row.stayed)], rows))];
}

function drawSkips(body) {
  if (!hasSkips()) return empty("No skip is known. An account's export says how long each play was; less than 30 seconds is a skip.");
  const known = new Map(ofAccount(D.figures).map((row) => [D.periods[row[1]], row]));
  const rows = monthsShown().map((at) => {
    const row = known.get(at);
    return { at, date: utc(`${at}-01`), share: row && row[2] + row[3] ? row[3] / (row[2] + row[3]) : null, skips: row?.[3] ?? 0 };
  });
  if (!rows.some((row) => row.share != null)) return empty(`No play is known ${whenText()}.`);
  return [...chart(body, "share of skips per month", (width) => plot(width, {
    height: 170, marginLeft: 44, marginRight: 12, x: { ...quiet, type: "utc", ticks: few(width) }, y: { ...quiet, grid: true, ticks: 4, percent: true, zero: true, tickFormat: (value) => `${value} %` },
    marks: [
      state.month ? Plot.ruleX([utc(`${state.month}-01`)], { stroke: "var(--mark)", strokeWidth: 2 }) : null,
      Plot.lineY(rows, { x: "date", y: "share", stroke: "var(--accent)", strokeWidth: 2, marker: rows.length < 40 ? "dot" : null }),
      Plot.tip(rows, Plot.pointerX({ x: "date", y: "share", title: (row) => `${showPeriod(row.at)}\n${tenths.format(100 * row.share)} % skipped` })),
    ],
  }), () => table("skips per month", [dateColumn("month", (row) => row.at), numberColumn("skips", (row) => row.skips), { ...numberColumn("share", (row) => row.share), show: (row) => row.share == null ? "–" : `${tenths.format(100 * row.share)} %` }], rows)), drawSkipped()];
}

/** Return the songs skipped most in the period, or in its year where a month is chosen. */
function drawSkipped() {
  const at = periodNumber.get(state.year);
  const rows = D.leaders.song.filter((row) => row[0] === state.account && row[1] === at && row[4] > 0)
    .sort((a, b) => b[4] - a[4] || b[3] - a[3]).slice(0, 5);
  if (!rows.length) return null;
  return table("songs skipped most", [
    { ...textColumn(state.year ? `skipped most in ${state.year}` : "skipped most", (row) => D.names.song[row[2]][0] ?? "", "what"), show: (row) => thing("song", row[2]) },
    numberColumn("skips", (row) => row[4]), numberColumn("plays", (row) => row[3]),
  ], rows);
}

function drawShares(key, label, none) {
  return () => {
    const rows = addUp(ofAccount(D[key]).filter((row) => inPeriod(D.periods[row[1]])), 2, 3, 4);
    if (!rows.length) return empty(none);
    const value = (row) => measured(row[1], row[2]);
    rows.sort((a, b) => key === "decades" ? b[0] - a[0] : value(b) - value(a));
    return table(label, [
      textColumn(label, (row) => key === "decades" ? `${row[0]}s` : row[0]), barColumn(rows, value), hasMinutes ? minuteColumn("minutes", (row) => row[2]) : null, numberColumn("plays", (row) => row[1], "wide"),
    ].filter(Boolean), rows, { first: 10 });
  };
}

function drawSessions() {
  const rows = ofAccount(D.sessions).filter((row) => inPeriod(row[1])).slice(0, 10);
  if (!rows.length) return empty(`No two plays followed each other ${whenText()}.`);
  return table("longest sessions", [
    { ...dateColumn("day", (row) => row[1]), show: (row) => showDay(row[1]) },
    { name: "from – to", class: "date", show: (row) => `${row[1].slice(11)} – ${row[2].slice(11)}` },
    hasMinutes ? minuteColumn("minutes", (row) => row[4]) : null, numberColumn("plays", (row) => row[3], "wide"), numberColumn("songs", (row) => row[5]),
  ].filter(Boolean), rows, { first: 5 });
}

function drawStreaks() {
  const rows = streaksOf(daysShown()).slice(0, 5);
  if (!rows.length) return empty(`No play is known ${whenText()}.`);
  return table("longest streaks", [
    { ...dateColumn("from", (row) => row.from), show: (row) => showDay(row.from) }, { ...dateColumn("to", (row) => row.to), show: (row) => showDay(row.to) }, numberColumn("days", (row) => row.days),
  ], rows);
}

function drawOnThisDay() {
  const now = new Date();
  const today = `${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
  const rows = ofAccount(D.days).filter((row) => row[1].slice(5) === today && +row[1].slice(0, 4) < now.getFullYear()).reverse();
  if (!rows.length) return empty(`No play is known of a ${now.getDate()} ${MONTHS[now.getMonth()]} of an earlier year.`);
  return table("on this day", [
    textColumn("year", (row) => row[1].slice(0, 4), "date"), { name: "most heard song", show: (row) => thing("song", row[5]) }, hasMinutes ? minuteColumn("minutes", (row) => row[4]) : null, numberColumn("plays", (row) => row[2], "wide"),
  ].filter(Boolean), rows, { first: 5 });
}

const folded = (text) => (text ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let wanted = "";

function drawFind(body) {
  const results = el("div", { role: "status" });
  function search() {
    const words = folded(wanted).split(/\s+/).filter(Boolean);
    const rows = [];
    for (const kind of words.length ? ["artist", "song"] : []) {
      for (const row of D.search[kind]) {
        if (row[0] !== state.account) continue;
        const [name, owner] = D.names[kind][row[1]];
        const text = folded(`${name} ${kind === "song" ? owner : ""}`);
        if (words.every((word) => text.includes(word))) rows.push([kind, ...row]);
      }
    }
    rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : b[5] - a[5]));
    results.replaceChildren(!words.length ? el("p", { class: "note" }, `Finds the artists and songs played most, up to ${show(800)} of each.`)
      : !rows.length ? empty("Nothing of this name is known.")
      : table("what was found", [
        { ...textColumn("name", (row) => D.names[row[0]][row[2]][0] ?? ""), show: (row) => thing(row[0], row[2]) }, textColumn("what", (row) => row[0], "wide"),
        { ...dateColumn("first heard", (row) => row[3]), show: (row) => showDay(row[3]) }, { ...dateColumn("last heard", (row) => row[4], "wide"), show: (row) => showDay(row[4]) }, numberColumn("plays", (row) => row[5]),
      ], rows.slice(0, 50), { first: 8 }));
  }
  const input = el("input", { type: "search", id: "find", "aria-labelledby": "card-find-title", placeholder: "An artist or a song", autocomplete: "off", "data-key": "find", oninput: (event) => { wanted = event.target.value; search(); } });
  input.value = wanted;
  search();
  return el("div", { class: "find" }, input, results);
}

// --- the year as a picture -------------------------------------------------------------------------------------------

const measureText = document.createElement("canvas").getContext("2d");
function cut(text, width, font) {
  measureText.font = font;
  if (measureText.measureText(text).width <= width) return text;
  let letters = [...text];
  while (letters.length && measureText.measureText(`${letters.join("")}…`).width > width) letters = letters.slice(0, -1);
  return `${letters.join("")}…`;
}

/** Return the year in review as one SVG, which needs nothing of the page. */
function yearPicture(year) {
  const figures = figuresOf(year);
  if (!figures) return null;
  const family = "system-ui, 'Noto Sans', 'Noto Sans CJK JP', sans-serif";
  const made = d3.create("svg").attr("xmlns", "http://www.w3.org/2000/svg").attr("viewBox", "0 0 720 1080").attr("width", 720).attr("height", 1080).attr("font-family", family);
  const gradient = made.append("defs").append("linearGradient").attr("id", "sky").attr("x2", "0.4").attr("y2", "1");
  [["0", "#4527b5"], ["0.55", "#2a1a66"], ["1", "#120c2b"]].forEach(([offset, colour]) => gradient.append("stop").attr("offset", offset).attr("stop-color", colour));
  made.append("rect").attr("width", 720).attr("height", 1080).attr("fill", "url(#sky)");
  const write = (x, y, text, size, options = {}) => made.append("text").attr("x", x).attr("y", y).attr("font-size", size).attr("fill", options.fill ?? "#fff")
    .attr("font-weight", options.weight ?? 400).attr("text-anchor", options.anchor ?? "start").text(options.width ? cut(text, options.width, `${options.weight ?? 400} ${size}px ${family}`) : text);
  const soft = "#cfc5ff";
  write(56, 92, state.account ? `The year of ${D.accounts[state.account]}` : "My year in music", 30, { fill: soft, width: 420 });
  write(664, 100, year, 56, { weight: 800, anchor: "end" });
  write(56, 208, hasMinutes ? showMinutes(figures.minutes) : show(figures.plays), 96, { weight: 800 });
  write(56, 250, hasMinutes ? "minutes of music" : "plays", 28, { fill: soft });
  const known = new Map(ofAccount(D.figures).map((row) => [D.periods[row[1]], row]));
  const values = d3.range(1, 13).map((month) => { const row = known.get(`${year}-${String(month).padStart(2, "0")}`); return row ? (hasMinutes ? row[4] ?? 0 : row[2]) : 0; });
  const most = Math.max(...values, 1);
  values.forEach((value, at) => {
    const height = Math.max(3, (96 * value) / most);
    made.append("rect").attr("x", 56 + at * 51.2).attr("y", 400 - height).attr("width", 42).attr("height", height).attr("rx", 5).attr("fill", value === most ? "#ffb86b" : "#8f78f0");
    write(77 + at * 51.2, 426, MONTHS[at][0], 18, { fill: soft, anchor: "middle" });
  });
  const list = (y, title, kind) => {
    write(56, y, title, 22, { fill: soft });
    leadersOf(kind, year, hasMinutes ? "minutes" : "plays").slice(0, 5).forEach((row, at) => {
      const [name, owner] = D.names[kind][row[2]];
      write(56, y + 40 + at * 40, String(at + 1), 26, { fill: "#ffb86b", weight: 700 });
      write(92, y + 40 + at * 40, kind === "song" && owner ? `${name ?? "unnamed"} · ${owner}` : name ?? "unnamed", 26, { weight: 600, width: 572 });
    });
  };
  list(486, "Artists", "artist");
  list(746, "Songs", "song");
  write(56, 1016, `${many(figures.songs, "song")} · ${many(figures.artists, "artist")} · ${many(figures.days, "day")} with music`, 22, { fill: soft, width: 608 });
  return made.node();
}

function save(name, blob) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function savePicture(svg, name, isDrawn) {
  const blob = new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
  if (!isDrawn) { save(`${name}.svg`, blob); return; }
  const image = new Image();
  image.onload = () => {
    const canvas = el("canvas", { width: 1440, height: 2160 });
    canvas.getContext("2d").drawImage(image, 0, 0, 1440, 2160);
    URL.revokeObjectURL(image.src);
    canvas.toBlob((drawn) => save(`${name}.png`, drawn));
  };
  image.src = URL.createObjectURL(blob);
}

function drawYear() {
  const year = calendarYear();
  const svg = yearPicture(year);
  if (!svg) return empty(`No play is known in ${year}.`);
  const figures = figuresOf(year);
  const before = figuresOf(String(+year - 1));
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${year} in one picture: what was heard most.`);
  const change = (now, then) => then ? ` (${now >= then ? "+" : "−"}${tenths.format(Math.abs((100 * (now - then)) / then))} % against ${+year - 1})` : "";
  const busiest = d3.greatest(ofAccount(D.days).filter((row) => row[1].startsWith(year)), (row) => measured(row[2], row[4]));
  const fresh = d3.sum(ofAccount(D.discoveries).filter((row) => D.periods[row[1]].startsWith(year)), (row) => row[2]);
  const album = leadersOf("album", year)[0];
  const facts = [
    hasMinutes ? `${showMinutes(figures.minutes)} minutes${change(figures.minutes, before?.minutes)}` : null,
    `${many(figures.plays, "play")}${change(figures.plays, before?.plays)}`,
    busiest ? `The fullest day was ${showDay(busiest[1])}, with ${state.measure === "minutes" ? `${showMinutes(busiest[4])} minutes` : many(busiest[2], "play")}.` : null,
    `${many(fresh, "artist")} heard for the first time.`,
    album ? `The album of the year: ${D.names.album[album[2]][0]}${D.names.album[album[2]][1] ? ` by ${D.names.album[album[2]][1]}` : ""}.` : null,
  ].filter(Boolean);
  const monthly = months.filter((name) => name.startsWith(year)).map((name) => [name, leadersOf("artist", name)[0], leadersOf("song", name)[0]]).filter((row) => row[1] || row[2]);
  const nameOf = (kind, row) => row ? D.names[kind][row[2]][0] ?? "unnamed" : "–";
  const ofMonths = monthly.length > 1 ? table(`leaders of each month of ${year}`, [
    { ...dateColumn("month", (row) => row[0]), show: (row) => MONTHS[row[0].slice(5) - 1] },
    textColumn("most heard artist", (row) => nameOf("artist", row[1])), textColumn("most heard song", (row) => nameOf("song", row[2]), "wide"),
  ], monthly) : null;
  const others = years.filter((name) => name !== year).reverse().map((name) =>
    el("button", { type: "button", class: "push", "data-key": `year ${name}`, onclick: () => set({ year: name, month: "" }) }, name));
  return el("div", { class: "share" }, svg, el("div", {}, el("ul", {}, facts.map((fact) => el("li", { dir: "auto" }, fact))),
    el("button", { type: "button", class: "push", "data-key": "svg", onclick: () => savePicture(svg, `music-${year}`, false) }, "Save as SVG"),
    el("button", { type: "button", class: "push", "data-key": "png", onclick: () => savePicture(svg, `music-${year}`, true) }, "Save as PNG"),
    others.length ? el("div", { class: "others" }, el("span", { class: "note" }, "Other years "), others) : null, ofMonths));
}

// --- lists, the collection, the keeper's part ------------------------------------------------------------------------

let chosenChart = 0;
let chosenList = "";

/** Return the places that a chart's axis names: the first, and round ones. */
const placeTicks = (lowest) => [1, ...d3.ticks(1, lowest, 7).filter((place) => place > 1 && Number.isInteger(place))];

function drawPlaces(body) {
  const charts = D.charts.filter((chart) => mine(chart.account) || chart.account === "-");
  if (!charts.length) return empty("No list was read yet. A playlist, or any other list with an order, becomes a chart.");
  const shown = charts[Math.min(chosenChart, charts.length - 1)];
  const select = charts.length > 1 ? el("label", { class: "note" }, "List ", el("select", { "data-key": "chart", onchange: (event) => { chosenChart = +event.target.value; render(); } },
    charts.map((chart, at) => el("option", { value: at, selected: chart === shown }, chart.name)))) : el("p", { class: "note", dir: "auto" }, shown.name);
  const rows = shown.songs.flatMap((song, at) => shown.days.map((day, index) => ({ ...song, at, date: utc(day), day, place: song.places[index] })));
  const lowest = d3.max(rows, (row) => row.place) ?? 1;
  const numbers = () => table("places by day", [dateColumn("day", (row) => row.day), numberColumn("place", (row) => row.place), textColumn("song", (row) => row.name), textColumn("artists", (row) => row.by)], rows.filter((row) => row.place));
  const legend = el("ul", { class: "legend" }, shown.songs.map((song, at) => el("li", {}, el("i", { style: `background:var(--c${at + 1})` }), el("bdi", {}, linked("song", song.name, song.id)))));
  if (shown.days.length < 2) {
    return [select, el("p", { class: "note" }, `Read on one day so far, ${showDay(shown.days[0])}. From the second day on, its moves are drawn here.`),
      table("places", [numberColumn("place", (row) => row.place), { name: "song", show: (row) => linked("song", row.name, row.id) }, textColumn("artists", (row) => row.by)], rows)];
  }
  return [select, ...chart(body, `places in ${shown.name}`, (width) => plot(width, {
    height: 300, marginLeft: 34, marginRight: 12, x: { ...quiet, type: "utc", ticks: few(width) }, y: { ...quiet, reverse: true, domain: [1, Math.max(lowest, 2)], ticks: placeTicks(lowest), tickFormat: "d", grid: true },
    color: { domain: d3.range(8), range: d3.range(8).map((at) => `var(--c${at + 1})`) },
    marks: [
      Plot.line(rows, { x: "date", y: "place", z: "at", stroke: "at", strokeWidth: 2.5, curve: "bump-x" }),
      Plot.dot(rows.filter((row) => row.place), { x: "date", y: "place", fill: "at", r: shown.days.length > 40 ? 2 : 4 }),
      Plot.tip(rows.filter((row) => row.place), Plot.pointer({ x: "date", y: "place", title: (row) => `${row.name}\n${row.by ?? ""}\nplace ${row.place} on ${showDay(row.day)}` })),
    ],
  }), numbers), legend].sort((a, b) => (a === legend ? (b.tagName === "DETAILS" ? -1 : 0) : 0));
}

function drawChanges() {
  const rows = D.changes.filter((row) => (mine(row[0]) || row[0] === "-") && inPeriod(row[1]));
  if (!rows.length) return empty(period() ? `No list gained or lost a song ${whenText()}.` : "No list gained or lost a song yet; that shows from the second day on.");
  const lists = [...new Set(rows.map((row) => row[2]))].sort();
  const shown = lists.includes(chosenList) ? rows.filter((row) => row[2] === chosenList) : rows;
  const choice = lists.length < 2 ? null : el("label", { class: "note" }, "List ", el("select", { "data-key": "list", onchange: (event) => { chosenList = event.target.value; render(); } },
    el("option", { value: "" }, "all lists"), lists.map((name) => el("option", { value: name, selected: name === chosenList }, name))));
  return [choice, table("what lists gained and lost", [
    { ...dateColumn("day", (row) => row[1]), show: (row) => showDay(row[1]) }, textColumn("list", (row) => row[2], "wide"), textColumn("what", (row) => row[3] === "entered" ? "gained" : "lost"),
    { ...textColumn("song", (row) => row[4]), show: (row) => linked("song", row[4], row[6]) }, textColumn("artists", (row) => row[5], "wide"),
  ], shown, { first: 8 })];
}

function drawUnplayed() {
  const rows = D.unplayed.filter((row) => mine(row[0]) && (!period() || (row[1] ?? "").startsWith(period())));
  if (!rows.length) return empty(period() ? `No song saved ${whenText()} is without a play.` : "No saved song is known that was never played.");
  return table("saved and never played", [
    { ...textColumn("song", (row) => row[2]), show: (row) => linked("song", row[2], row[5]) }, textColumn("artists", (row) => row[3], "wide"), { ...dateColumn("saved", (row) => row[1]), show: (row) => row[1] ? showDay(row[1]) : "–" },
  ], rows, { first: 8 });
}

function drawFollowed() {
  const rows = D.followed.filter((row) => mine(row[0]) && (row[1] ?? "").startsWith(period().slice(0, (row[1] ?? "").length)));
  if (!rows.length) return empty(period() ? `No release of a followed artist is known ${whenText()}.` : "No followed artist with a known release yet.");
  return table("releases of followed artists", [
    dateColumn("released", (row) => row[1]), { ...textColumn("album", (row) => row[2]), show: (row) => linked("album", row[2], row[5]) }, textColumn("artist", (row) => row[3]), textColumn("type", (row) => row[4], "wide"),
  ], rows, { first: 8 });
}

function drawListed(key, kind) {
  return () => {
    const rows = key === "artists" ? D.listed.artists.map(([name, songs, id]) => [name, null, songs, id]) : D.listed.albums;
    if (!rows.length) return empty(`No song of ${key === "artists" ? "an artist" : "an album"} is known yet.`);
    return table(`${key} with most songs`, [
      { ...textColumn(kind, (row) => row[0]), show: (row) => linked(kind, row[0], row[3]) }, barColumn(rows, (row) => row[2]), numberColumn("songs", (row) => row[2]),
    ], rows, { first: 6 });
  };
}

function drawReleases(body) {
  const rows = D.listed.releases.filter((row) => row[0] != null).map(([year, albums]) => ({ year, albums }));
  if (!rows.length) return empty("No album with a known release date yet.");
  return chart(body, "releases by year", (width) => plot(width, {
    height: 190, marginLeft: 40, marginRight: 8, x: { ...quiet, tickFormat: "d", ticks: few(width) }, y: { ...quiet, grid: true, ticks: 4 },
    marks: [
      Plot.rectY(rows, { x: "year", y: "albums", interval: 1, fill: "var(--accent)", inset: .5, rx: 2 }), Plot.ruleY([0], { stroke: "var(--line)" }),
      Plot.tip(rows, Plot.pointerX({ x: "year", y: "albums", interval: 1, title: (row) => `${row.year}\n${many(row.albums, "release")}` })),
    ],
  }), () => table("releases by year", [numberColumn("year", (row) => row.year), numberColumn("releases", (row) => row.albums)].map((column, at) => at ? column : { ...column, show: (row) => String(row.year) }), rows));
}

function drawDurations() {
  const rows = D.listed.durations.filter((row) => row[2] != null);
  if (!rows.length) return empty("No song with a known duration yet.");
  return table("durations of songs", [textColumn("duration", (row) => row[0]), barColumn(rows, (row) => row[1]), numberColumn("songs", (row) => row[1])].map((column, at) => at ? column : { ...column, value: (row) => row[2] }), rows, { first: 8 });
}

function drawFreshness() {
  if (!D.freshness.length) return empty("No table holds a row yet.");
  return table("freshness of the tables", [textColumn("table", (row) => row[0]), numberColumn("rows", (row) => row[1]), dateColumn("first day", (row) => row[2], "wide"), dateColumn("last day", (row) => row[3]), dateColumn("newest (UTC)", (row) => row[4], "wide")], D.freshness);
}

function drawGaps() {
  const rows = D.gaps.filter((row) => mine(row[0]));
  if (!rows.length) return empty(heard ? "No gap is known in the plays." : "No play is known yet, so no gap either.");
  return table("gaps in the plays", [dateColumn("from (UTC)", (row) => row[1]), dateColumn("to (UTC)", (row) => row[2]), { ...numberColumn("hours", (row) => row[3]), show: (row) => tenths.format(row[3]) }], rows, { first: 8 });
}

function drawRejections() {
  if (!D.rejections.length) return empty("No record was rejected.");
  return table("rejected records", [textColumn("reason", (row) => row[0]), numberColumn("open", (row) => row[1]), numberColumn("resolved", (row) => row[2])], D.rejections);
}

// --- the page --------------------------------------------------------------------------------------------------------

function section(title, lead) {
  const grid = el("div", { class: "grid" });
  main.append(el("h2", {}, title), el("p", { class: "lead" }, lead), grid);
  return grid;
}

/** Make the selects and buttons that all charts obey. */
const filters = document.getElementById("filters");
function drawFilters() {
  const kept = focusIn(filters);
  const option = (value, text, now) => el("option", { value, selected: value === now }, text);
  const select = (key, label, options, change) => el("label", {}, label, el("select", { id: `filter-${key}`, "data-key": key, onchange: (event) => change(event.target.value) }, options));
  const inYear = months.filter((name) => name.startsWith(state.year));
  const parts = [
    D.accounts.length > 1 ? select("account", "Account", D.accounts.map((name, at) => option(String(at), at ? name : "all accounts", String(state.account))), (value) => set({ account: +value, picked: null })) : null,
    select("year", "Year", [option("", "all years", state.year), ...years.slice().reverse().map((name) => option(name, name, state.year))], (value) => set({ year: value, month: "" })),
    state.year ? select("month", "Month", [option("", "all months", state.month), ...inYear.map((name) => option(name, MONTHS[name.slice(5) - 1], state.month))], (value) => set({ month: value })) : null,
    hasMinutes ? el("div", { class: "pair", role: "group", "aria-label": "Count by" }, ["minutes", "plays"].map((name) =>
      el("button", { type: "button", class: "push", "data-key": name, "aria-pressed": String(state.measure === name), onclick: () => set({ measure: name }) }, name))) : null,
    state.picked ? el("div", { class: "picked" }, el("span", { class: "name", dir: "auto" }, D.names[state.picked.kind][state.picked.entity][0] ?? "unnamed"), el("button", { type: "button", class: "push", "data-key": "clear", onclick: () => set({ picked: null }) }, "Clear")) : null,
  ];
  filters.replaceChildren(...parts.filter(Boolean));
  kept(filters);
}

function set(change) {
  Object.assign(state, change);
  render();
}

function render() {
  if (heard) drawFilters();
  delete document.body.dataset.drawn;
  const inView = ({ frame }) => { const at = frame.getBoundingClientRect(); return at.bottom > 0 && at.top < innerHeight; };
  waiting = [...cards.filter(inView), ...cards.filter((card) => !inView(card))];
  drawSome(60);
}

/** Draw waiting cards, those in view first; after some milliseconds let the reader act in between. */
let waiting = [];
let nextTurn = 0;
let isReady = false;
function drawSome(milliseconds) {
  clearTimeout(nextTurn);
  const end = performance.now() + milliseconds;
  while (waiting.length && performance.now() < end) waiting.shift().draw();
  if (!isReady) performance.mark("interactive");
  isReady = true;
  if (waiting.length) nextTurn = setTimeout(drawSome, 0, 60);
  else document.body.dataset.drawn = [state.account, period(), state.measure].join("|");
}

function build() {
  document.getElementById("asof").textContent = D.newest ? `As of ${showDay(D.newest)}.` : "Nothing was loaded yet. After `lakehouse load` this page fills.";
  if (heard) {
    filters.hidden = false;
    const hero = el("div");
    main.append(hero);
    cards.push({ frame: hero, draw: () => hero.replaceChildren(...drawHero(hero).filter(Boolean)) });
    const top = section("Your most heard", "Choose a name to see it in the months below.");
    for (const kind of KINDS) card(top, `card-${PLURAL[kind]}`, PLURAL[kind][0].toUpperCase() + PLURAL[kind].slice(1), "", drawLeaders(kind), "third");
    card(top, "card-find", "When did I first hear …?", "", drawFind, "whole screen");
    const when = section("When you listen", "On the listener's own clock.");
    card(when, "card-timeline", "Your listening over time", () => isShort() ? "Day by day." : "Month by month; choose one to see its days.", drawTimeline, "whole");
    card(when, "card-calendar", "Your days", () => `Each day of ${calendarYear()}: the stronger its colour, the more was heard.`, drawCalendar, "whole");
    card(when, "card-clock", "Your week by the hour", () => `What was heard in each hour of the week, ${whenText()}.`, drawClock);
    card(when, "card-sessions", "Your longest sessions", "Music without a pause of more than 30 minutes.", drawSessions);
    card(when, "card-streaks", "Your longest streaks", "Days in a row, each with at least one play.", drawStreaks);
    card(when, "card-today", "On this day", "The same day of every earlier year, whichever year is chosen.", drawOnThisDay);
    const what = section("What you listen to", "New and old, and what was not heard to its end.");
    card(what, "card-discoveries", "Artists you discovered", "By the month in which each was first heard; in the first known month all are new. Who was new less than 30 days ago cannot have stayed yet.", drawDiscoveries);
    card(what, "card-skips", "What you skipped", "How many of the songs started were left within 30 seconds.", drawSkips);
    card(what, "card-decades", "The decades of your music", "When the albums heard came out.", drawShares("decades", "decade", `No release date is known of what was heard. An extraction that reads albums brings them.`));
    card(what, "card-genres", "Your genres", "As Spotify gives them to the artist; one artist may have several.", drawShares("genres", "genre", "No genre is known of what was heard. Spotify gives genres with artists, but not to every app."));
    const year = section("Your year in review", "A picture to keep or to share.");
    card(year, "card-year", "One year in one picture", () => state.year ? "" : "The newest year.", drawYear, "whole");
  } else {
    main.append(el("h2", {}, "Your most heard"), empty("No play is known yet. Recently played, or the export of an account's streaming history, brings them."));
  }
  if (D.listed.artists.length || D.kept.sources) {
    const lists = section("Your lists and collection", "Playlists, charts, saved songs and followed artists, day by day.");
    card(lists, "card-chart", "Ups and downs", "Where today's leaders were on each day that was read. A line breaks where the song was away.", drawPlaces, "whole");
    card(lists, "card-changes", "What playlists gained and lost", "Newest first.", drawChanges, "whole");
    card(lists, "card-followed", "Releases of artists you follow", "Newest first.", drawFollowed);
    card(lists, "card-unplayed", "Saved and never played", "As far as the plays are known.", drawUnplayed);
    card(lists, "card-listed-artists", "Artists on the lists", "By how many songs of theirs are known.", drawListed("artists", "artist"));
    card(lists, "card-listed-albums", "Albums on the lists", "By how many of their songs are on any list now.", drawListed("albums", "album"));
    card(lists, "card-durations", "How long songs are", "Whole minutes.", drawDurations);
    card(lists, "card-releases", "Releases by year", "Of all known albums, singles and compilations.", drawReleases, "whole");
  } else {
    main.append(el("h2", {}, "Your lists and collection"), empty("No list and no song of the catalogue was read yet. A playlist or another source of `lakehouse extract` brings them."));
  }
  const keeper = section("For the keeper of the data", D.loaded ? `How fresh and how complete the tables are; last loaded ${D.loaded}.` : "How fresh and how complete the tables are.");
  keeper.before(el("dl", { class: "tiles" }, [["songs", "songs"], ["artists", "artists"], ["albums", "albums and singles"], ["plays", "plays"], ["sources", "lists and sources"], ["days", "days of data"], ["records_rejected", "rejected records"]].map(([name, label]) =>
    el("div", {}, el("dt", {}, label), el("dd", { "data-kept": name }, show(D.kept[name]))))));
  card(keeper, "card-freshness", "Freshness", "Rows of each table, and the days they are of.", drawFreshness, "two");
  card(keeper, "card-rejections", "Rejected records", "What was not understood waits in rejected_record until a later load understands it.", drawRejections, "third");
  card(keeper, "card-gaps", "Gaps", "Where plays may be missing, because Spotify gives the last 50 only.", drawGaps, "whole");
}

build();
render();
addEventListener("beforeprint", () => drawSome(Infinity));
let width = innerWidth;
let resized = 0;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  clearTimeout(resized);
  resized = setTimeout(render, 120);
});
