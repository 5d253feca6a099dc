// want: extension.js:2:19: extension "k6/x/kafka" does not exist here: the built-in modules are
import kafka from 'k6/x/kafka';
export default function () {}
