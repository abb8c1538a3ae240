"use strict";
// Filters, sorts and pages the table of samples. All text goes into the page as text, never as HTML.
(() => {
  const PAGE = 50;
  const MOST_PRINTED = 1000;
  const data = JSON.parse(document.getElementById("data").textContent);
  const { columns, verdicts, gates, count } = data;
  const table = document.getElementById("table");
  const body = table.tBodies[0];
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const previous = document.getElementById("previous");
  const next = document.getElementById("next");
  const SEARCHED = ["sample", "fusion", "exons", "structure", "patient", "specimen", "collected",
    "tumour_type", "run", "notes"];
  const RANKS = {
    verdict: new Map(Object.keys(verdicts).map((name, rank) => [name, rank])),
    gate: new Map(["fail", "limited", "pass"].map((name, rank) => [name, rank])),
  };
  const NUMBERS = new Set(["junction_reads", "spanning_fragments", "ffpm"]);
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const texts = Array.from({ length: count }, (_, row) =>
    [...SEARCHED.map((name) => columns[name][row]), verdicts[columns.verdict[row]].words,
      ...columns.partners[row]].join("\n").toLowerCase());
  let sorted = Array.from({ length: count }, (_, row) => row);
  let found = sorted;
  let first = 0;

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function tag(symbol, words, className) {
    const made = element("span", "", className);
    const mark = element("span", symbol, "symbol");
    mark.setAttribute("aria-hidden", "true");
    made.append(mark, ` ${words}`);
    return made;
  }

  function link(text, href) {
    const made = element("a", text);
    made.href = href;
    return made;
  }

  function number(value, digits) {
    return element("td", value === null ? "" : value.toFixed(digits), "number");
  }

  function makeRow(row) {
    const get = (name) => columns[name][row];
    const line = element("tr");
    const head = element("th");
    head.scope = "row";
    head.append(link(get("sample"), get("link")));
    const verdict = element("td");
    verdict.append(tag(verdicts[get("verdict")].symbol, verdicts[get("verdict")].words,
      `tag tone ${get("verdict")}`));
    const gate = element("td");
    gate.append(tag(gates[get("gate")].symbol, gates[get("gate")].words, `tag ${get("gate")}`));
    const fusion = element("td");
    if (get("fusion")) {
      fusion.append(element("strong", get("fusion")), " ", element("span", get("exons"), "nowrap"),
        element("br"), element("span", get("structure"), "soft small"));
    }
    const patient = element("td");
    if (get("section")) patient.append(link(get("patient"), `#${get("section")}`));
    else patient.textContent = get("patient");
    line.append(head, verdict, gate, fusion, element("td", get("notes")), number(get("junction_reads"), 0),
      number(get("spanning_fragments"), 0), number(get("ffpm"), 2), patient,
      element("td", get("specimen")), element("td", get("collected"), "nowrap"),
      element("td", get("tumour_type")), element("td", get("run")));
    return line;
  }

  function draw(size = PAGE) {
    const rows = found.slice(first, first + size);
    body.replaceChildren(...rows.map(makeRow));
    const last = first + rows.length;
    const of = found.length.toLocaleString("en");
    const all = count.toLocaleString("en");
    shown.textContent = found.length
      ? `${(first + 1).toLocaleString("en")}–${last.toLocaleString("en")} of ${of} ${found.length === 1 ? "sample" : "samples"}`
        + (found.length < count ? `, filtered from ${all}` : "")
      : `No sample of ${all} fits.`;
    previous.disabled = first === 0;
    next.disabled = last >= found.length;
  }

  function filter() {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    const plain = ["verdict", "gate"].filter((name) => wanted[name]);
    const listed = [["gene", "genes"], ["partner", "partners"], ["run", "runs"]]
      .filter(([name]) => wanted[name]);
    found = sorted.filter((row) =>
      plain.every((name) => columns[name][row] === wanted[name])
      && listed.every(([name, column]) => columns[column][row].includes(wanted[name]))
      && words.every((word) => texts[row].includes(word)));
    first = 0;
    draw();
  }

  function compare(name) {
    const values = columns[name];
    if (RANKS[name]) return (a, b) => RANKS[name].get(values[a]) - RANKS[name].get(values[b]);
    if (NUMBERS.has(name)) return (a, b) => values[a] - values[b];
    return (a, b) => order.compare(values[a], values[b]);
  }

  function sort(name, ascending) {
    const empty = (row) => columns[name][row] === null || columns[name][row] === "";
    const rows = Array.from({ length: count }, (_, row) => row);
    const sign = ascending ? 1 : -1;
    const by = compare(name);
    // What has no value stands last, whichever way the rest is sorted.
    sorted = [...rows.filter((row) => !empty(row)).sort((a, b) => sign * by(a, b)),
      ...rows.filter(empty)];
    for (const head of table.tHead.rows[0].cells) {
      const here = head.dataset.sort === name;
      head.setAttribute("aria-sort", here ? (ascending ? "ascending" : "descending") : "none");
    }
    filter();
  }

  function fillSelect(name, column) {
    const options = new Set(columns[column].flat());
    for (const value of [...options].sort(order.compare)) {
      form.elements[name].append(new Option(value, value));
    }
  }

  // The filters stand in the address, so that a view can be kept and sent on.
  function remember() {
    const set = [...new FormData(form)].filter(([, value]) => value);
    const address = new URLSearchParams(set).toString();
    try {
      history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search);
    } catch { /* some browsers forbid it for files; the filters work all the same */ }
  }

  function recall() {
    const address = location.hash.slice(1);
    if (!address.includes("=")) return false;
    const set = new URLSearchParams(address);
    for (const control of form.elements) {
      if (control.name) control.value = set.get(control.name) ?? "";
      // A value that is none of the options shows all, not nothing.
      if (control.tagName === "SELECT" && control.selectedIndex < 0) control.selectedIndex = 0;
    }
    return true;
  }

  if (count) {
    fillSelect("gene", "genes");
    fillSelect("partner", "partners");
    fillSelect("run", "runs");
  }
  for (const head of table.tHead.rows[0].cells) {
    const button = element("button", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      const upwards = head.getAttribute("aria-sort") === "ascending";
      // The highest support first, the first of the alphabet first.
      const falling = NUMBERS.has(head.dataset.sort)
        && head.getAttribute("aria-sort") === "none";
      sort(head.dataset.sort, !upwards && !falling);
    });
    head.replaceChildren(button);
    head.setAttribute("aria-sort", head.dataset.sort === "verdict" ? "ascending" : "none");
  }
  form.addEventListener("input", () => { filter(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { filter(); remember(); }));
  previous.addEventListener("click", () => { first -= PAGE; draw(); });
  next.addEventListener("click", () => { first += PAGE; draw(); });
  addEventListener("hashchange", () => {
    if (!recall()) return;
    filter();
    document.getElementById("samples").scrollIntoView();
  });
  addEventListener("beforeprint", () => { first = 0; draw(MOST_PRINTED); });
  addEventListener("afterprint", () => draw());
  form.hidden = false;
  document.querySelector(".pager").hidden = false;
  recall();
  filter();
})();
