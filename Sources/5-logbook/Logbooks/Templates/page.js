"use strict";
// Sorting, filtering and lighting up. The page says all it has to say without this.
const numberIn = (text) => {
  const number = parseFloat(text.replace("−", "-").replace("+", ""));
  return Number.isNaN(number) ? null : number;
};
const textOf = (row, column) => row.cells[column] && row.cells[column].colSpan === 1 ? row.cells[column].textContent.trim() : "";

function makeSortable(table) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", way);
      const isNumber = head.classList.contains("number");
      const keyed = [...body.rows].map((row) => {
        const text = textOf(row, column);
        return { row, key: isNumber ? numberIn(text) : text || null };
      });
      keyed.sort((a, b) => {
        // What has no value comes last, whichever way.
        if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
        const order = isNumber ? a.key - b.key : a.key.localeCompare(b.key, "en", { numeric: true });
        return way === "ascending" ? order : -order;
      });
      body.append(...keyed.map((one) => one.row));
    });
  });
}

function makeFilterable(table) {
  const line = document.createElement("p");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const count = document.createElement("output");
  line.className = "filter";
  input.type = "search";
  input.name = "filter";
  label.append("Filter ", input);
  line.append(label, " ", count);
  table.parentElement.before(line);
  const rows = [...table.tBodies[0].rows];
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = words.length ? `${shown} of ${rows.length}` : "";
  });
}

function lightUp(section) {
  const named = [...section.querySelectorAll("[data-name]")];
  const show = (event, isLit) => {
    const from = event.target.closest("[data-name]");
    if (!from) return;
    for (const one of named) one.classList.toggle("lit", isLit && one.dataset.name === from.dataset.name);
  };
  for (const kind of ["pointerover", "focusin"]) section.addEventListener(kind, (event) => show(event, true));
  for (const kind of ["pointerout", "focusout"]) section.addEventListener(kind, (event) => show(event, false));
}

// A page that a server keeps up to date says where its news come from. All texts are put in as texts.
function liven(body) {
  const panel = document.createElement("section");
  panel.id = "live";
  panel.setAttribute("aria-label", "The run that goes on");
  const head = document.createElement("h2");
  const line = document.createElement("p");
  const bar = document.createElement("progress");
  const list = document.createElement("ul");
  line.setAttribute("role", "status");
  panel.append(head, line, bar, list);
  panel.hidden = true;
  body.prepend(panel);
  const losses = new Map();

  const curve = (address, loss) => {
    const known = losses.get(address) || [];
    if (typeof loss === "number" && known.at(-1) !== loss) known.push(loss);
    losses.set(address, known.slice(-200));
    if (known.length < 2) return null;
    const name = "http://www.w3.org/2000/svg";
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const svg = document.createElementNS(name, "svg");
    const path = document.createElementNS(name, "polyline");
    svg.setAttribute("viewBox", "0 0 100 20");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `training loss, from ${known[0]} to ${known.at(-1)}`);
    path.setAttribute("fill", "none");
    path.setAttribute("stroke", "currentColor");
    path.setAttribute("points", known.map((one, index) => `${(index / (known.length - 1)) * 98 + 1},${high > low ? 18 - ((one - low) / (high - low)) * 16 : 10}`).join(" "));
    svg.append(path);
    return svg;
  };

  const show = (status) => {
    panel.hidden = !status.runs.length && !status.problem;
    if (status.problem) {
      head.textContent = "Not up to date";
      line.textContent = status.problem;
      bar.hidden = true;
      return list.replaceChildren();
    }
    head.textContent = "A run goes on";
    const total = status.runs.reduce((sum, run) => sum + run.total, 0);
    const done = status.runs.reduce((sum, run) => sum + run.done, 0);
    line.textContent = status.runs.map((run) => run.text).join(" · ");
    bar.hidden = false;
    [bar.max, bar.value] = [total || 1, done];
    bar.setAttribute("aria-label", "steps done");
    const running = status.runs.flatMap((run) => run.running);
    const open = new Set(running.map((step) => step.address));
    for (const address of losses.keys()) if (!open.has(address)) losses.delete(address);
    list.replaceChildren(...running.map((step) => {
      const item = document.createElement("li");
      const name = document.createElement("code");
      name.textContent = step.address;
      item.append(name, " ", step.text);
      const drawn = curve(step.address, step.loss);
      if (drawn) item.append(" ", drawn);
      return item;
    }));
  };

  const renew = async (version) => {
    if (body.dataset.version === version) return;
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = [...document.querySelectorAll("details[open] summary")].map((one) => one.textContent.split(":")[0]);
    const words = [...document.querySelectorAll("main .filter input")].map((one) => one.value);
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    document.title = page.title;
    equip();
    for (const one of document.querySelectorAll("details summary")) one.parentElement.open = open.includes(one.textContent.split(":")[0]);
    document.querySelectorAll("main .filter input").forEach((one, index) => {
      if (words[index]) { one.value = words[index]; one.dispatchEvent(new Event("input")); }
    });
    body.dataset.version = version;
  };

  const source = new EventSource(`/${body.dataset.live}`);
  source.addEventListener("status", (event) => show(JSON.parse(event.data)));
  source.addEventListener("page", (event) => renew(event.data));
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) show({ runs: [], problem: "The server has ended." }); });
}

function equip() {
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll("table.filterable").forEach(makeFilterable);
  document.querySelectorAll("section").forEach(lightUp);
}

equip();
if (document.body.dataset.live) liven(document.body);
