// The JavaScript side of a dotdo business on Cloudflare. It knows no noun and no verb: it makes a WebAssembly instance for
// each Durable Object and one for the door, carries messages to and fro, and does for an instance what only the platform
// can. The contract is at the top of dotdo-runtime/src/host/cloudflare/mod.rs.
//
// An instance that stops (a panic, an exhausted stack or memory) is thrown away: the platform undoes the transaction it was
// in, whoever waits for it gets an error with a reference that is in the log too, and the next call makes a new one.

import { DurableObject } from "cloudflare:workers";

// To the instance.
const CALL = 1, ALARM = 2, HTTP = 3, ARRIVED = 4, FAILED = 5, STOPPED = 6, LISTEN = 7, FIND = 8, HERE = 9, OUT_OF_REACH = 10;
// From the instance.
const ANSWER = 1, ASK = 2, FETCH = 3, WAKE = 4, LOG = 5, NEVER_MIND = 6, DOING = 7, NEWS = 8;

/**
 * A business.
 *
 * `classes` gives each object noun ("" for tenants) the name of its class, which is also that of its binding. `options`
 * stands in for the platform in tests: `now()` in microseconds, `random(bytes)`, `setAlarm(ctx, micros)`,
 * `log(level, text)`, `variable(env, name)`.
 */
