/** What goes into a link, and what should not? */

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";

import { addRecords, createSpans } from "../../static/js/gantt/spans.js";
import { decodePrivate, encodePrivate, MOST_BYTES, PREFIX, UnreadableLink } from "../../static/js/text/private-link.js";
import { findSecrets, inGroups, redact } from "../../static/js/text/secrets.js";
import { decodeView, encodeView, selectionIn } from "../../static/js/text/view-link.js";
import { container, started, trace } from "./records.js";

// -- a link to what is in sight --------------------------------------------------------------------------------------------------

const VIEWS = {
  "a time range, the clock, a bar and a lens": [
    { range: { startS: 12.3, endS: 45.6 }, atS: 20.1, selected: { key: "default/web/app", seq: 17 }, lens: "api" },
    "#t=12.3-45.6&at=20.1&sel=default/web/app@17&lens=api",
  ],
  "a row alone": [{ selected: { key: "shop/web", seq: null } }, "#sel=shop/web"],
  "a range that begins before the run": [{ range: { startS: -0.6, endS: 50 } }, "#t=-0.6-50"],
  "instants to the millisecond": [{ range: { startS: 0.1 + 0.2, endS: 1 / 3 }, atS: 1e-7 }, "#t=0.3-0.333&at=0"],
  "nothing to say": [{}, ""],
};
for (const [name, [view, fragment]] of Object.entries(VIEWS)) test(`a link says ${name}`, () => assert.equal(encodeView(view), fragment));

test("a link brings back what was in sight", () => {
  const view = { range: { startS: -1.5, endS: 45.6 }, atS: 20.1, selected: { key: "default/web-0/app", seq: 0 }, lens: "kubelet" };

  assert.deepEqual(decodeView(encodeView(view)), view);
});

const EMPTY = { range: null, atS: null, selected: null, lens: null };
const NONSENSE = {
  "": EMPTY,
  "#main": EMPTY,
  "#t=5-5": EMPTY,
  "#t=9-5&at=x": EMPTY,
  "#t=1e9-2e9": EMPTY,
  "#at=NaN": EMPTY,
  "#at=-4": { ...EMPTY, atS: 0 },
  "#sel=<script>": EMPTY,
  "#sel=web@1x": EMPTY,
  "#sel=default/web@99999999999": EMPTY,
  "#sel=default%2Fweb%40 3": EMPTY,
  "#sel=default%2Fweb%403": { ...EMPTY, selected: { key: "default/web", seq: 3 } },
  "#lens=__proto__": EMPTY,
  "#t=1-2&unknown=3": { ...EMPTY, range: { startS: 1, endS: 2 } },
  "#%%%&t=1-2": { ...EMPTY, range: { startS: 1, endS: 2 } },
  [`#t=1-2&x=${"y".repeat(3000)}`]: EMPTY,
};
for (const [fragment, view] of Object.entries(NONSENSE)) test(`nonsense is as good as missing: ${fragment.slice(0, 40)}`, () => assert.deepEqual(decodeView(fragment), view));

test("a selection is found by its row and the record that began it", () => {
  const model = createSpans();
  addRecords(model, trace(...started(container("app"))));
  const row = model.rows.get("default/web/app");

  assert.equal(selectionIn(model, { key: "default/web/app", seq: 3 }).span, row.spans[1]);
  assert.deepEqual(selectionIn(model, { key: "default/web/app", seq: null }), { row, span: null, mark: null });
  assert.equal(selectionIn(model, { key: "default/other", seq: 1 }), null);
  assert.equal(selectionIn(model, null), null);
});

// -- a link that holds the text --------------------------------------------------------------------------------------------------

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: wéb-☃-🚀}\n".repeat(30);

