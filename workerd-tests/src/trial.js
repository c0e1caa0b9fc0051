// The bundle of the trial: a clock that goes ahead when it is told to, and alarms that look at it twenty times a second.

import wasm from "./business.wasm";
import { business } from "./dotdo.js";

let skew = 0;
const { object: wrapped, worker } = business(wasm, CLASSES, {
  now: () => (Date.now() + skew) * 1000,
  setAlarm: (ctx, micros) => ctx.storage.setAlarm(Math.min(Math.ceil(micros / 1000) - skew, Date.now() + 50)),
});

EXPORTS

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname !== "/.advance") return worker.fetch(request, env, ctx);
    skew += Number(url.searchParams.get("by"));
    return new Response("ok");
  },
};
