// Runs before the first paint: the person's choice, else what the system prefers.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  root.classList.add("has-script");

  function chosen() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  }

  function apply() {
    const choice = chosen();
    const dark = choice ? choice === "dark" : system.matches;
    root.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      const pressed = button.dataset.themeChoice === (choice || "auto");
      button.setAttribute("aria-pressed", String(pressed));
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    try {
      if (button.dataset.themeChoice === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", button.dataset.themeChoice);
    } catch {
      // Storage may be switched off: the choice then lasts until the page is left.
      root.dataset.bsTheme = button.dataset.themeChoice;
      return;
    }
    apply();
  });
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  apply();
})();