test("a text comes out of its link as it went in", async () => {
  const fragment = await encodePrivate(POD);

  assert.match(fragment, /^#v1:[A-Za-z0-9_-]+$/);
  assert.ok(fragment.length < POD.length / 5);
  assert.equal(await decodePrivate(fragment), POD);
});

test("an empty text and a large one go through", async () => {
  const large = Array.from({ length: 40_000 }, (_, index) => `line ${index * 7919}`).join("\n");

  assert.equal(await decodePrivate(await encodePrivate("")), "");
  assert.equal(await decodePrivate(await encodePrivate(large)), large);
});

const packed = (bytes) => PREFIX + deflateRawSync(bytes).toString("base64url");
const UNREADABLE = {
  "another form": "#v2:abc",
  "no text at all": "#t=1-2",
  "letters that are no base64": `${PREFIX}%%%`,
  "a link that was cut off": packed(Buffer.from(POD)).slice(0, -20),
  "bytes that are no text": packed(Buffer.from([0xff, 0xfe, 0xfd])),
  "a few kilobytes that would become a gigabyte": packed(Buffer.alloc(MOST_BYTES * 8)),
};
for (const [name, fragment] of Object.entries(UNREADABLE)) test(`unreadable: ${name}`, () => assert.rejects(decodePrivate(fragment), UnreadableLink));

test("a text of exactly the limit is read", async () => assert.equal((await decodePrivate(packed(Buffer.alloc(MOST_BYTES, "a")))).length, MOST_BYTES));

// -- what should not be shown ----------------------------------------------------------------------------------------------------

const GITHUB = `ghp_${"a1B2c3D4e5".repeat(4)}`;
const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N`;
const SECRET = "kind: Secret\nmetadata: {name: db}\n";

/** Text -> `line what: the value`. */
const SECRETS = {
  "data of a Secret": [`apiVersion: v1\n${SECRET}data:\n  user: YWRtaW4=\n  pin: aHVudGVyMg==\n`, ["5 secret user: YWRtaW4=", "6 secret pin: aHVudGVyMg=="]],
  "stringData of a Secret, in any order": [`stringData:\n  pin: "hunter2"\n${SECRET}`, ["2 secret pin: hunter2"]],
  "data in braces": ["kind: Secret\ndata: {pin: aHVudGVyMg==, other: Y2hhbmdlbWU=}\n", ["2 secret pin: aHVudGVyMg=="]],
  "a block of a Secret": ["kind: Secret\nstringData:\n  conf: |\n    alpha\n\n    beta\n  other: gamma\n", ["4 secret conf: alpha", "6 secret conf: beta", "7 secret other: gamma"]],
  "a Secret in a List": ["kind: List\nitems:\n- kind: Secret\n  data:\n    pin: aHVudGVyMg==\n- kind: ConfigMap\n  data:\n    mode: fast\n", ["5 secret pin: aHVudGVyMg=="]],
  "a Secret in JSON": ['{\n  "kind": "Secret",\n  "data": {\n    "pin": "aHVudGVyMg=="\n  }\n}\n', ["4 secret pin: aHVudGVyMg=="]],
  "a private key": [
    "data:\n  k: |\n    -----BEGIN RSA PRIVATE KEY-----\n    MIIabc\n    -----END RSA PRIVATE KEY-----\n  z: plain\n",
    ["3 key private key: -----BEGIN RSA PRIVATE KEY-----", "4 key private key: MIIabc", "5 key private key: -----END RSA PRIVATE KEY-----"],
  ],
  "an access key of AWS": ["args: [AKIAABCDEFGHIJKLMNOP]", ["1 token AWS access key: AKIAABCDEFGHIJKLMNOP"]],
  "a token of GitHub": [`run: git clone https://github.com # ${GITHUB}`, [`1 token GitHub token: ${GITHUB}`]],
  "a token of GitLab": ["x: glpat-abcdefghij0123456789", ["1 token GitLab token: glpat-abcdefghij0123456789"]],
  "a token of Slack": ["x: xoxb-123456789012-abcdef", ["1 token Slack token: xoxb-123456789012-abcdef"]],
  "a JSON Web Token": [`Authorization: Bearer ${JWT}`, [`1 token JSON Web Token: ${JWT}`]],
  "a password in an address": ["value: postgres://app:hunter2@db:5432/app", ["1 token password in an address: hunter2"]],
  "a literal in env": ["env:\n- name: DB_PASSWORD\n  value: hunter2\n", ["3 value DB_PASSWORD: hunter2"]],
  "a literal in env, the value first": ["env:\n- value: hunter2\n  name: API_TOKEN\n", ["2 value API_TOKEN: hunter2"]],
  "a literal in env, in braces": ["env: [{name: API_KEY, value: 'a b c'}]", ["1 value API_KEY: a b c"]],
  "a literal in a ConfigMap": ["kind: ConfigMap\ndata:\n  adminPassword: hunter2 # really\n", ["3 value adminPassword: hunter2"]],
  "a literal on a command line": ['args: ["--token=hunter2", "-x"]', ["1 value token: hunter2"]],
  "a literal in a script": ["  export PGPASSWORD=hunter2; psql", ["1 value PGPASSWORD: hunter2"]],
  "long base64": [`  ca.p12: ${"aB3d".repeat(20)}`, [`1 blob ca.p12: ${"aB3d".repeat(20)}`]],
};