export function business(wasm, classes, options = {}) {
  const platform = { ...PLATFORM, ...options };
  let door;

  /** Asks the door in front. */
  function ask(env, ctx, kind, ...cells) {
    const isNew = !door;
    try {
      door ??= new Instance(wasm, platform, {
        env,
        classes,
        stopped: (reference) => {
          door = undefined;
          return refusal(stoppedText(reference));
        },
      });
    } catch (error) {
      return refusal(`the program did not start: ${error?.message ?? error}`);
    }
    const own = door;
    const answer = own.ask(kind, ...cells);
    // A new one wakes the default tenant besides. The request need not wait for it, but must not end it by its own end.
    if (isNew) ctx.waitUntil(own.quiet());
    return answer;
  }

  // Which objects requests are about, by all that says so. When it is full, it begins anew.
  const found = new Map();

  /** What says which object a request is about; or nothing, where the door in front answers it. */
  function askingOf({ url, headers }) {
    if (headers.has("upgrade") || headers.has(FEED)) return null;
    const { path } = targetOf(url);
    const fields = fieldsOf(headers, ["host", "authorization"]);
    // That it came by Cloudflare's edge; the number is another one each time.
    if (headers.has("cf-ray")) fields.push("cf-ray", "");
    return { key: [path, ...fields].join("\n"), path, fields };
  }

  /** The object that it says, if it is one; the door in front knows. */
  async function find(env, ctx, { key, path, fields }) {
    const answer = await ask(env, ctx, FIND, "GET", path, "", EMPTY, ...fields);
    // A door that stopped has said something else.
    if (typeof answer?.[0] !== "string") return null;
    const object = new Found(classes, ...answer);
    if (found.size >= MOST_FOUND) found.clear();
    if (key.length <= LONGEST_FOUND) found.set(key, object);
    return object;
  }

  return {
    object: (noun) =>
      class extends DurableObject {
        #instance;
        // What the last instance was doing when it stopped, and how many have stopped in a row.
        #stopped;
        #stops = 0;
        // Not known of an object that was made by an older engine.
        #name = this.ctx.id.name ?? null;
        // The sockets that are being told something, and whether there is news since.
        #telling = new Map();

        /** A request of an object or of the door, as JSON; null only wakes. */
        call(key, request) {
          return this.#ask(CALL, key, request);
        }

        async alarm() {
          // What went wrong is known to the object, which sets its own alarms: the platform's retries would only add to
          // them. The exception is an instance that stopped, which set none.
          await this.#ask(ALARM);
          if (this.#instance) this.#stops = 0;
        }

        /** A request that is about this object, or from somebody who wants to listen. Only the worker below gets here. */
        fetch(request) {
          return request.headers.has(FEED) ? this.#listen(request) : this.#answer(request);
        }

        async #answer(request) {
          const said = cellsOf(request, await read(request));
          // The host says which tenant it is. Should the platform leave the field out on the way to here, the URL has it.
          if (!request.headers.has("host")) said.push("host", targetOf(request.url).host);
          let answer = await this.#ask(HERE, noun, this.#name, ...said);
          if (!Array.isArray(answer)) {
            // It stopped, or it did not start. The next one finds the words for it.
            const { kind, message } = JSON.parse(answer).Err;
            answer = await this.#ask(OUT_OF_REACH, said[1], kind, message);
            if (!Array.isArray(answer)) answer = refusal(message);
          }
          return response(answer, request.method);
        }

        #listen(request) {
          const { 0: client, 1: socket } = new WebSocketPair();
          this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
          this.ctx.acceptWebSocket(socket);
          socket.serializeAttachment(decodeURIComponent(request.headers.get(FEED)));
          this.#tell(socket);
          const protocol = request.headers.get(PROTOCOLS);
          return new Response(null, { status: 101, webSocket: client, headers: protocol ? { [PROTOCOLS]: protocol } : {} });
        }

        webSocketMessage(socket) {
          socket.close(1003, "no message but `ping` is understood");
        }

        webSocketClose(socket) {
          // The platform may have answered by itself.
          try { socket.close(); } catch {}
        }

        // What a client has been told stays with its socket while the object sleeps.
        async #tell(socket) {
          const under = this.#telling.has(socket);
          this.#telling.set(socket, under);
          if (under) return;
          try {
            for (let more = true; more || this.#telling.get(socket); ) {
              this.#telling.set(socket, false);
              // An instance is not entered while it is at work.
              await null;
              const answer = await this.#ask(LISTEN, socket.deserializeAttachment());
              if (!Array.isArray(answer)) return socket.close(1011, "the events cannot be read");
              const [feed, isMore, ...texts] = answer;
              for (const text of texts) socket.send(text);
              socket.serializeAttachment(feed);
              more = isMore === 1;
            }
          } catch {
            // The client has gone.
          } finally {
            this.#telling.delete(socket);
          }
        }

        #ask(kind, ...cells) {
          try {
            this.#instance ??= this.#make();
          } catch (error) {
            return failed(`the program did not start: ${error?.message ?? error}`);
          }
          return this.#instance.ask(kind, ...cells);
        }

        #make() {
          const { ctx, env } = this;
          const instance = new Instance(wasm, platform, {
            ctx,
            env,
            classes,
            news: () => ctx.getWebSockets().forEach((socket) => this.#tell(socket)),
            stopped: (reference, doing, text) => {
              this.#instance = undefined;
              this.#stopped = [doing, text];
              // Whatever was under way is taken up again: at once, and then later each time.
              const wait = this.#stops && Math.min(2 ** this.#stops, 3600);
              this.#stops++;
              try {
                platform.setAlarm(ctx, platform.now() + wait * 1_000_000);
              } catch (error) {
                platform.log("error", `${reference}: no alarm: ${error?.message ?? error}`);
              }
              return failed(stoppedText(reference));
            },
          });
          if (this.#stopped) instance.enter([STOPPED, ...this.#stopped]);
          this.#stopped = undefined;
          return instance;
        }
      },
    worker: {
      async fetch(request, env, ctx) {
        const asking = askingOf(request);
        // What need not be waited for is not: each time costs as much as a statement.
        const object = asking && (found.get(asking.key) ?? (await find(env, ctx, asking)));
        if (object) {
          try {
            return await object.stub(env).fetch(request);
          } catch (error) {
            return response(await ask(env, ctx, OUT_OF_REACH, asking.path, ...failureOf(error)), request.method);
          }
        }
        const answer = await ask(env, ctx, HTTP, ...cellsOf(request, await read(request)));
        try {
          return await (answer[0] === 101 ? listen(env, classes, request, answer) : response(answer, request.method));
        } catch (error) {
          // No status, no header, no object that there is.
          const reference = crypto.randomUUID();
          platform.log("error", `${reference}: the answer is none: ${error?.message ?? error}`);
          return response(refusal(stoppedText(reference)));
        }
      },

      /** A cron trigger wakes the default tenant of a business that nobody calls, so that its schedules begin. */
      async scheduled(event, env, ctx) {
        await this.fetch(new Request("http://localhost/$health"), env, ctx);
      },
    },
  };
}

