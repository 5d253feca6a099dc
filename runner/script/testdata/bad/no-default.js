// want: options.scenarios.default.exec: the script exports no function "default" to run: it exports run
export function run() {}
