/** How does something that was made in the browser become a file of the reader's? */

import { el } from "../text/dom.js";
import { t } from "../text/translate.js";

/** No browser draws on a canvas that is taller or wider. */
const MOST_PX = 16_000;

/** Save a text or blob under this name. */
export function save(name, content, type = "text/plain;charset=utf-8") {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has begun by then; at once would be too early for some browsers.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * A picture of an SVG document at twice its size, or as large as a canvas can be. Rejects if the browser cannot draw it.
 *
 * @returns {Promise<Blob>} a PNG
 */
export async function pngOf(svg, scale = 2) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const fitting = Math.min(scale, MOST_PX / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * fitting);
    canvas.height = Math.round(image.naturalHeight * fitting);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(t("the canvas is too large")))), "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}
