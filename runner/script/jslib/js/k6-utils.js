// Small helpers of everyday load tests, after the documentation of k6-utils.
import { check as builtinCheck } from 'k6';
import exec from 'k6/execution';
import { bytes } from 'headroom/random';
import { currentStage } from 'headroom/stage';

// randomIntBetween gives a whole number from min to max, both included.
export function randomIntBetween(min, max) {
  const low = Math.ceil(min), high = Math.floor(max);
  if (!(low <= high)) {
    throw new RangeError(`randomIntBetween(${min}, ${max}): there is no whole number from ${min} to ${max}`);
  }
  return low + Math.floor(Math.random() * (high - low + 1));
}

// randomItem gives one of the elements of an array.
export function randomItem(array) {
  return array[Math.floor(Math.random() * array.length)];
}

// randomString gives a string of so many characters, each drawn from charset.
// A character that is in it twice is drawn twice as often.
export function randomString(length, charset = 'abcdefghijklmnopqrstuvwxyz') {
  const from = Array.from(charset);
  if (from.length === 0) throw new RangeError('randomString(): the charset is empty');
  let s = '';
  for (let n = 0; n < length; n++) s += randomItem(from);
  return s;
}

// uuidv4 gives a random UUID. Unless secure is true its bits come from
// Math.random, which is faster and follows randomSeed().
export function uuidv4(secure = false) {
  const b = secure ? new Uint8Array(bytes(16)) : Uint8Array.from({ length: 16 }, () => Math.random() * 256);
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

// findBetween gives what stands between the first left and the right that
// follows it, or '' if there is no such thing. With repeat it gives an array
// of all such strings.
export function findBetween(content, left, right, repeat = false) {
  if (typeof content !== 'string') {
    throw new TypeError(`findBetween() searches a string, and got ${content === null ? 'null' : typeof content}: is the response body discarded or binary?`);
  }
  const before = String(left), after = String(right), found = [];
  for (let at = 0; at <= content.length;) {
    const start = content.indexOf(before, at), begin = start + before.length;
    const end = start < 0 ? -1 : content.indexOf(after, begin);
    if (end < 0) break;
    found.push(content.slice(begin, end));
    if (!repeat) return found[0];
    at = end + Math.max(after.length, before === '' ? 1 : 0);
  }
  return repeat ? found : '';
}

// normalDistributionStages gives stages whose targets follow a bell curve with
// maxVus at its height. No target is below 1.
export function normalDistributionStages(maxVus, durationSeconds, numberOfStages = 10) {
  if (!(maxVus >= 1) || !(durationSeconds > 0) || !(numberOfStages >= 1) || !Number.isInteger(numberOfStages)) {
    throw new RangeError(`normalDistributionStages(${maxVus}, ${durationSeconds}, ${numberOfStages}): it takes at least 1 VU, a duration above 0 and a whole number of stages`);
  }
  const density = (n) => Math.exp(-((-3 + (6 * n) / (numberOfStages + 1)) ** 2) / 2);
  const height = density(Math.ceil(numberOfStages / 2));
  const until = (n) => Math.round((durationSeconds * 1000 * n) / numberOfStages);
  const stages = [];
  for (let n = 1; n <= numberOfStages; n++) {
    stages.push({
      duration: `${(until(n) - until(n - 1)) / 1000}s`,
      target: Math.max(1, Math.round((maxVus * density(n)) / height)),
    });
  }
  return stages;
}

// getCurrentStageIndex counts the stages of the running scenario from 0.
export function getCurrentStageIndex() {
  return currentStage('getCurrentStageIndex').index;
}

// tagWithCurrentStageIndex tags all samples from now on with the stage.
export function tagWithCurrentStageIndex() {
  exec.vu.metrics.tags.stage = currentStage('tagWithCurrentStageIndex').index;
}

// tagWithCurrentStageProfile tags all samples from now on with what the stage
// does: ramp-up, steady or ramp-down.
export function tagWithCurrentStageProfile() {
  exec.vu.metrics.tags.stage_profile = currentStage('tagWithCurrentStageProfile').profile;
}

const isPromise = (v) => v !== null && typeof v === 'object' && typeof v.then === 'function';

// check is the check of k6 that awaits promises: the value and the conditions
// may be promises, or functions that return them. It gives a promise if there
// was one.
export function check(val, sets, tags) {
  if (isPromise(val)) return val.then((v) => check(v, sets, tags));
  const waiting = [];
  let all = true;
  const count = (name, outcome) => {
    all = builtinCheck(val, { [name]: Boolean(outcome) }, tags) && all;
  };
  const failed = (name, reason) => {
    count(name, false);
    throw reason;
  };
  for (const [name, condition] of Object.entries(sets)) {
    let outcome = condition;
    if (typeof condition === 'function') {
      try {
        outcome = condition(val);
      } catch (e) {
        failed(name, e);
      }
    }
    if (isPromise(outcome)) {
      waiting.push(outcome.then((v) => count(name, v), (reason) => failed(name, reason)));
    } else {
      count(name, outcome);
    }
  }
  return waiting.length > 0 ? Promise.all(waiting).then(() => all) : all;
}
