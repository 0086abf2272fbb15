/**
 * The Share dialog: which link, how long what it leads to is kept, as letters, as a code or as a frame; and the way to delete it. Before anything is shown to
 * others it warns of secrets in the text. Loaded when it is opened for the first time.
 */

import { edited, Unreachable } from "../editor/server.js";
import { el, setText } from "../text/dom.js";
import { encodePrivate, LONG_CHARACTERS } from "../text/private-link.js";
import { findSecrets, inGroups, redact } from "../text/secrets.js";
import { t, tn } from "../text/translate.js";
import { tokenOfRun } from "./outcome.js";
import { copyText } from "../text/clipboard.js";

const MOST_FINDINGS = 8;
const FRAME = { width: 800, height: 420 };

/**
 * @param {HTMLDialogElement} dialog     templates/runs/_share.html
 * @param {HTMLDialogElement} projector
 * @param {object} page config, session, workbench(), viewFragment()
 */
export function createShare(dialog, projector, { config, session, workbench, viewFragment }) {
  const part = (name, within = dialog) => within.querySelector(`[data-part="${name}"]`);
  const kinds = [...dialog.querySelectorAll('input[name="kind"]')];
  /** Runs whose sharing this page has seen. */
  const shared = new Set(config.shared ? [config.scenario] : []);
  /** Texts whose warning was read. */
  const accepted = new Set();
  let link = "";

  for (const kind of kinds) kind.addEventListener("change", () => choose());
  part("copy").addEventListener("click", () => guarded(() => copy(part("link"), link)));
  part("copy-snippet").addEventListener("click", () => guarded(() => copy(part("snippet"), part("snippet").value)));
  part("code").addEventListener("click", () => guarded(toggleCode));
  part("project").addEventListener("click", () => guarded(project));
  part("anyway").addEventListener("click", () => {
    accepted.add(text());
    draw();
    part("link").focus();
  });
  part("redact").addEventListener("click", putRedacted);
  part("delete").addEventListener("click", () => guarded(remove));
  part("deletion").addEventListener("toggle", () => disarm());
  part("token").addEventListener("input", () => disarm());

  return {
    async open() {
      // What is not stored has no link but the private one.
      for (const { value, parentElement } of kinds) parentElement.hidden = session.isTry && value !== "private";
      const chosen = kindOf();
      if (session.isTry) check("private");
      else if (chosen === "private" && !dialog.open) check("run");
      part("deletion").hidden = session.isTry;
      part("embedding").open = part("deletion").open = false;
      const drawn = draw();
      if (!dialog.open) dialog.showModal();
      await drawn;
      if (part("links").hidden) part("redact").focus();
      else part("link").select();
    },
  };

  // -- which link ----------------------------------------------------------------------------------------------------------------

  function kindOf() {
    return kinds.find(({ checked }) => checked).value;
  }

  function check(value) {
    for (const kind of kinds) kind.checked = kind.value === value;
  }

  /** What others would read: of a stored run its text, in a private link what the editor holds. */
  function text() {
    return kindOf() === "private" ? workbench().editor.text : session.text;
  }

  function draw() {
    const findings = accepted.has(text()) ? [] : findSecrets(text());
    part("warning").hidden = !findings.length;
    part("links").hidden = findings.length > 0;
    if (!findings.length) return choose();
    warn(findings);
    return undefined;
  }

  function warn(findings) {
    const groups = inGroups(findings);
    const lines = groups.slice(0, MOST_FINDINGS).map(({ first, last, kind, name }) => {
      const place = first === last ? t("Line {line}", { line: first }) : t("Lines {first} to {last}", { first, last });
      return el("li", null, el("strong", null, place), ` ${wordsOf(kind, name)}`);
    });
    if (groups.length > MOST_FINDINGS) lines.push(el("li", null, tn("and one more", "and {count} more", groups.length - MOST_FINDINGS)));
    part("findings").replaceChildren(...lines);
  }

  async function choose() {
    const kind = kindOf();
    // The warning is about the text, and this may be another one.
    if (findSecrets(text()).length && !accepted.has(text())) return draw();
    const found = await linkOf(kind);
    // Somebody has chosen another kind meanwhile.
    if (kind !== kindOf()) return undefined;
    link = found;
    part("link").value = link;
    setText(part("about"), aboutOf(kind));
    say("");
    closeCode();
    part("embedding").hidden = kind === "private";
    part("snippet").value = session.isTry ? "" : snippetOf();
    const token = session.isTry ? "" : tokenOfRun(session.id);
    part("token").value = token;
    setText(part("token-note"), token ? t("This browser made the run and keeps its delete token. Copy the token if you want to delete the run from elsewhere.") : t("The browser that made the run keeps its delete token. With the token it can be deleted from anywhere."));
    disarm();
    return undefined;
  }

  async function linkOf(kind) {
    if (kind === "private") return new URL(config.private_url, location.href).href + (await encodePrivate(text()));
    return new URL(session.urlOf("page_url"), location.href).href + (kind === "view" ? viewFragment() : "");
  }

  function aboutOf(kind) {
    if (kind === "private") {
      const long = link.length > LONG_CHARACTERS ? ` ${t("It has {count} characters; some chat programs cut links of this length.", { count: link.length })}` : "";
      return `${t("The whole text is in the link, after the #, which browsers do not send. To show the run, the server computes the text and forgets it. It is stored nowhere: it never expires, and nobody can delete it.")}${long}`;
    }
    const seen = t("Whoever has this link sees the run and its text.");
    const view = kind === "view" ? ` ${t("It opens at the part that is in sight now, with what is selected.")}` : "";
    return `${seen}${view} ${keptOf()}`;
  }

  function keptOf() {
    if (shared.has(session.id)) return t("It is kept until somebody with its delete token deletes it.");
    const then = t("Copying the link shares it: then it is kept until somebody with its delete token deletes it.");
    if (!config.expires || session.id !== config.scenario) return then;
    const date = new Date(config.expires).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
    return `${t("It is deleted on {date}, unless somebody opens or shares it before.", { date })} ${then}`;
  }

  function snippetOf() {
    const source = new URL(session.urlOf("embed_url"), location.href).href + viewFragment();
    const { width, height } = FRAME;
    return `<iframe src="${source.replaceAll("&", "&amp;")}" width="${width}" height="${height}" title="${t("A run of nodeviz")}" loading="lazy" style="border:0" allowfullscreen></iframe>`;
  }

  // -- giving it away ------------------------------------------------------------------------------------------------------------

  async function copy(field, value) {
    await share();
    const copied = await copyText(value);
    if (!copied) field.select();
    say(copied ? t("Copied.") : t("This browser does not allow copying; the text is selected."));
  }

  /** From now on the run is kept. A private link leads to nothing that could be. */
  async function share() {
    if (kindOf() === "private" || !config.share_url || shared.has(session.id)) return;
    const { id } = session;
    const { problems } = await edited(workbench().form, session.urlOf("share_url"), {});
    if (problems) throw new Unreachable(problems[0].message);
    shared.add(id);
    setText(part("about"), aboutOf(kindOf()));
  }

  async function toggleCode() {
    if (!part("code-box").hidden) return closeCode();
    const { MOST_CHARACTERS, qrElement } = await import("./qr.js");
    if (link.length > MOST_CHARACTERS) return say(t("A link of {count} characters does not fit into a QR code. Take the short link.", { count: link.length }), "bad");
    await share();
    part("qr").replaceChildren(qrElement(link, t("QR code of the link")));
    part("code-box").hidden = false;
    part("code").setAttribute("aria-expanded", "true");
    return undefined;
  }

  function closeCode() {
    part("code-box").hidden = true;
    part("code").setAttribute("aria-expanded", "false");
  }

  async function project() {
    const { qrElement } = await import("./qr.js");
    part("qr", projector).replaceChildren(qrElement(link, t("QR code of the link")));
    // Nobody types a link that holds a text.
    setText(part("link", projector), link.length > 200 ? "" : link);
    projector.showModal();
  }

  // -- taking it back ------------------------------------------------------------------------------------------------------------

  function putRedacted() {
    const { editor, say: tell } = workbench();
    const old = text();
    editor.change(redact(old));
    dialog.close();
    document.getElementById("side-switch").querySelector('[data-tab="spec"]').click();
    tell(session.isTry ? t("Redacted. Ctrl-Z brings the text before back.") : t("Redacted: Run makes a link of its own. The run before still holds the secrets until it is deleted."), "neutral");
    editor.focus();
  }

  function disarm() {
    part("delete").dataset.armed = "";
    setText(part("delete"), t("Delete this run"));
  }

  async function remove() {
    const button = part("delete");
    const token = part("token").value.trim();
    if (!token) {
      part("token").focus();
      return say(t("Enter the delete token."), "bad");
    }
    if (!button.dataset.armed) {
      button.dataset.armed = "true";
      return setText(button, t("Really delete it, for everybody and for good?"));
    }
    disarm();
    const { problems } = await edited(workbench().form, session.urlOf("delete_url"), { token });
    if (problems) return say(problems[0].message, "bad");
    try {
      localStorage.removeItem(`nodeviz.token:${session.id}`);
      sessionStorage.setItem("nodeviz.message", t("The run is deleted."));
    } catch {
      /* Then the first page says nothing. */
    }
    return location.assign(document.querySelector(".brand").href);
  }

  async function guarded(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Unreachable || error.name === "NotAllowedError")) throw error;
      say(error.name === "NotAllowedError" ? t("The browser does not allow it; select the link and copy it.") : error.message, "bad");
    }
  }

  function say(words, tone = "good") {
    setText(part("message"), words);
    part("message").dataset.tone = tone;
  }
}

function wordsOf(kind, name) {
  const words = {
    secret: t("{name}, in the data of a Secret", { name }),
    key: t("a private key"),
    token: t("{name}", { name: t(name) }),
    value: t("a literal value of {name}", { name }),
    blob: t("long base64 in {name}", { name }),
  };
  return words[kind];
}
