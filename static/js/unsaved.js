// What was typed and not saved is marked, kept, and asked about before one leaves.
// In the plan editor it is saved before anything else is done there.
(() => {
  const NOT_TYPED = new Set(["hidden", "submit", "button"]);
  let isSending = false;
  // What to send once the step is saved, and what a swap must not take away.
  let pending = null;
  let kept = [];

  function isChanged(field) {
    if (NOT_TYPED.has(field.type) || !field.name) return false;
    if (/^(checkbox|radio)$/.test(field.type)) return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  }

  const isUnsaved = (form) =>
    form.hasAttribute("data-refused") || [...form.elements].some(isChanged);
  const stepForm = () => document.querySelector("#editor [data-step-form]");
  const isStepUnsaved = () => Boolean(stepForm() && isUnsaved(stepForm()));

  window.addEventListener("beforeunload", (event) => {
    if (isSending) return;
    if ([...document.querySelectorAll("form[data-guard]")].some(isUnsaved)) {
      event.preventDefault();
    }
  });
  window.addEventListener("pageshow", () => (isSending = false));

  function showState(saved = false) {
    const state = document.getElementById("step-state");
    if (!state) return;
    const words = isStepUnsaved() ? state.dataset.unsaved : saved ? state.dataset.saved : "";
    if (state.textContent !== words) state.textContent = words;
    const drop = document.getElementById("drop-step");
    if (drop) drop.hidden = !isStepUnsaved();
  }

  function saveStep(then) {
    const form = stepForm();
    form.elements.then.value = then;
    form.requestSubmit();
    form.elements.then.value = "";
  }

  // Choosing another step saves this one first; a refused one stays, and says why.
  function onLink(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest?.("#editor a[href]");
    if (!link || link.hasAttribute("data-drop") || !isStepUnsaved()) return;
    const to = new URL(link.href);
    if (to.pathname !== location.pathname || !to.searchParams.has("step")) return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    saveStep(to.searchParams.get("step"));
  }

  function onSubmit(event) {
    const form = event.target;
    const step = stepForm();
    if (!step || form === step || !form.closest("#editor") || !isStepUnsaved()) return;
    const takesAway = form.matches("[data-delete-form]")
      && form.elements.step.value === step.elements.step.value;
    if (takesAway || form.action.endsWith("/discard/")) {
      isSending = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const sent = [...new FormData(form)];
    pending = {
      action: form.getAttribute("action"),
      values: sent.filter(([name]) => !/^(revision|csrfmiddlewaretoken|draft)$/.test(name)),
      isLookedAt: form.hasAttribute("data-look-first"),
    };
    saveStep(step.elements.step.value);
  }

  document.addEventListener("click", onLink, true);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-guard]") && !event.defaultPrevented) isSending = true;
  });
  document.addEventListener("input", () => showState());
  document.addEventListener("change", () => showState());

  function goOn() {
    const { action, values, isLookedAt } = pending;
    pending = null;
    if (!stepForm() || isStepUnsaved()) return;
    const forms = [...document.querySelectorAll("#editor form")];
    const form = forms.find((one) => one.getAttribute("action") === action);
    if (!form) return;
    for (const [name, value] of values) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
    const button = form.querySelector("button");
    if (isLookedAt) button.focus();
    else if (!button.disabled) form.requestSubmit(button);
  }

  // A comment or a call to try, half typed, outlives the swap of the editor.
  document.addEventListener("htmx:beforeSwap", (event) => {
    kept = [];
    const { target, requestConfig } = event.detail;
    if (target.id !== "editor") return;
    const own = [stepForm(), requestConfig.elt];
    const fields = [...target.querySelectorAll("input, select, textarea")];
    const others = fields.filter((f) => f.id && isChanged(f) && !own.includes(f.form));
    kept = others.map((field) => [field.id, field.value, field.checked]);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, value, checked] of kept) {
      const field = document.getElementById(id);
      const isOffered = (one) => [...one.options].some((option) => option.value === value);
      if (!field || (field.tagName === "SELECT" && !isOffered(field))) continue;
      if (/^(checkbox|radio)$/.test(field.type)) field.checked = checked;
      else field.value = value;
    }
    kept = [];
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) pending = null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "editor" && event.detail.elt?.id !== "editor") return;
    isSending = false;
    const { elt } = event.detail.requestConfig || {};
    showState(Boolean(elt?.matches?.("[data-step-form]")) && event.detail.xhr.status === 200);
    if (pending) goOn();
  });
  document.addEventListener("DOMContentLoaded", () => showState());
})();
