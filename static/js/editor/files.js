/** How do files become the editor's text? Read here, within the server's limits; several are joined as YAML documents in the order of their names. */

import { formatBytes } from "../text/describe.js";
import { t } from "../text/translate.js";

const SUFFIXES = [".yaml", ".yml", ".json"];

/** Thrown for files that cannot be taken; the message is for the reader. */
export class UnfitFiles extends Error {}

/** Which of these files are taken, in which order? Raises UnfitFiles when they cannot be. Pure: looks at names and sizes. */
export function chooseFiles(files, { bytes, files: most }) {
  const fitting = [...files].filter(({ name }) => SUFFIXES.some((suffix) => name.toLowerCase().endsWith(suffix)));
  if (!fitting.length) throw new UnfitFiles(t("None of these is a {suffixes} file.", { suffixes: SUFFIXES.join(", ") }));
  if (fitting.length > most) throw new UnfitFiles(t("{count} files are too many: at most {most}.", { count: fitting.length, most }));
  const total = fitting.reduce((sum, { size }) => sum + size, 0);
  if (total > bytes) throw new UnfitFiles(t("{size} are too much: at most {most} can be run.", { size: formatBytes(total), most: formatBytes(bytes) }));
  return fitting.sort((a, b) => a.name.localeCompare(b.name));
}

/** @returns {Promise<{name: string, text: string}>} */
export async function readFiles(files, limits) {
  const chosen = chooseFiles(files, limits);
  const texts = await Promise.all(chosen.map(decode));
  return { name: chosen[0].name, text: joinDocuments(texts.map((text, index) => ({ name: chosen[index].name, text }))) };
}

async function decode(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new UnfitFiles(t("{file} is not UTF-8 text.", { file: file.name }));
  }
}

/** One file stays as it is; several get a comment with their name each. */
export function joinDocuments(documents) {
  if (documents.length === 1) return documents[0].text;
  return documents.map(({ name, text }) => `# ${name}\n${text.replace(/^---[ \t]*\n/, "").replace(/\n*$/, "\n")}`).join("---\n");
}
