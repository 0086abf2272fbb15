/**
 * The editor with everything around it, as both pages have it: draft, files, check, problems, Run.
 *
 * Nothing here ever throws the reader's text away: it stays in the editor until the page of its run has opened, and in the draft after that.
 */

import { el, setText } from "../text/dom.js";
import { lazily } from "../text/lazily.js";
import { t, tn } from "../text/translate.js";
import { createDraft } from "./draft.js";
import { createEditor } from "./editor.js";
import { createParts, nameOf as partName } from "./parts.js";
import { createProblemList } from "./problem-list.js";
import { behaviors, check, fields, follow, run, Unreachable } from "./server.js";
import { createSwitch } from "./version.js";

/** After the last key. */
const CHECK_AFTER_MS = 400;

/**
 * @param {HTMLFormElement} form  templates/scenarios/_editor.html
 * @param {object} config         the page's JSON block
 * @param {{onChange?: (text: string) => void, onRun?: (text: string) => Promise<void>|null}} [hooks]  `onRun`: what Run does in place of making a link
 */
export async function createWorkbench(form, config, { onChange = () => {}, onRun = null } = {}) {
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const textarea = form.elements.text;
  let served = textarea.value;
  // What is private stays in its link.
  const draftOf = () => createDraft(location.pathname, config.private ? null : undefined);
  let draft = draftOf();
  const message = part("message");
  const problemList = createProblemList(part("problems"), { onGo: (problem) => editor.goTo(problem), onFix: followAdvice });
  let checking = null;
  let timer = 0;

  // What the server sends back with problems is newer than any draft.
  const bounced = JSON.parse(part("initial-problems")?.textContent ?? "[]");
  const kept = bounced.length ? null : draft.load();
  if (kept !== null && kept !== "") textarea.value = kept;

  let parts = null;
  const editor = await createEditor(textarea, {
    onRun: submit,
    onChange: changed,
    label: t("Kubernetes YAML"),
    loadFields: () => fields(config.fields_url),
    onSight: (sight) => parts?.follow(sight),
    nameOf: partName,
  });
  parts = createParts(form, editor, location.pathname);
  const settings = createSwitch(form, config, { textOf: () => editor.text, change: (text) => editor.change(text), refuse: (problems) => show(problems), say });

  function changed(text) {
    if (text === served) draft.clear();
    else draft.save(text);
    say("");
    clearTimeout(timer);
    timer = setTimeout(checkNow, CHECK_AFTER_MS);
    onChange(text);
  }

  async function checkNow() {
    checking?.abort();
    checking = new AbortController();
    try {
      const { text } = editor;
      const answer = await check(form, config.check_url, { text, name: nameOf() }, checking.signal);
      if (editor.text === text) settings.show(answer);
      show(answer.problems, remarksOf(answer), answer.advice ?? []);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof Unreachable)) throw error;
      // The check is a convenience: Run will say what is wrong.
    }
  }

  function show(problems, remarks = [], advice = []) {
    const all = [...problems, ...remarks.map((remark) => ({ ...remark, severity: "warning" })), ...advice.map(adviceItem)];
    editor.showProblems(all);
    parts.count(problems);
    problemList.show(all);
  }

  async function followAdvice(advice) {
    try {
      const { text, problems } = await follow(form, config.follow_url, { text: editor.text, advice });
      if (problems) return say(`${problems[0].message}${problems[0].hint ? `; ${problems[0].hint}` : ""}.`);
      editor.change(text);
      say(t("Done. Ctrl-Z brings the text before back."), "neutral");
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      say(error.message);
    }
  }

  const behaviorDialog = lazily(
    () => import("./behavior-dialog.js"),
    ({ createBehaviorDialog }) => createBehaviorDialog(document.getElementById("behaviors"), { ask: askForBehaviors, change: (text) => editor.change(text) }),
  );
  part("behaviors").hidden = false;
  part("behaviors").addEventListener("click", () => behaviorDialog((dialog) => dialog.open(), missing));

  function missing() {
    say(t("The server cannot be reached. Your text is still here; try again in a moment."));
  }

  async function askForBehaviors(change) {
    try {
      return await behaviors(form, config.behaviors_url, editor.text, change);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return { problems: [{ message: error.message }] };
    }
  }

  function nameOf() {
    return form.elements.name?.value ?? "";
  }

  function say(text, tone = "bad") {
    setText(message, text);
    message.hidden = !text;
    message.dataset.tone = tone;
  }

  async function submit() {
    if (form.dataset.busy) return;
    if (onRun) return onRun(editor.text);
    form.dataset.busy = "true";
    performance.mark("nodeviz:run-pressed");
    sessionStorageSet("nodeviz.run-pressed", String(Date.now()));
    say("");
    try {
      const answer = await run(form, config.run_url, { text: editor.text, name: nameOf(), parent: form.elements.parent?.value ?? "" });
      if (answer.url) {
        keepToken(answer);
        location.assign(answer.url);
        return;
      }
      show(answer.problems);
      if (answer.problems[0]?.line) editor.goTo(answer.problems[0]);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      say(error.message);
    } finally {
      delete form.dataset.busy;
    }
  }

  const reading = lazily(() => import("./files.js"), (module) => module);
  const take = (files) => reading((module) => takeBy(module, files), missing);

  async function takeBy({ readFiles, UnfitFiles }, files) {
    try {
      const { name, text } = await readFiles(files, config.limits);
      if (form.elements.name) form.elements.name.value = name;
      editor.text = text;
      parts.afterLoad();
      say(t("{files} loaded. Ctrl-Z brings the text before back.", { files: files.length > 1 ? tn("{count} file", "{count} files", files.length) : name }), "neutral");
    } catch (error) {
      if (!(error instanceof UnfitFiles)) throw error;
      say(error.message);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.elements.files?.addEventListener("change", ({ target }) => {
    take([...target.files]);
    // The text has them now; posting them again would send everything twice.
    target.value = "";
  });
  listenToDrops(take);
  if (bounced.length) show(bounced);
  if (!bounced.length) timer = setTimeout(checkNow, CHECK_AFTER_MS);
  onChange(editor.text);
  say(messageFromBefore(), "neutral");

  return {
    form,
    editor,
    keepToken,
    say,
    /** As if the text had been written and Run been pressed. */
    submitText(text) {
      editor.change(text);
      return submit();
    },
    /** Say what is wrong with a text that was not run. */
    refuse: (problems) => show(problems),
    /**
     * Another run is shown on this page, under the present address: its text is in the editor, is the one to go back to, and the parent of what is run next.
     * What somebody has written since `written` was read stays, as an edit of the new run.
     */
    settle(text, id, written = editor.text) {
      served = text;
      draft = draftOf();
      if (form.elements.parent) form.elements.parent.value = id;
      if (editor.text === written) editor.change(text);
      changed(editor.text);
    },
    /** Put a text in place of what is there; Ctrl-Z brings that back. */
    load(text, name) {
      if (form.elements.name && name) form.elements.name.value = name;
      editor.text = text;
      parts.afterLoad();
      editor.focus();
    },
  };
}

/** Advice as an item of the list: what, why, and what to do; the button does it where a machine can. */
function adviceItem(advice) {
  const { what: message, why, fix, source, path, line, column, level } = advice;
  return { message, why, hint: fix, source, path, line, column, severity: level === "warning" ? "advice" : "note", advice };
}

/** What does not stop a run: the API server's warnings, and documents of kinds that are kept but not simulated. Both come as words, without a place. */
function remarksOf({ warnings = [], not_simulated: others = [] }) {
  return [...warnings, ...others.map((other) => t("{other} is kept, but not simulated", { other }))].map((message) => ({ message }));
}

/** Who made a run may cancel and delete it: the token stays in this browser, and nowhere else. */
function keepToken({ url, token }) {
  if (!token) return;
  try {
    localStorage.setItem(`nodeviz.token:${url.split("/").pop()}`, token);
  } catch {
    /* Then nobody can delete the run but the server's keeper; it expires. */
  }
}

/** What the page before this one had to say; it is said once. */
function messageFromBefore() {
  try {
    const message = sessionStorage.getItem("nodeviz.message") ?? "";
    sessionStorage.removeItem("nodeviz.message");
    return message;
  } catch {
    return "";
  }
}

function listenToDrops(take) {
  const veil = document.body.appendChild(el("div", { class: "drop-veil", hidden: true }, el("p", null, t("Drop .yaml, .yml or .json files anywhere"))));
  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const set = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  window.addEventListener("dragenter", (event) => hasFiles(event) && set(1));
  window.addEventListener("dragleave", (event) => hasFiles(event) && set(-1));
  window.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    set(-depth);
    take([...event.dataTransfer.files]);
  });
}

function sessionStorageSet(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    /* Only a measure of our own speed is lost. */
  }
}
