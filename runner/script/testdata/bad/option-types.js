// want: option-types.js:7:8: options.vus: must be a whole number, and is the string "many"
// want: option-types.js:8:15: options.stages.0: a stage needs a duration and a target
// want: option-types.js:8:59: options.stages.1.duration: "soon" is no duration: write it like "1m30s"
// want: option-types.js:9:10: options.throw: must be true or false, and is the string "yes"
// want: option-types.js:10:9: options.tags: must be an object, and is an array
export const options = {
  vus: 'many',
  stages: [   { duration: '1m' }, { target: 10, duration: 'soon' }],
  throw: 'yes',
  tags: [1],
};
export default function () {}
