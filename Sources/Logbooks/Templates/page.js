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

document.querySelectorAll("table.sortable").forEach(makeSortable);
document.querySelectorAll("table.filterable").forEach(makeFilterable);
document.querySelectorAll("section").forEach(lightUp);
