/** Which colours does the page have now? The canvas and Plotly cannot read style sheets, so they are asked of a probe element. */

const NAMES = { page: "--page", ink: "--ink", muted: "--muted", grid: "--grid", podRow: "--pod-row", selectedRow: "--selected-row" };

export function currentTheme() {
  const root = document.documentElement;
  const probe = document.body.appendChild(document.createElement("span"));
  const theme = { name: isDark(root) ? "dark" : "light", font: getComputedStyle(document.body).fontFamily };
  for (const [key, variable] of Object.entries(NAMES)) {
    probe.style.color = `var(${variable})`;
    theme[key] = getComputedStyle(probe).color;
  }
  probe.remove();
  return theme;
}

function isDark({ dataset }) {
  return dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
