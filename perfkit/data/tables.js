// Tables of many rows: a field to search in, and heads that sort. Without this script they stand as they are.
// It acts on what its parent holds: a whole page, or one output of JupyterLab.
for (const table of document.currentScript.parentElement.querySelectorAll("table")) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 8 || body.querySelector("td[rowspan]")) continue;
  const rows = [...body.rows];
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "筛选：输入单位、等级等字样";
  field.className = "filter";
  field.addEventListener("input", () => {
    const words = field.value.split(/\s+/);
    for (const row of rows) row.hidden = !words.every((word) => row.textContent.includes(word));
  });
  const frame = table.closest(".table, .frame");
  (frame ?? table).before(field);
  frame?.classList.add("tall");
  const key = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const number = parseFloat(text.replace(/[,，]/g, ""));
    return /^[-−+]?[\d.]/.test(text) && Number.isFinite(number) ? number : text;
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    let down = true;
    head.classList.add("sorts");
    head.addEventListener("click", () => {
      down = !down;
      const compare = (a, b) => {
        const [x, y] = [key(a, column), key(b, column)];
        if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
        return (typeof x === "number" ? x - y : x.localeCompare(y, "zh")) * (down ? -1 : 1);
      };
      body.append(...rows.filter((row) => !row.classList.contains("total")).sort(compare));
      body.append(...rows.filter((row) => row.classList.contains("total")));
    });
  });
}
