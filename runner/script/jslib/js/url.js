// URL and URLSearchParams as browsers have them (url.spec.whatwg.org). What
// they are made of is parsed and written in one place outside of JavaScript.
import { parse, change, parseForm, formatForm, wellFormed } from 'headroom/url';

const text = (v) => wellFormed(`${v}`);

function need(name, count, given) {
  if (given.length < count) {
    throw new TypeError(`${name}: ${count} argument${count > 1 ? 's are' : ' is'} needed, and ${given.length} given`);
  }
}

// byUnits compares by UTF-16 code units. The operator < of the engine compares
// by characters, which puts some of them elsewhere.
function byUnits(a, b) {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const d = a.charCodeAt(i) - b.charCodeAt(i);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

let attach; // makes the parameters of a URL

export class URLSearchParams {
  #list = [];
  #changed = () => {};

  static {
    attach = (list, changed) => {
      const p = new URLSearchParams();
      p.#list = list;
      p.#changed = changed;
      return [p, (replaced) => { p.#list = replaced; }];
    };
  }

  constructor(init = '') {
    const compound = init !== null && (typeof init === 'object' || typeof init === 'function');
    if (compound && init[Symbol.iterator] !== undefined && init[Symbol.iterator] !== null) {
      for (const item of init) {
        const pair = Array.isArray(item) || (typeof item === 'object' && item?.[Symbol.iterator]) ? Array.from(item) : [];
        if (pair.length !== 2) throw new TypeError('URLSearchParams: each element must be a pair of a name and a value');
        this.#list.push(pair.map(text));
      }
    } else if (compound) {
      const record = new Map();
      for (const key of Reflect.ownKeys(init)) {
        if (Reflect.getOwnPropertyDescriptor(init, key)?.enumerable) record.set(text(key), text(init[key]));
      }
      this.#list = Array.from(record);
    } else {
      this.#list = parseForm(text(init).replace(/^\?/, ''));
    }
  }

  get size() {
    return this.#list.length;
  }

  append(name, value) {
    need('append', 2, arguments);
    this.#list.push([text(name), text(value)]);
    this.#changed();
  }

  delete(name, value) {
    need('delete', 1, arguments);
    const matches = URLSearchParams.#matcher(name, value);
    this.#list = this.#list.filter((pair) => !matches(pair));
    this.#changed();
  }

  get(name) {
    need('get', 1, arguments);
    const pair = this.#list.find(URLSearchParams.#matcher(name));
    return pair === undefined ? null : pair[1];
  }

  getAll(name) {
    need('getAll', 1, arguments);
    return this.#list.filter(URLSearchParams.#matcher(name)).map((pair) => pair[1]);
  }

  has(name, value) {
    need('has', 1, arguments);
    return this.#list.some(URLSearchParams.#matcher(name, value));
  }

  set(name, value) {
    need('set', 2, arguments);
    const matches = URLSearchParams.#matcher(name), v = text(value);
    const first = this.#list.find(matches);
    if (first === undefined) {
      this.#list.push([text(name), v]);
    } else {
      this.#list = this.#list.filter((pair) => pair === first || !matches(pair));
      first[1] = v;
    }
    this.#changed();
  }

  sort() {
    this.#list.sort(([a], [b]) => byUnits(a, b));
    this.#changed();
  }

  forEach(callback, thisArg) {
    need('forEach', 1, arguments);
    if (typeof callback !== 'function') throw new TypeError('forEach needs a function');
    for (const [name, value] of this.entries()) callback.call(thisArg, value, name, this);
  }

  *entries() {
    for (let i = 0; i < this.#list.length; i++) yield [...this.#list[i]];
  }

  *keys() {
    for (const [name] of this.entries()) yield name;
  }

  *values() {
    for (const [, value] of this.entries()) yield value;
  }

  toString() {
    return formatForm(this.#list.flat());
  }

  // #matcher finds pairs by name, and by value if there is one.
  static #matcher(name, value) {
    const n = text(name), v = value === undefined ? undefined : text(value);
    return (pair) => pair[0] === n && (v === undefined || pair[1] === v);
  }
}

export class URL {
  #parts;
  #params;
  #replaceParams;

  constructor(url, base) {
    need('URL', 1, arguments);
    this.#parts = parse(text(url), base === undefined ? undefined : text(base));
    if (this.#parts === null) {
      throw new TypeError(`Invalid URL: "${text(url)}"${base === undefined ? '' : ` with the base "${text(base)}"`}`);
    }
  }

  static canParse(url, base) {
    need('canParse', 1, arguments);
    return parse(text(url), base === undefined ? undefined : text(base)) !== null;
  }

  static parse(url, base) {
    need('parse', 1, arguments);
    return URL.canParse(url, base) ? new URL(url, base) : null;
  }

  #set(property, value) {
    this.#parts = change(this.#parts.href, property, text(value));
  }

  // #refresh has the parameters follow the query.
  #refresh() {
    if (this.#params !== undefined) this.#replaceParams(parseForm(this.#parts.search.slice(1)));
  }

  get href() { return this.#parts.href; }
  set href(v) {
    const parts = parse(text(v));
    if (parts === null) throw new TypeError(`Invalid URL: "${text(v)}"`);
    this.#parts = parts;
    this.#refresh();
  }
  get origin() { return this.#parts.origin; }
  get protocol() { return this.#parts.protocol; }
  set protocol(v) { this.#set('protocol', v); }
  get username() { return this.#parts.username; }
  set username(v) { this.#set('username', v); }
  get password() { return this.#parts.password; }
  set password(v) { this.#set('password', v); }
  get host() { return this.#parts.host; }
  set host(v) { this.#set('host', v); }
  get hostname() { return this.#parts.hostname; }
  set hostname(v) { this.#set('hostname', v); }
  get port() { return this.#parts.port; }
  set port(v) { this.#set('port', v); }
  get pathname() { return this.#parts.pathname; }
  set pathname(v) { this.#set('pathname', v); }
  get search() { return this.#parts.search; }
  set search(v) {
    this.#set('search', v);
    this.#refresh();
  }
  get searchParams() {
    if (this.#params === undefined) {
      [this.#params, this.#replaceParams] = attach(parseForm(this.#parts.search.slice(1)), () => this.#set('search', this.#params));
    }
    return this.#params;
  }
  get hash() { return this.#parts.hash; }
  set hash(v) { this.#set('hash', v); }

  toString() { return this.#parts.href; }
  toJSON() { return this.#parts.href; }
}

// hidden defines what a loop over the properties does not show.
const hidden = (o, key, value) => Object.defineProperty(o, key, { value, writable: true, configurable: true, enumerable: false });
hidden(URLSearchParams.prototype, Symbol.iterator, URLSearchParams.prototype.entries);
hidden(URLSearchParams.prototype, Symbol.toStringTag, 'URLSearchParams');
hidden(URL.prototype, Symbol.toStringTag, 'URL');
