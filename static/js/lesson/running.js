/** Between the answer and its reveal the clock runs: never slower than real time, and never longer than a class likes to wait. */

const LONGEST_S = 12;

/**
 * @param {(atS: number) => void} onTime  in each frame: how far it is
 * @param {() => void} onEnd
 */
export function createRunning(onTime, onEnd) {
  let frame = 0;

  function stop() {
    cancelAnimationFrame(frame);
    frame = 0;
  }

  return {
    get isOn() {
      return frame !== 0;
    },

    start(fromS, toS) {
      stop();
      const lengthS = toS - fromS;
      const lastsMs = Math.min(LONGEST_S, lengthS) * 1000;
      let beganMs = 0;
      const step = (nowMs) => {
        beganMs ||= nowMs;
        const share = lastsMs > 0 ? Math.min(1, (nowMs - beganMs) / lastsMs) : 1;
        onTime(fromS + share * lengthS);
        if (share === 1) {
          stop();
          onEnd();
        } else {
          frame = requestAnimationFrame(step);
        }
      };
      frame = requestAnimationFrame(step);
    },
    stop,
  };
}
