/* Which theme? Runs before the first paint, so that a stored choice does not flash; everything else about themes is in style.css. Not a module for that reason. */
(() => {
  const KEY = "nodeviz.theme";
  const root = document.documentElement;
  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // Storage may be forbidden; then the system's preference holds.
    }
  };
  const apply = (choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
  };
  apply(stored());
  root.classList.add("js");

  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.querySelector(`input[name="theme"][value="${root.dataset.theme ?? "auto"}"]`);
    if (choice) choice.checked = true;
  });
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "theme") return;
    try {
      localStorage.setItem(KEY, target.value);
    } catch {
      /* The choice then lasts until the page is left. */
    }
    apply(target.value);
    document.dispatchEvent(new CustomEvent("themechange"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));
})();
