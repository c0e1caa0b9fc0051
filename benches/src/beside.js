// The bundle that is measured: the business of workerd-tests/src/beside.rs, and below `/js/` the same by hand, as Durable
// Objects with SQLite storage that somebody writes who knows the platform.

import { DurableObject } from "cloudflare:workers";
import wasm from "./business.wasm";
import { business } from "./dotdo.js";

const { object: wrapped, worker } = business(wasm, CLASSES);

EXPORTS

/** A number that goes up: one statement. */
export class JsCounter extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL)");
    this.sql.exec("INSERT OR IGNORE INTO counter VALUES (1, 0)");
  }

  add({ by }) {
    if (!Number.isSafeInteger(by)) return refuse("`by` is no whole number");
    return this.sql.exec("UPDATE counter SET count = count + ? RETURNING count", by).one().count;
  }
}

// What a verb of dotdo keeps besides, with the indexes that it has.
const RECORDS = `
  CREATE TABLE IF NOT EXISTS versions (version INTEGER PRIMARY KEY, data TEXT NOT NULL, until INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, subject TEXT NOT NULL, verb TEXT NOT NULL, action TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS events_by_subject ON events (subject);
  CREATE TABLE IF NOT EXISTS actions (id TEXT PRIMARY KEY, name TEXT NOT NULL, actor TEXT NOT NULL, input TEXT NOT NULL, output TEXT NOT NULL, status TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS actions_open ON actions (status, name) WHERE status <> 'completed';`;

function record(sql, verb, event, version, before, input, output, now) {
  const action = crypto.randomUUID();
  sql.exec("INSERT INTO versions VALUES (?, ?, ?)", version, before, now);
  sql.exec("INSERT INTO actions VALUES (?, ?, 'door', ?, ?, 'completed', ?)", action, verb, input, output, now);
  sql.exec("INSERT INTO events (id, subject, verb, action, at, data) VALUES (?, 'self', ?, ?, ?, ?)", crypto.randomUUID(), event, action, now, output);
}

/** The same with what a verb of dotdo keeps besides: the version before, the event, the action, all in one transaction. */
export class JsRecorded extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL);
      ${RECORDS}
      INSERT OR IGNORE INTO counter VALUES (1, 0, 1, 0);`);
  }

  add({ by }) {
    if (!Number.isSafeInteger(by)) return refuse("`by` is no whole number");
    return this.ctx.storage.transactionSync(() => {
      const now = Date.now();
      const { count, version } = this.sql.exec("SELECT count, version FROM counter").one();
      const next = count + by;
      this.sql.exec("UPDATE counter SET count = ?, version = ?, updated = ?", next, version + 1, now);
      record(this.sql, "add", "added", version, JSON.stringify({ count }), JSON.stringify({ by }), String(next), now);
      return next;
    });
  }
}

/** What somebody wants to buy: reads and checks the lines, adds them up, keeps them. */
export class JsBasket extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS basket (id INTEGER PRIMARY KEY CHECK (id = 1), lines TEXT NOT NULL, total_cents INTEGER NOT NULL)");
    this.sql.exec("INSERT OR IGNORE INTO basket VALUES (1, '[]', 0)");
  }

  fill({ lines }) {
    const wrong = faultOf(lines);
    if (wrong) return refuse(wrong);
    const totals = totalsOf(lines);
    this.sql.exec("UPDATE basket SET lines = ?, total_cents = ?", JSON.stringify(lines), totals.total_cents);
    return totals;
  }
}

/** The same with what a verb of dotdo keeps besides. */
export class JsRecordedBasket extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS basket (id INTEGER PRIMARY KEY CHECK (id = 1), lines TEXT NOT NULL, total_cents INTEGER NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL);
      ${RECORDS}
      INSERT OR IGNORE INTO basket VALUES (1, '[]', 0, 1, 0);`);
  }

  fill(given) {
    const { lines } = given;
    const wrong = faultOf(lines);
    if (wrong) return refuse(wrong);
    return this.ctx.storage.transactionSync(() => {
      const before = this.sql.exec("SELECT lines, total_cents, version FROM basket").one();
      const totals = totalsOf(lines);
      const now = Date.now();
      this.sql.exec("UPDATE basket SET lines = ?, total_cents = ?, version = ?, updated = ?", JSON.stringify(lines), totals.total_cents, before.version + 1, now);
      // The lines are a text already.
      const old = `{"lines":${before.lines},"total_cents":${before.total_cents}}`;
      record(this.sql, "fill", "filled", before.version, old, JSON.stringify(given), JSON.stringify(totals), now);
      return totals;
    });
  }
}

function totalsOf(given) {
  const lines = given.map(({ sku, quantity, price_cents, extras }) => ({
    sku,
    cents: quantity * extras.reduce((sum, extra) => sum + extra.price_cents, price_cents),
  }));
  const total_cents = lines.reduce((sum, line) => sum + line.cents, 0);
  const things = given.reduce((sum, line) => sum + line.quantity, 0);
  return { total_cents, things, lines };
}

function faultOf(lines) {
  if (!Array.isArray(lines)) return "`lines` is no list";
  for (const [n, line] of lines.entries()) {
    if (typeof line.sku !== "string") return `lines[${n}].sku is no text`;
    if (typeof line.name !== "string") return `lines[${n}].name is no text`;
    if (!Number.isSafeInteger(line.quantity)) return `lines[${n}].quantity is no whole number`;
    if (!Number.isSafeInteger(line.price_cents)) return `lines[${n}].price_cents is no whole number`;
    if (!Array.isArray(line.extras)) return `lines[${n}].extras is no list`;
    for (const [m, extra] of line.extras.entries()) {
      if (typeof extra.name !== "string") return `lines[${n}].extras[${m}].name is no text`;
      if (!Number.isSafeInteger(extra.price_cents)) return `lines[${n}].extras[${m}].price_cents is no whole number`;
    }
  }
}

function refuse(detail) {
  return { refused: detail };
}

async function byHand(request, env) {
  const [, , noun, id, verb] = new URL(request.url).pathname.split("/");
  const namespace = env[noun];
  if (!namespace || request.method !== "POST" || !["add", "fill"].includes(verb)) return new Response("not found", { status: 404 });
  let given;
  try {
    given = await request.json();
  } catch (error) {
    return Response.json({ detail: String(error) }, { status: 400 });
  }
  const answer = await namespace.get(namespace.idFromName(id))[verb](given);
  if (answer?.refused) return Response.json({ detail: answer.refused }, { status: 422 });
  return Response.json(answer);
}

export default {
  fetch: (request, env, ctx) => (request.url.includes("/js/") ? byHand(request, env) : worker.fetch(request, env, ctx)),
};
