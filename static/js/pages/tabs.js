/** Tabs: one panel of several, by the pattern of the ARIA Authoring Practices. */

/**
 * @param {HTMLElement} list  the tabs, each with `data-tab` and `aria-controls`
 * @param {(name: string) => void} [onShow]
 * @param {{hides?: boolean}} [options] false: which panel is to be seen is the style sheet's business
 */
export function createTabs(list, onShow = () => {}, { hides = true } = {}) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const nameOf = (tab) => tab.dataset.tab;

  function show(name, { focus = false } = {}) {
    for (const tab of tabs) {
      const chosen = nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (hides) document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
      if (chosen && focus) tab.focus();
    }
    onShow(name);
  }

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => show(nameOf(tab)));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step) show(nameOf(tabs[(index + step + tabs.length) % tabs.length]), { focus: true });
    });
  }
  return { show, current: () => nameOf(tabs.find((tab) => tab.getAttribute("aria-selected") === "true")) };
}
