/** The page of a class that is over: its teacher, whose token lies in this browser, still gets the answers. */

import { createMemory } from "../room/link.js";

const form = document.getElementById("room-answers");
const { token } = createMemory(form.dataset.code, window.localStorage).get();
form.elements.token.value = token ?? "";
form.hidden = !token;
