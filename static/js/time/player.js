/**
 * What time is it on the page? The virtual clock: play, pause, speed, scrub, and following what is being computed. Pure: time passes by `tick`.
 *
 * The worker computes as fast as it can; the *head* is how far it is. The clock never passes the head.
 */

/** Virtual seconds per second; "max": as fast as it comes. */
export const SPEEDS = [1, 10, 60, Infinity];

export function createPlayer() {
  return {
    nowS: 0,
    headS: 0,
    /** No more will be computed. */
    over: false,
    playing: true,
    speed: Infinity,
  };
}

/** The clock stands at the newest that there is and moves with it. */
export function isFollowing(player) {
  return player.playing && player.speed === Infinity;
}

/** Everything that there will ever be has been shown. */
export function isAtEnd(player) {
  return player.over && player.nowS >= player.headS;
}

/** Another run is shown: nothing of it has been computed yet. The clock stays where it is. */
export function restart(player) {
  Object.assign(player, { headS: 0, over: false });
}

export function headMoved(player, headS, over) {
  player.headS = Math.max(player.headS, headS);
  player.over = over;
  if (isFollowing(player)) player.nowS = player.headS;
  if (over) player.nowS = Math.min(player.nowS, player.headS);
  if (isAtEnd(player)) player.playing = false;
}

/** `elapsedS` of the reader's time have passed. Returns whether the clock moved. */
export function tick(player, elapsedS) {
  if (!player.playing) return false;
  const before = player.nowS;
  player.nowS = player.speed === Infinity ? player.headS : Math.max(player.nowS, Math.min(player.headS, player.nowS + elapsedS * player.speed));
  if (isAtEnd(player)) player.playing = false;
  return player.nowS !== before;
}

export function play(player) {
  // Pressing play at the end means: once more. At full speed there would be nothing to see.
  if (isAtEnd(player)) {
    player.nowS = 0;
    if (player.speed === Infinity) player.speed = replaySpeed(player.headS);
  }
  player.playing = true;
}

export function pause(player) {
  player.playing = false;
}

export function seek(player, atS) {
  player.nowS = Math.min(player.headS, Math.max(0, atS));
  // Somebody who goes to an instant wants to look at it.
  player.playing = false;
}

export function setSpeed(player, speed) {
  player.speed = speed;
  if (isFollowing(player)) player.nowS = player.headS;
}

export function followHead(player) {
  player.speed = Infinity;
  player.nowS = player.headS;
  player.playing = !player.over;
}

/** The slowest speed at which the whole run takes at most half a minute. */
function replaySpeed(lengthS) {
  return SPEEDS.find((speed) => lengthS / speed <= 30 && speed !== Infinity) ?? 60;
}
