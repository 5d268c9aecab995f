// Choosing rows of a table: all at once, counted, and the button only when some are.
(() => {
  const boxes = (form) =>
    [...document.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)];

  function refresh(form) {
    const all = boxes(form);
    const chosen = all.filter((box) => box.checked).length;
    const told = form.querySelector("[data-selected]");
    form.querySelector("button").disabled = chosen === 0;
    if (told) told.textContent = chosen ? `${told.dataset.some} ${chosen}` : told.dataset.none;
    const master = document.querySelector(`[data-select-all="${form.id}"]`);
    if (!master) return;
    master.checked = chosen > 0 && chosen === all.length;
    master.indeterminate = chosen > 0 && chosen < all.length;
  }

  for (const form of document.querySelectorAll("form[data-selection]")) {
    document.addEventListener("change", (event) => {
      if (event.target.dataset.selectAll === form.id) {
        for (const box of boxes(form)) box.checked = event.target.checked;
      } else if (event.target.getAttribute("form") !== form.id) return;
      refresh(form);
    });
    refresh(form);
  }
})();
