// Gives names to the controls that Django's admin leaves without one.
(() => {
  const textOf = (element) => element?.textContent.trim() ?? "";

  // A cell of a table is called by its column, everything else by its own label.
  function labelOf(control) {
    const cell = control.closest("td");
    const column = [...(cell?.classList ?? [])]
      .find((name) => name.startsWith("field-"))?.replace("field-", ".column-");
    const head = cell?.matches(".delete") ? ":last-child" : column;
    return document.querySelector(`label[for="${control.id}"]`)
      ?? (head && control.closest("table").querySelector(`th${head}`))
      ?? control.closest(".form-row, fieldset")?.querySelector("legend, label");
  }

  // A day and a time are two controls under one label: what stands before tells which.
  function nameControl(control) {
    if (control.labels?.length || control.ariaLabel) return;
    const part = control.matches(".vDateField, .vTimeField")
      ? textOf(control.previousSibling) : "";
    control.ariaLabel = `${textOf(labelOf(control))} ${part}`.trim();
  }

  function nameSearch(select) {
    const box = select.nextElementSibling?.querySelector("[role=combobox]");
    const label = labelOf(select);
    if (!box || !label) return;
    label.id ||= `${select.id}_label`;
    const value = box.querySelector("[role=textbox]");
    value.ariaLabel = textOf(label);
    box.setAttribute("aria-labelledby", `${label.id} ${value.id}`);
  }

  function nameAll() {
    document.querySelectorAll("select.admin-autocomplete").forEach(nameSearch);
    document
      .querySelectorAll("#content :is(input:not([type=hidden], [type=submit]), textarea, select)")
      .forEach(nameControl);
    for (const head of document.querySelectorAll("#content th")) {
      if (!textOf(head) && !head.querySelector("img, input")) head.role = "presentation";
    }
    const search = document.getElementById("searchbar");
    if (search) search.ariaLabel = search.form.querySelector("[type=submit]").value;
  }

  // Searchable lists, calendars and rows of a table are put in after the page is read.
  const content = document.getElementById("content");
  if (content) new MutationObserver(nameAll).observe(content, { childList: true, subtree: true });
  nameAll();
})();
