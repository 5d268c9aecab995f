// Keys for the outline of the plan editor. Everything has a link or a button too.
(() => {
  // Where the focus goes after the next swap: a selector inside the editor.
  let next = "";

  const outline = () => document.querySelector("[data-outline]");
  const steps = () => [...(outline()?.querySelectorAll(".outline-step") || [])];
  const current = () => outline()?.querySelector("[aria-current]");
  const FIRST_FIELD = "[data-step-form] :is(input:not([type=hidden]), select)";

  function move(from, by) {
    const all = steps();
    const to = all[all.indexOf(from) + by];
    to?.focus();
  }

  // Choose the step first when it is not the one on the right.
  function choose(link, then) {
    if (link.hasAttribute("aria-current")) {
      document.querySelector(then)?.focus();
      return;
    }
    next = then;
    link.click();
  }

  function remove(link) {
    const form = document.querySelector("[data-delete-form]");
    if (!form) return;
    const place = Math.max(1, steps().indexOf(link));
    next = `#line-${place}`;
    form.elements.step.value = link.dataset.step;
    form.requestSubmit();
  }

  const KEYS = {
    ArrowDown: (link) => move(link, 1),
    ArrowUp: (link) => move(link, -1),
    Home: () => steps()[0]?.focus(),
    End: () => steps().at(-1)?.focus(),
    Enter: (link) => choose(link, FIRST_FIELD),
    a: (link) => choose(link, "#add-kind"),
    Delete: remove,
  };

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if ((event.ctrlKey || event.metaKey) && key === "z" && !isTyping) {
      const undo = document.getElementById("undo");
      if (!undo || undo.disabled) return;
      event.preventDefault();
      next = target.closest?.(".outline-step") ? `#${target.id}` : "";
      undo.form.requestSubmit(undo);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Escape" && target.closest?.("#step")) {
      (current() || steps()[0])?.focus();
      return;
    }
    const link = target.closest?.("[data-outline] .outline-step");
    if (!link || !KEYS[key]) return;
    event.preventDefault();
    KEYS[key](link);
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (!next) return;
    const wanted = next;
    next = "";
    if (document.querySelector("#step .problems[tabindex]")) return;
    (document.querySelector(wanted) || current() || steps().at(-1))?.focus();
  });
})();