/** The host of a URL, its path, and what comes after its `?`, as they were sent. */
function targetOf(url) {
  const from = url.indexOf("://") + 3;
  const slash = url.indexOf("/", from);
  const start = slash < 0 ? url.length : slash;
  const [target] = (url.slice(start) || "/").split("#", 1);
  const mark = target.indexOf("?");
  const end = mark < 0 ? target.length : mark;
  return { host: url.slice(from, start), path: target.slice(0, end), query: target.slice(end + 1) };
}

// As on every host: dotdo_runtime::door::http::FIELDS. Browsers and the edge send many more.
const FIELDS = ["actor", "authorization", "cf-ray", "content-type", "host", "idempotency-key", "if-match", "if-none-match", "origin", "sec-fetch-site", "sec-websocket-protocol", "upgrade"];

/** Name and value of those fields that there are. */
function fieldsOf(headers, names) {
  const cells = [];
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) cells.push(name, value);
  }
  return cells;
}

/** A request as the door wants it. */
function cellsOf(request, body) {
  const { path, query } = targetOf(request.url);
  return [request.method, path, query, body, ...fieldsOf(request.headers, FIELDS)];
}

// How many requests' objects are remembered, and how long what says so may be.
const MOST_FOUND = 1000, LONGEST_FOUND = 1000;

function stubOf(env, classes, noun, name) {
  return new Found(classes, noun, name).stub(env);
}

/** An object. Its id is a keyed hash of its name, which is made once. */
class Found {
  #classes;
  #noun;
  #name;
  #id;

  constructor(classes, noun, name) {
    this.#classes = classes;
    this.#noun = noun;
    this.#name = name;
  }

  stub(env) {
    const namespace = env[this.#classes[this.#noun]];
    if (!namespace) throw new Error(`there is no class for ${this.#noun || "tenants"}; build the worker anew`);
    this.#id ??= namespace.idFromName(this.#name);
    return namespace.get(this.#id);
  }
}

/** What went wrong, as an instance is told it. */
function failureOf(error) {
  return [error?.overloaded || error?.retryable ? "overloaded" : "failed", String(error?.message ?? error)];
}

// As on every host: the longest body that the door takes. One byte more is enough for it to see that it is too long. The
// rest is read and dropped, because the platform cuts off a client whose body is not read, and with it the answer.
const MAX_REQUEST = 1048576;

/** The body of a request, or a promise of it. */
function read(request) {
  // A length that is said is true: the platform sees to it.
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) <= MAX_REQUEST) return request.arrayBuffer();
  // Only to look at it makes a stream.
  return request.body ? readAll(request.body) : EMPTY;
}

async function readAll(stream) {
  const pieces = [];
  let size = 0;
  for await (const piece of stream) {
    if (size > MAX_REQUEST) continue;
    pieces.push(piece);
    size += piece.byteLength;
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.byteLength;
  }
  return body;
}

// How the worker tells an object what a client wants to listen to.
const FEED = "dotdo-feed", PROTOCOLS = "sec-websocket-protocol";

function listen(env, classes, request, [, feed, noun, name]) {
  const headers = { upgrade: "websocket", [FEED]: encodeURIComponent(feed) };
  // As on every host: dotdo_runtime::door::PROTOCOL.
  const offered = request.headers.get(PROTOCOLS)?.split(",") ?? [];
  if (offered.some((protocol) => protocol.trim() === "dotdo")) headers[PROTOCOLS] = "dotdo";
  return stubOf(env, classes, noun, name).fetch("http://object/", { headers });
}

const EMPTY = new ArrayBuffer(0);
const NO_BODY = new Set([101, 204, 205, 304]);

const PLATFORM = {
  now: () => Date.now() * 1000,
  random: (bytes) => crypto.getRandomValues(bytes),
  setAlarm: (ctx, micros) => ctx.storage.setAlarm(Math.ceil(micros / 1000)),
  log: (level, text) => console[level](text),
  variable: (env, name) => (typeof env[name] === "string" ? env[name] : undefined),
};

function failed(message) {
  return JSON.stringify({ Err: { kind: "internal", message } });
}

function stoppedText(reference) {
  return `the program stopped while it was at work; what it had not finished was undone (reference ${reference})`;
}

function refusal(detail) {
  const text = JSON.stringify({ detail, status: 500, title: "A defect", type: "about:blank" });
  return [500, BYTES.encode(text), "content-type", "application/problem+json"];
}

