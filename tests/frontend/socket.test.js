import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openSocket } from "../../static/js/live/socket.js";

/** The browser's side of a connection: it is made, says something and ends when the test says so. */
class Connection {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;
  static all = [];

  readyState = Connection.CONNECTING;
  said = [];

  constructor(url) {
    this.url = url;
    Connection.all.push(this);
  }

  send(text) {
    assert.equal(this.readyState, Connection.OPEN);
    this.said.push(JSON.parse(text));
  }

  close() {
    assert.notEqual(this.readyState, Connection.CONNECTING, "the browser complains of a connection that is ended before it is made");
    this.readyState = Math.max(this.readyState, Connection.CLOSING);
  }

  opens() {
    this.readyState = Connection.OPEN;
    this.onopen?.();
  }

  hears(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  ends(code) {
    this.readyState = Connection.CLOSED;
    this.onclose?.({ code });
  }
}

let heard;
let links;
let socket;

beforeEach(() => {
  Object.assign(globalThis, { window: new EventTarget(), location: { protocol: "https:", host: "example.org" }, WebSocket: Connection });
  [Connection.all, heard, links] = [[], [], []];
  socket = openSocket({ path: "/ws", greeting: () => ({ op: "join" }), onMessage: (message) => heard.push(message), onLink: (link) => links.push(link) });
});

test("it greets once it is open", () => {
  const [connection] = Connection.all;
  connection.opens();

  assert.deepEqual([connection.url, connection.said, links], ["wss://example.org/ws", [{ op: "join" }], ["connecting", "open"]]);
  socket.close();
});

test("one that is closed while it is being made is closed when it is, and says nothing and is not heard", () => {
  const [connection] = Connection.all;
  socket.close();
  assert.equal(connection.readyState, Connection.CONNECTING);
  connection.opens();
  connection.hears(["records"]);
  connection.ends(4404);

  assert.deepEqual([connection.said, heard, links], [[], [], ["connecting"]]);
});

test("one that is closed is closed at once, and twice does no harm", () => {
  const [connection] = Connection.all;
  connection.opens();
  socket.close();
  socket.close();
  connection.hears(["records"]);

  assert.deepEqual([connection.readyState, heard, socket.send({ op: "join" })], [Connection.CLOSING, [], false]);
});

for (const [state, prepare] of Object.entries({ "that is open": (connection) => connection.opens(), "that is being made": () => {} })) {
  test(`without a network a connection ${state} is lost at once, and with one again another is made at once`, () => {
    const [connection] = Connection.all;
    prepare(connection);
    window.dispatchEvent(new Event("offline"));
    assert.deepEqual([links.at(-1), socket.send({ op: "join" })], ["lost", false]);
    window.dispatchEvent(new Event("online"));
    assert.equal(Connection.all.length, 2);
    Connection.all[1].opens();
    connection.hears(["old"]);
    Connection.all[1].hears(["new"]);

    assert.deepEqual([links.at(-1), heard], ["open", [["new"]]]);
    socket.close();
  });
}

test("with a connection that is being made, who asks for one gets no second", () => {
  socket.retryNow();

  assert.equal(Connection.all.length, 1);
  socket.close();
});
