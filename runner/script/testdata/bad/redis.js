// want: module "k6/experimental/redis" does not exist here: Redis is not supported
// want: extension "k6/x/redis" does not exist here
import old from 'k6/experimental/redis';
import redis from 'k6/x/redis';
export default function () {}
