/** What does this page say of its reader to the teacher: lost, roaming? Whatever the room was told before, by this page or by one that was reloaded since, is put right. Pure. */

/** @param {(said: object) => boolean} send  whether it could be sent */
export function createSignals(send) {
  let told = { lost: false, roaming: false };

  return {
    get isLost() {
      return told.lost;
    },
    /** What the room knows of whoever has come in. */
    welcome({ lost = false, roaming = false }) {
      told = { lost, roaming };
    },
    lost(on) {
      if (send({ op: "lost", on })) told.lost = on;
    },
    /** Whoever comes back, is given the wheel or has loaded the page anew does not roam any more. */
    roams(on) {
      if (on !== told.roaming && send({ op: "roam", on })) told.roaming = on;
    },
  };
}
