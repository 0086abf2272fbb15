/** Tabs: one panel of several, by the pattern of the ARIA Authoring Practices. */

/** @returns {{show: (name: string) => void, current: () => string}} */
export function createTabs(list, onShow = () => {}) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const nameOf = (tab) => tab.dataset.tab;

  function show(name, { focus = false } = {}) {
    for (const tab of tabs) {
      const chosen = nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
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
