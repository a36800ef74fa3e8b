// Calls a link with fetch, as a program in Node.js would. Told by variables: LINK, the same behind a line that breaks
// as CUT_LINK, and KEY. Prints what came of each call as JSON.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const { LINK, CUT_LINK, KEY } = process.env;
const outcomes = {};

function call(address, headers = {}) {
  return fetch(address, { headers: { "X-API-KEY": KEY, ...headers } });
}

async function note(name, response, before = []) {
  const body = Buffer.concat([...before, Buffer.from(await response.arrayBuffer())]);
  const sha256 = createHash("sha256").update(body).digest("hex");
  outcomes[name] = { status: response.status, sha256, coding: response.headers.get("Content-Encoding") };
  return response;
}

const whole = await note("whole", await call(LINK));
await note("unchanged", await call(LINK, { "If-None-Match": whole.headers.get("ETag") }));
const early = await note("early", await call(LINK));
await sleep(1000 * Number(early.headers.get("Retry-After")));

const got = [];
const cut = await call(CUT_LINK, { "Accept-Encoding": "identity" });
outcomes.cut = { status: cut.status, error: null };
try {
  for await (const block of cut.body) got.push(block);
} catch (error) {
  outcomes.cut.error = error.name;
}
const size = got.reduce((bytes, block) => bytes + block.length, 0);
outcomes.cut.bytes = size;
const rest = { Range: `bytes=${size}-`, "If-Range": cut.headers.get("ETag"), "Accept-Encoding": "identity" };
await note("resumed", await call(LINK, rest), got);

console.log(JSON.stringify(outcomes));
