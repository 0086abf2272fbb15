/**
 * Which records do we have, and what did the server say about the run? Plain data; knows neither sockets nor the page.
 *
 * Records are numbered without holes, so the length of the list is the number we want next. That is the whole protocol of resuming.
 */

export function createStore() {
  const records = [];
  const run = {
    scenario: null,
    version: null,
    status: "connecting",
    queue: null,
    error: null,
    verdict: null,
    /** It was computed before: what is "running" is the clock (recording.js). */
    isRecorded: false,
    /** Virtual seconds that have been computed: the last record, or further if the server said so. */
    headS: 0,
  };

  return {
    records,
    run,

    /** The number of the first record that is still missing. */
    get wanted() {
      return records.length;
    },

    /**
     * Take a message of the wire (nodeviz/runs/frames.py).
     * @returns {{wish: "rejoin"|"reload"|"over"|null, fresh: Array}} what its source has to do now: ask for what is missing, see another version of the run, close;
     *   and the new records
     */
    receive([kind, first, second]) {
      switch (kind) {
        case "h":
          // After an upgrade of the server the same link is another run.
          if (run.version && run.version !== first.version) return { wish: "reload", fresh: [] };
          this.hello(first);
          break;
        case "p":
          this.progress(first);
          break;
        case "s":
          this.status(first, second);
          if (isOver(first)) return { wish: "over", fresh: [] };
          break;
        case "e": {
          const fresh = this.take(first, second);
          return fresh ? { wish: null, fresh } : { wish: "rejoin", fresh: [] };
        }
      }
      return { wish: null, fresh: [] };
    },

    /** The answer to a join. A run that is over still has to be sent: its last word comes after its last record. */
    hello({ scenario, version, status, queue, error, isRecorded = false }) {
      Object.assign(run, { scenario, version, isRecorded });
      this.status(isOver(status) ? "loading" : status, { queue, error });
    },

    status(status, { queue = null, error = null, verdict = null } = {}) {
      run.status = status ?? run.status;
      run.queue = queue;
      run.error = error;
      run.verdict = verdict ?? run.verdict;
    },

    progress(virtualS) {
      run.headS = Math.max(run.headS, virtualS);
    },

    /**
     * Take consecutive records, the first of which has the number `firstSeq`. Records that are here already are left out, so that a repeated
     * frame does no harm. Returns the new ones, or null if records before them are missing: then ask for `wanted`.
     */
    take(firstSeq, incoming) {
      if (firstSeq > records.length) return null;
      const fresh = incoming.slice(records.length - firstSeq);
      for (const record of fresh) records.push(record);
      if (fresh.length) this.progress(fresh[fresh.length - 1].t);
      return fresh;
    },
  };
}

/** Nothing more will come: the run's last word is known. `orHeld`: or it is a recording of which no more is to be seen now (recording.js). */
export function isOver(status, orHeld = false) {
  return status === "finished" || status === "failed" || (orHeld && status === "held");
}
