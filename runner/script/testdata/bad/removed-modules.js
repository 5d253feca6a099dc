// want: module "k6/experimental/tracing" does not exist here: it was removed from k6: send the header traceparent yourself
// want: module "k6/experimental/webcrypto" does not exist here: it was removed from k6: use the global crypto
// want: module "k6/experimental/browser" does not exist here: a browser is not driven
// want: module "k6/nothing" does not exist here
import a from 'k6/experimental/tracing';
import b from 'k6/experimental/webcrypto';
import c from 'k6/experimental/browser';
import d from 'k6/nothing';
export default function () {}
