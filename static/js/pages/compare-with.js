/** With what can the run be compared that the page shows? The forms are in the page (templates/runs/_compare.html); here they learn which run that is. */

/**
 * @param {HTMLElement} box  an element with the attribute `popover`
 * @param {{session: object, button: HTMLElement}} page
 */
export function createCompareWith(box, { session, button }) {
  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  const address = (a, b) => `${box.querySelector("form").getAttribute("action")}?${new URLSearchParams({ a, b })}`;

  function fill() {
    const { id, ghostId } = session;
    part("untold").hidden = id !== null;
    part("choices").hidden = id === null;
    if (id === null) return;
    for (const input of box.querySelectorAll('input[name="a"], input[name="b"]:not([data-kept])')) input.value = id;
    link(part("behind"), ghostId);
    link(part("parent"), part("parent").dataset.parent);
  }

  function link(element, other) {
    element.hidden = !other || other === session.id;
    if (other) element.href = address(other, session.id);
  }

  box.addEventListener("beforetoggle", ({ newState }) => {
    if (newState === "open") fill();
  });
  box.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    const { right, bottom } = button.getBoundingClientRect();
    box.style.left = `${Math.max(4, Math.min(right - box.offsetWidth, innerWidth - box.offsetWidth - 4))}px`;
    box.style.top = `${Math.max(4, Math.min(bottom + 4, innerHeight - box.offsetHeight - 4))}px`;
    box.querySelector("a:not([hidden]), select")?.focus();
  });

  return { address };
}