/** What only looks like one. */
const FALSE_ALARMS = {
  "stand-ins": "env:\n- name: PASSWORD\n  value: changeme\n- name: TOKEN\n  value: ${TOKEN}\n- name: API_KEY\n  value: <your key>\n- name: SECRET\n  value: '{{ .Values.secret }}'\n",
  "a stand-in in base64": `${SECRET}data:\n  pin: Y2hhbmdlbWU=\n`,
  "an empty value": `${SECRET}stringData:\n  pin: ""\nenv: [{name: PASSWORD, value: ""}]\n`,
  "references": "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db-secret, key: password}\nimagePullSecrets: [{name: registry}]\nvolumes: [{name: s, secret: {secretName: db}}]\n",
  "a volume of a secret": "volumes:\n- name: s\n  secret:\n    secretName: db\n",
  "switches and numbers": "automountServiceAccountToken: false\nserviceAccountToken: {expirationSeconds: 3600, audience: vault}\nmaxToken: 10\n",
  "where a secret is": "args: [--token=/var/run/secrets/token, --tls-private-key=/etc/key.pem, --password-file=x]\n",
  "variables of a shell": 'command: [sh, -c, "curl -H token=$TOKEN --password=$(cat /x)"]\n',
  "a digest": `image: app@sha256:${"0a1b2c3d".repeat(8)}\n`,
  "a certificate": `caBundle: ${Buffer.from(`-----BEGIN CERTIFICATE-----\nMIIabc0123456789${"xyz".repeat(20)}`).toString("base64")}\n`,
  "the example of a manual": "AWS: AKIAIOSFODNN7EXAMPLE\nurl: https://user:example@host/\n",
  "a word that ends like one": "compass: north\nbypass: lanes\nlooks: tokenring\n",
  "an address with a port": "url: http://localhost:8080/@x\nimage: registry:5000/app@sha256:abc\n",
  "a key of a ConfigMap": "kind: ConfigMap\ndata:\n  key: value\n  mode: secret\n",
};

const told = (text) => findSecrets(text).map(({ line, from, to, kind, name }) => `${line} ${kind} ${name}: ${text.split("\n")[line - 1].slice(from, to)}`);
for (const [name, [text, expected]] of Object.entries(SECRETS)) test(`a secret: ${name}`, () => assert.deepEqual(told(text), expected));
for (const [name, text] of Object.entries(FALSE_ALARMS)) test(`no secret: ${name}`, () => assert.deepEqual(told(text), []));

for (const [name, [text, expected]] of Object.entries(SECRETS)) {
  test(`redacted, nothing is left of it: ${name}`, () => {
    const clean = redact(text);

    assert.deepEqual(told(clean), []);
    assert.deepEqual(clean.split("\n").map((line) => line.length), text.split("\n").map((line) => line.length));
    for (const finding of expected) assert.ok(!clean.includes(finding.split(": ").slice(1).join(": ")));
  });
}

test("a text without secrets stays as it is", () => assert.equal(redact(POD), POD));

test("neighbouring lines of one name are one line of the warning", () => {
  const { length, 0: first } = inGroups(findSecrets("kind: Secret\nstringData:\n  conf: |\n    alpha\n\n    beta\n"));

  assert.deepEqual([length, first.first, first.last, first.name], [1, 4, 6, "conf"]);
});
