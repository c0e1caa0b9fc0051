// The bundle of the behaviour tests: a clock that only the test moves, alarms that it sets off, logs that it can read, and a
// way to every object. It stands between the platform and the shim; the business knows nothing of it.

import wasm from "./business.wasm";
import { business } from "./dotdo.js";

// What the test moves and reads. It is handed on when the engine is killed and started again.
let state = { business: "", now: 0, alarms: {}, logs: {} };
// What is under way: calls between objects.
let busy = 0;

// Which noun an object is of.
const nouns = new WeakMap();
const keyOf = (ctx) => `${nouns.get(ctx)} ${ctx.id.name}`;

const { object } = business(wasm, CLASSES, {
  now: () => state.now,
  setAlarm: (ctx, micros) => {
    state.alarms[keyOf(ctx)] = micros;
  },
  variable: (env, name) => {
    if (name === "BUSINESS") return state.business;
    if (!name.startsWith("$log/")) return undefined;
    const [, what, log, ...text] = name.split("/");
    const lines = (state.logs[log] ??= []);
    if (what === "say") lines.push(text.join("/"));
    if (what === "clear") lines.length = 0;
    return JSON.stringify(lines);
  },
});

async function count(promise) {
  busy++;
  try {
    return await promise;
  } finally {
    busy--;
  }
}

/** The bindings of an object, whose calls are counted. */
function counted(env) {
  const namespaces = Object.values(CLASSES).map((name) => [
    name,
    {
      idFromName: (id) => env[name].idFromName(id),
      get: (id) => ({
        call: (...args) => count(env[name].get(id).call(...args)),
        wake: () => env[name].get(id).wake(),
      }),
    },
  ]);
  return { ...env, ...Object.fromEntries(namespaces) };
}

function wrapped(noun) {
  return class extends object(noun) {
    constructor(ctx, env) {
      super(ctx, counted(env));
      nouns.set(ctx, noun);
    }
    wake() {
      return this.alarm();
    }
  };
}

EXPORTS

/** Waits until nothing is under way: all that goes on without a call has gone on when a turn of the loop is over. */
async function settled() {
  for (let quiet = 0; quiet < 3; quiet = busy ? 0 : quiet + 1) await scheduler.wait(1);
}

function stub(env, { noun, name }) {
  const namespace = env[CLASSES[noun]];
  return namespace.get(namespace.idFromName(name));
}

async function wake(env, due) {
  for (const key of Object.keys(state.alarms)) {
    if (!due(state.alarms[key])) continue;
    delete state.alarms[key];
    const [noun, name] = key.split(/ (.*)/s);
    await stub(env, { noun, name }).wake();
  }
  await settled();
}

const commands = {
  /** Begins, with what the last engine knew. */
  begin: async (env, given) => {
    state = { ...state, ...given };
    // What was under way goes on, and the default tenant is there from the start.
    await wake(env, () => true);
    await stub(env, { noun: "", name: given.home.tenant }).call(JSON.stringify(given.home), null);
    return "";
  },
  state: async () => JSON.stringify(state),
  call: async (env, { noun, name, key, request }) => stub(env, { noun, name }).call(key, request),
  /** Lets everything happen that is under way or due, at the time that it is now. */
  settle: async (env, { now }) => {
    state.now = now;
    await settled();
    for (;;) {
      await wake(env, (at) => at <= now);
      if (!Object.values(state.alarms).some((at) => at <= now)) return "";
    }
  },
  log: async (env, { what, log, text }) => {
    const lines = (state.logs[log] ??= []);
    if (what === "say") lines.push(text);
    if (what === "clear") lines.length = 0;
    return JSON.stringify(lines);
  },
};

export default {
  async fetch(request, env) {
    const { command, ...given } = await request.json();
    return new Response(await commands[command](counted(env), given));
  },
};
