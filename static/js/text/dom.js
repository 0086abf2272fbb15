/** How are elements made from data? Text only ever becomes a text node: what stands in a manifest cannot become markup. */

/**
 * @param {string} tag
 * @param {object|string|null} attributes `class`, `title`, `data-x` …; a function becomes a listener of the event (`onclick`)
 * @param {...(Node|string|null)} children
 */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set an element's text without touching the page when it is the same. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The data of a `json_script` block. */
export function jsonBlock(id) {
  return JSON.parse(document.getElementById(id).textContent);
}
