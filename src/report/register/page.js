"use strict";
(() => {
  const table = document.querySelector("table");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const filter = document.getElementById("filter");
  const tools = document.getElementById("tools");
  const boxes = Array.from(tools.querySelectorAll("input[type=checkbox]"));
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  let order = "";

  const narrow = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    let shown = 0;
    for (const row of rows) {
      const signals = row.dataset.signals.split(" ");
      const fits = words.every((word) => texts.get(row).includes(word)) && wanted.every((signal) => signals.includes(signal));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    document.getElementById("none").hidden = shown > 0;
    document.getElementById("count").textContent = `${shown} of ${rows.length} credentials${order}`;
  };

  const sort = (head, column) => {
    const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    heads.forEach((other) => other.setAttribute("aria-sort", other === head ? direction : "none"));
    const value = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
    const sorted = rows.slice().sort((a, b) => {
      const [left, right] = [value(a), value(b)];
      // What is not known comes last, whichever way.
      if (!left || !right) return (left ? 0 : 1) - (right ? 0 : 1);
      return direction === "ascending" ? collator.compare(left, right) : collator.compare(right, left);
    });
    body.append(...sorted);
    order = `, sorted by ${head.firstChild.textContent.toLowerCase()}, ${direction}`;
    narrow();
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head, column));
    // Where a heading is repeated on the next sheet, browsers leave buttons out.
    const paper = document.createElement("span");
    paper.className = "paper";
    paper.textContent = head.textContent;
    head.replaceChildren(button, paper);
    head.setAttribute("aria-sort", "none");
  });
  filter.addEventListener("input", narrow);
  boxes.forEach((box) => box.addEventListener("change", narrow));

  // Paper unfolds nothing.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    folded.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => folded.forEach((details) => { details.open = false; }));

  tools.hidden = false;
  narrow();
})();
