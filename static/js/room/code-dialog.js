/**
 * How does one come into this room? The code and the address, so large that the last row reads them, and as a picture for telephones. The teacher also finds the driver's
 * link here, which is in no address bar: it is for another computer, and for a browser that has forgotten it.
 */

import { el, setText } from "../text/dom.js";
import { copyText } from "../text/clipboard.js";
import { t } from "../text/translate.js";
import { qrElement } from "../pages/qr.js";
import { spoken } from "./following.js";

/** A page of this server under the address by which others reach it; under this page's own where nobody else does. Pure. */
export function reachedUrl(path, addresses, ownUrl) {
  return new URL(new URL(path, ownUrl).pathname, (addresses.only_here ? undefined : addresses.urls[0]) ?? ownUrl);
}

/** Where students type the code. */
export function joinUrlOf({ join_url: joinUrl, addresses }) {
  return reachedUrl(joinUrl, addresses, location.href);
}

/**
 * @param {HTMLDialogElement} dialog  templates/classroom/_code.html
 * @param {{code: string, join_url: string, addresses: {urls: string[], only_here: boolean}}} room  the addresses of this page as others reach it;
 *   only_here: they do not, for the server was started for this computer alone
 * @param {() => string|undefined} token the driver's; none for students
 */
export function createCodeDialog(dialog, room, token) {
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  const joinUrl = joinUrlOf(room);
  const directUrl = new URL(joinUrl);
  directUrl.searchParams.set("code", room.code);

  setText(part("code"), spoken(room.code));
  part("address").replaceChildren(el("a", { href: joinUrl.href }, joinUrl.href.replace(/^https?:\/\//, "")));
  // A code that leads a class to an address that refuses it costs a lesson's first five minutes.
  if (!room.addresses.only_here) part("qr").append(qrElement(directUrl.href, t("QR code that leads into this room")));
  part("qr").hidden = room.addresses.only_here;
  part("here-only").hidden = !room.addresses.only_here;
  part("copy").addEventListener("click", () => copy(directUrl.href, t("The link for students is copied.")));
  part("copy-driver").addEventListener("click", () => copy(driverUrl(), t("The driver's link is copied. Whoever has it is the teacher.")));

  function driverUrl() {
    return `${reachedUrl(location.pathname, room.addresses, location.href).href}#driver=${token()}`;
  }

  async function copy(link, done) {
    setText(part("message"), (await copyText(link)) ? done : t("This browser does not allow copying."));
  }

  return {
    open() {
      setText(part("message"), "");
      part("driver").hidden = !token();
      if (!dialog.open) dialog.showModal();
    },
  };
}
