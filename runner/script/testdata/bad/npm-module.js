// want: npm-module.js:2:1: module "lodash" is neither built in nor a path
import _ from 'lodash';
export default function () {}
