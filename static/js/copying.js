// Takes a field's text along: to the clipboard, or as a file.
(() => {
  const textOf = (id) => document.getElementById(id)?.value.trim() || "";

  async function copy(button) {
    const told = button.querySelector("[data-done]");
    try {
      await navigator.clipboard.writeText(textOf(button.dataset.copy));
    } catch {
      // No leave to use the clipboard: the text is selected, to be copied by hand.
      document.getElementById(button.dataset.copy).select();
      return;
    }
    told.textContent = told.dataset.done;
    document.dispatchEvent(new CustomEvent("announce", { detail: { value: told.dataset.done } }));
  }

  function save(button) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${textOf(button.dataset.save)}\n`]));
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy], [data-save]");
    if (!button) return;
    if (button.dataset.copy) copy(button);
    else save(button);
  });
})();
