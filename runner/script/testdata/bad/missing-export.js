// want: missing-export.js:2:1: SyntaxError: The requested module "k6/http" does not provide an export named "fetch"
import { fetch } from 'k6/http';
export default function () {}
