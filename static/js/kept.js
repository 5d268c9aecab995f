// Fills a form again with what was typed before it could not be sent.
(() => {
  const note = document.getElementById("kept-form");
  if (!note) return;
  const action = note.dataset.action;
  const fields = JSON.parse(note.dataset.fields);

  const pathOf = (form) => new URL(form.getAttribute("action") || location.href, location.href).pathname;

  function put(control, values) {
    if (/^(hidden|password|file|submit|button)$/.test(control.type)) return;
    if (/^(checkbox|radio)$/.test(control.type)) control.checked = values.includes(control.value);
    else if (control.multiple) for (const o of control.options) o.selected = values.includes(o.value);
    else if (values.length) control.value = values[0];
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function fill() {
    const form = [...document.forms].find((f) => f.getAttribute("method") === "post" && pathOf(f) === action);
    if (!form) return false;
    const names = new Set(fields.map(([name]) => name));
    for (const control of form.elements) {
      const values = fields.filter(([name]) => name === control.name).map(([, value]) => value);
      const isChoice = /^(checkbox|radio)$/.test(control.type);
      if (control.name && (names.has(control.name) || (isChoice && control.type === "checkbox"))) put(control, values);
    }
    for (let box = form.closest("details"); box; box = box.parentElement?.closest("details")) box.open = true;
    for (const box of form.querySelectorAll("details")) box.open = true;
    form.scrollIntoView({ block: "nearest" });
    return true;
  }

  // Parts of a page come later.
  if (!fill()) document.addEventListener("htmx:afterSettle", function again() {
    if (fill()) document.removeEventListener("htmx:afterSettle", again);
  });
})();
