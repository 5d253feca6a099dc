// want: module "k6/experimental/streams" does not exist here: streams are not supported
import { ReadableStream } from 'k6/experimental/streams';
export default function () {}
