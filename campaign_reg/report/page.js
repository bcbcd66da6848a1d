// Search and filter. Without this script the page shows every row and no controls.
"use strict";
(() => {
  const controls = document.getElementById("controls");
  const search = document.getElementById("search");
  const kind = document.getElementById("kind");
  const found = document.getElementById("found");
  const rows = Array.from(document.querySelectorAll("#rows .row"));
  const chunks = Array.from(document.querySelectorAll("#rows .chunk"));
  let texts = null;
  let due = 0;

  function show() {
    due = 0;
    texts = texts || rows.map((row) => row.textContent.toLowerCase());
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, place) => {
      const fits = (!kind.value || row.dataset.kind.split(" ").includes(kind.value))
        && words.every((word) => texts[place].includes(word));
      count += fits;
      if (row.hidden === fits) row.hidden = !fits;
    });
    chunks.forEach((chunk) => { chunk.hidden = !chunk.querySelector(".row:not([hidden])"); });
    found.textContent = count.toLocaleString("en") + " of " + rows.length.toLocaleString("en") + " rows";
  }

  function later() {
    if (!due) due = requestAnimationFrame(show);
  }

  controls.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", later);
  kind.addEventListener("change", later);
  controls.hidden = false;
  if (search.value || kind.value) show(); // a browser that went back keeps what was typed
})();
