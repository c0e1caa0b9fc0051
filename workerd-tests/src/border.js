// The bundle of the tests of the border: a plan says which of the messages between the shim and WebAssembly is spoilt, and
// how. Alarms look at the clock twenty times a second.

import wasm from "./business.wasm";
import { business } from "./dotdo.js";

// What is to be spoilt: `at` counts crossings of instances of `whose` ("" is any), `kind` is "torn" or "garbled".
let plan = null;
let crossings = 0;
let spoilt = "";
// Whose door answered a request last.
let served = "";

/** Small, and the same everywhere: xorshift32. */
function numbers(seed) {
  let state = (Math.imul(seed, 0x9e3779b9) | 1) >>> 0;
  return (end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % Math.max(end, 1);
  };
}

/** No list of cells any more: a first cell of no kind, a text beyond the end, or a text that is none. */
function tear(bytes, below) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at];
    const length = tag === 0 ? 1 : tag < 3 ? 9 : 5 + view.getUint32(at + 1, true);
    if (tag === 3 && below(3) > 0) {
      if (length > 5 && below(2)) bytes[at + 5] = 0xff;
      else view.setUint32(at + 1, bytes.length - at - 4 + below(0x7000_0000), true);
      return;
    }
    at += length;
  }
  bytes[0] = 5 + below(250);
}

/** Some bytes are others. It may still be a list of cells, and say something else. */
function garble(bytes, below) {
  for (let n = 1 + below(4); n > 0; n--) bytes[below(bytes.length)] = below(3) ? below(256) : [0, 1, 3, 4, 0xff][below(5)];
}

/** Spoils what crosses, if it is its turn. */
function cross(way, instance, bytes) {
  if (!plan || bytes.length === 0 || (plan.whose && instance.whose !== plan.whose)) return;
  if (crossings++ !== plan.at) return;
  spoilt = `${way} of ${instance.whose}`;
  (plan.kind === "torn" ? tear : garble)(bytes, numbers(plan.seed));
}

const Real = WebAssembly.Instance;
WebAssembly.Instance = function (module, { dotdo }) {
  const instance = { whose: "?" };
  const bytes = (at, length) => new Uint8Array(exports.memory.buffer, at, length);
  let reply = 0, message = [0, 0];
  const holds = (length) => (reply = length);
  const { exports } = new Real(module, {
    dotdo: {
      ...dotdo,
      sql: (at, length) => {
        cross("sql", instance, bytes(at, length));
        return holds(dotdo.sql(at, length));
      },
      transaction: () => holds(dotdo.transaction()),
      // A name is no list of cells, and neither is what a list makes of it.
      variable: (at, length) => holds(dotdo.variable(at, length)),
      take: (at) => {
        dotdo.take(at);
        cross("take", instance, bytes(at, reply));
      },
      send: (at, length) => {
        cross("send", instance, bytes(at, length));
        dotdo.send(at, length);
      },
    },
  });
  this.exports = {
    ...exports,
    dotdo_alloc: (length) => {
      const at = exports.dotdo_alloc(length);
      message = [at, length];
      return at;
    },
    dotdo_enter: (length) => {
      message[1] = length;
      const [kind, text] = [bytes(...message)[1], new TextDecoder().decode(bytes(...message))];
      if (kind === 3 || kind === 8) instance.whose = "door";
      else if (kind === 9) instance.whose = text.includes("Order") ? "Order" : "Tenant";
      else if (kind === 1) instance.whose = text.includes('["Order"') ? "Order" : "Tenant";
      if (kind === 3 || kind === 9) served = instance.whose;
      cross("enter", instance, bytes(...message));
      exports.dotdo_enter(length);
    },
  };
};

const { object: wrapped, worker } = business(wasm, CLASSES, {
  setAlarm: (ctx, micros) => ctx.storage.setAlarm(Math.min(Math.ceil(micros / 1000), Date.now() + 50)),
});

EXPORTS

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    // An order is asked as the worker would ask it, but for the field that says which host it is.
    if (pathname === "/.order") {
      const id = env.Order.idFromName(searchParams.get("name"));
      return env.Order.get(id).fetch(searchParams.get("url"));
    }
    if (pathname !== "/.spoil") return worker.fetch(request, env, ctx);
    const done = { crossings, spoilt, served };
    const { at, seed, ...rest } = Object.fromEntries(searchParams);
    plan = rest.kind ? { at: Number(at), seed: Number(seed), ...rest } : null;
    [crossings, spoilt] = [0, ""];
    return Response.json(done);
  },
};
