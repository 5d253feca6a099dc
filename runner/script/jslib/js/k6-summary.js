// The text of a summary, and its thresholds as a JUnit report, for what
// handleSummary returns.
import { text, junit } from 'headroom/summary';

// options checks that nothing is asked for in vain.
function options(name, given, known) {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) console.warn(`${name}(): there is no option ${key}: it has ${known.join(', ')}`);
  }
  return given;
}

// textSummary gives the summary as k6-style tests show it at their end. Each
// line begins with indent. Unless enableColors says so, it is coloured where
// the standard output is a terminal.
export function textSummary(data, given = {}) {
  const { indent = '', enableColors } = options('textSummary', given, ['indent', 'enableColors']);
  const colors = enableColors === undefined ? Boolean(data?.state?.isStdOutTTY && !data?.options?.noColor) : Boolean(enableColors);
  return text(JSON.stringify(data), String(indent), colors);
}

// jUnit gives a report with one test case for each threshold.
export function jUnit(data, given = {}) {
  const { name = 'thresholds', classname = 'thresholds' } = options('jUnit', given, ['name', 'classname']);
  return junit(JSON.stringify(data), String(name), String(classname));
}