function response([status, content, ...fields], method) {
  // An object is read twice as fast as a list of pairs.
  const headers = {};
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i], fields[i + 1]];
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return new Response(NO_BODY.has(status) || method === "HEAD" ? null : content, { status, headers });
}

/** An instance, and what it may ask of the platform. */
class Instance {
  #platform;
  #host;
  #exports;
  #storage;
  #reply;
  #calls = new Map();
  #last = 0;
  #asks = new Map();
  // Statements that are sent together, as the instance numbers them.
  #texts = [];
  #doing = null;
  #said = "";
  #stopped = false;

  constructor(wasm, platform, host) {
    this.#platform = platform;
    this.#host = host;
    this.#storage = host.ctx?.storage;
    const { exports } = new WebAssembly.Instance(wasm, {
      dotdo: {
        sql: (at, length) => this.#sql(decode(this.#bytes(at, length))),
        transaction: () => this.#transaction(),
        variable: (at, length) => {
          const value = platform.variable(host.env, TEXT.decode(this.#bytes(at, length)));
          return value === undefined ? 0 : this.#hold([value]);
        },
        take: (at) => this.#bytes(at, this.#reply.length).set(this.#reply),
        send: (at, length) => this.#take(decode(this.#bytes(at, length))),
        now: platform.now,
        random: (at, length) => platform.random(this.#bytes(at, length)),
      },
    });
    this.#exports = exports;
    if (exports.main(0, 0) !== 0) throw new Error(this.#said || "the program did not start");
  }

  // The memory moves when it grows, so it is looked up each time.
  #bytes(at, length) {
    return new Uint8Array(this.#exports.memory.buffer, at, length);
  }

  // The instance fetches it at once, so the next may be put in the same place.
  #hold(cells) {
    const most = bound(cells);
    const { bytes, view } = most > SCRATCH.bytes.length ? scratch(most) : SCRATCH;
    this.#reply = bytes.subarray(0, encode(cells, bytes, view));
    return this.#reply.length;
  }

  /** Asks the instance something; the answer is a JSON text, or the cells of a response. */
  ask(kind, ...cells) {
    const call = ++this.#last;
    const { promise, resolve } = Promise.withResolvers();
    this.#calls.set(call, resolve);
    this.enter([kind, call, ...cells]);
    return promise;
  }

  /** Resolves when nothing that was asked for is under way any more. */
  async quiet() {
    await Promise.all([...this.#asks.values()].map(({ done }) => done));
  }

  /** Hands the instance a message. */
  enter(cells) {
    if (this.#stopped) return;
    try {
      const most = bound(cells);
      const at = this.#exports.dotdo_alloc(most);
      const { buffer } = this.#exports.memory;
      this.#exports.dotdo_enter(encode(cells, new Uint8Array(buffer, at, most), new DataView(buffer, at, most)));
    } catch (error) {
      return this.#stop(error);
    }
    // A call that waits for nothing outside has been answered. If not, it never will be.
    if (this.#calls.size && !this.#asks.size) this.#stop(new Error("the program gave no answer"));
  }

  #stop(error) {
    this.#stopped = true;
    const reference = crypto.randomUUID();
    const text = this.#said || String(error?.message ?? error);
    this.#platform.log("error", `${reference}: ${text}\n${error?.stack ?? ""}`);
    const answer = this.#host.stopped(reference, this.#doing, text);
    for (const resolve of this.#calls.values()) resolve(answer);
    this.#calls.clear();
    for (const { abort } of this.#asks.values()) abort?.abort();
    this.#asks.clear();
  }

  #take([what, ...cells]) {
    switch (what) {
      case ANSWER: {
        const [call, ...answer] = cells;
        this.#calls.get(call)?.(answer.length === 1 ? answer[0] : answer);
        this.#calls.delete(call);
        break;
      }
      case ASK:
        this.#outside(cells[0], () => this.#call(cells));
        break;
      case FETCH: {
        const abort = new AbortController();
        this.#outside(cells[0], () => this.#fetch(cells, abort.signal), abort);
        break;
      }
      case WAKE:
        this.#platform.setAlarm(this.#host.ctx, cells[0]);
        break;
      case LOG:
        if (cells[0] === "panic") this.#said = cells[1];
        else this.#platform.log(cells[0], cells[1]);
        break;
      case NEVER_MIND:
        this.#asks.get(cells[0])?.abort?.abort();
        this.#asks.delete(cells[0]);
        break;
      case DOING:
        this.#doing = cells[0];
        break;
      case NEWS:
        this.#host.news();
        break;
      default:
        throw new Error(`the program said ${what}, which means nothing`);
    }
  }

  // Begins it after the instance has returned: it is not entered while it is at work.
  async #outside(ask, begin, abort) {
    const { promise: done, resolve } = Promise.withResolvers();
    this.#asks.set(ask, { abort, done });
    let message;
    try {
      await null;
      if (!this.#asks.has(ask)) return resolve();
      message = [ARRIVED, ask, ...(await begin())];
    } catch (error) {
      message = [FAILED, ask, ...failureOf(error)];
    }
    if (this.#asks.delete(ask)) this.enter(message);
    resolve();
  }

  async #call([, noun, name, key, request]) {
    const { env, classes } = this.#host;
    return [await stubOf(env, classes, noun, name).call(key, request)];
  }

  async #fetch([, method, url, body, ...fields], signal) {
    const headers = new Headers();
    for (let i = 0; i < fields.length; i += 2) headers.append(fields[i], fields[i + 1]);
    const answer = await fetch(url, { method, headers, body: body.length ? body : undefined, redirect: "manual", signal });
    const content = await answer.arrayBuffer();
    if (content.byteLength > MAX_BODY) throw new Error(`the response is longer than ${MAX_BODY} bytes`);
    return [answer.status, content, ...[...answer.headers].flat()];
  }

  #transaction() {
    let kept;
    try {
      this.#storage.transactionSync(() => {
        kept = this.#exports.dotdo_body();
        if (!kept) throw UNDO;
      });
    } catch (error) {
      // Undone as it was asked for; an instance that stopped; or a storage that failed.
      if (error === UNDO) return 0;
      if (kept === undefined) throw error;
      return this.#hold([String(error?.message ?? error)]);
    }
    return 0;
  }

  /** Where there is no row to show, the answer is `-1 -` how many were changed, and nothing has to cross. */
  #sql([statement, ...params]) {
    const { sql } = this.#storage;
    try {
      if (statement === 0) return this.#append(params);
      const cursor = sql.exec(statement, ...params);
      const width = cursor.columnNames.length;
      const rows = width ? cursor.raw().toArray() : [];
      // What is written counts entries of indexes and what triggers wrote, too: one is one row, and of more it is asked.
      const written = cursor.rowsWritten;
      const changed = written < 2 || ONE_ROW.test(statement) ? Math.min(written, 1) : sql.exec("SELECT changes()").raw().next().value[0];
      if (!rows.length) return -1 - changed;
      const cells = [0, changed, width].concat(...rows);
      return this.#hold(cells.some(isRounded) ? [0, changed, width, ...exact(sql, statement, params, rows)] : cells);
    } catch (error) {
      if (error instanceof Broken) throw error;
      return this.#hold([1, String(error?.message ?? error)]);
    }
  }

  /** Runs statements: of each its number, how many parameters, and these. Before them are the texts that are new. */
  #append(cells) {
    const { sql } = this.#storage;
    const [begin, fresh] = cells;
    let at = 2 + fresh;
    if (!(begin <= this.#texts.length && fresh >= 0 && at <= cells.length)) throw new Broken("these are no texts");
    // The instance numbers them anew if this fails.
    const texts = fresh ? [...this.#texts.slice(0, begin), ...cells.slice(2, at)] : this.#texts;
    let rows = 0;
    for (; at < cells.length; rows++) {
      const text = texts[cells[at]];
      const from = at + 2;
      at = from + cells[at + 1];
      if (typeof text !== "string" || !(at >= from && at <= cells.length)) throw new Broken("these are no statements");
      sql.exec(text, ...cells.slice(from, at));
    }
    this.#texts = texts;
    return -1 - rows;
  }
}

/** What crossed the border makes no sense. */
class Broken extends Error {}

// As on every host: dotdo::http::MAX_BODY.
const MAX_BODY = 33554432;

// A statement that makes one row or none: `INSERT INTO "t" ("a", "b") VALUES (?1, ?2)`, and no second row.
const ONE_ROW = /^INSERT INTO "[^"]*" \([^()]*\) VALUES \([?0-9, ]*\)(?! *,)/;

const UNDO = new Error("undo");

// ---- integers beyond 2^53 ----

function isRounded(cell) {
  return typeof cell === "number" && !Number.isSafeInteger(cell) && Number.isInteger(cell);
}

/** The cells of rows in which numbers were rounded: those columns are asked for again as text. */
function exact(sql, statement, params, rows) {
  const width = rows[0].length;
  const columns = rows[0].map((_, i) => i).filter((i) => rows.some((row) => isRounded(row[i])));
  const names = rows[0].map((_, i) => `c${i}`).join();
  const wanted = columns.map((i) => `CASE typeof(c${i}) WHEN 'integer' THEN CAST(c${i} AS TEXT) END`).join();
  const texts = sql.exec(`WITH t(${names}) AS (${statement}) SELECT ${wanted} FROM t`, ...params).raw().toArray();
  rows.forEach((row, n) => columns.forEach((i, m) => {
    if (texts[n][m] !== null) row[i] = BigInt(texts[n][m]);
  }));
  return [].concat(...rows);
}

// ---- lists of cells ----

// A text is kept as it is: without `ignoreBOM`, the decoder would drop a mark at its beginning; without `fatal`, it would
// make a text of anything.
const TEXT = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const BYTES = new TextEncoder();

/** Anything but a whole list of cells is an error, which ends the instance that sent it. */
function decode(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cells = [];
  for (let at = 0; at < bytes.length; ) {
    switch (bytes[at++]) {
      case 0:
        cells.push(null);
        break;
      case 1:
        // Those that come across are exact as numbers: larger ones are written into the statement.
        cells.push(view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true));
        at += 8;
        break;
      case 2:
        cells.push(view.getFloat64(at, true));
        at += 8;
        break;
      case 3:
      case 4: {
        const from = at + 4;
        const isText = bytes[at - 1] === 3;
        at = from + view.getUint32(at, true);
        if (at > bytes.length) throw new RangeError("a cell goes beyond the end");
        cells.push(isText ? TEXT.decode(bytes.subarray(from, at)) : bytes.slice(from, at));
        break;
      }
      default:
        throw new RangeError(`there is no cell of kind ${bytes[at - 1]}`);
    }
  }
  return cells;
}

/** How many bytes cells take at most: a letter takes three. */
function bound(cells) {
  let size = 0;
  for (const cell of cells) {
    size += cell === null ? 1 : typeof cell === "string" ? 5 + cell.length * 3 : typeof cell === "object" ? 5 + cell.byteLength : 9;
  }
  return size;
}

/** Writes a text that is short and of ASCII alone, for which it takes longer to call an encoder; says how many bytes it took. */
function short(text, bytes, at) {
  const { length } = text;
  if (length > 32) return;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return;
    bytes[at + i] = code;
  }
  return length;
}

/** Writes cells; says how many bytes they took. */
function encode(cells, bytes, view) {
  let at = 0;
  for (const cell of cells) {
    if (cell === null) {
      bytes[at++] = 0;
    } else if (typeof cell === "string") {
      bytes[at] = 3;
      const written = short(cell, bytes, at + 5) ?? BYTES.encodeInto(cell, bytes.subarray(at + 5)).written;
      view.setUint32(at + 1, written, true);
      at += 5 + written;
    } else if (typeof cell === "object") {
      bytes[at] = 4;
      view.setUint32(at + 1, cell.byteLength, true);
      bytes.set(cell instanceof Uint8Array ? cell : new Uint8Array(cell), at + 5);
      at += 5 + cell.byteLength;
    } else if (typeof cell === "bigint") {
      bytes[at] = 1;
      view.setBigInt64(at + 1, cell, true);
      at += 9;
    } else if (Number.isSafeInteger(cell) && !Object.is(cell, -0)) {
      bytes[at] = 1;
      view.setUint32(at + 1, cell >>> 0, true);
      view.setInt32(at + 5, Math.floor(cell / 4294967296), true);
      at += 9;
    } else {
      bytes[at] = 2;
      view.setFloat64(at + 1, cell, true);
      at += 9;
    }
  }
  return at;
}

function scratch(size) {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

// Most replies fit.
const SCRATCH = scratch(65536);
