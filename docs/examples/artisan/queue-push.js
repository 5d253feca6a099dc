// Puts a burst of jobs into the queue that the workers take from.
//
//   headroom load docs/examples/artisan/queue-push.js
import { queue } from 'k6/x/artisan';

// Nothing is connected to before the first use. Another Redis is named by
// ARTISAN_REDIS, or by queue('default', { addresses: ['127.0.0.1:6379'] }).
const jobs = queue('default');

export const options = { vus: 1, iterations: 1 };

export default async function () {
  // 400 jobs of the platform's own form.
  console.log(`the queue holds ${await jobs.push(400)} jobs`);

  // Jobs of one's own: text and bytes as they are, objects as JSON.
  await jobs.push([{ type: 'email', to: 'a@example.org' }, '{"type":"report"}']);
  console.log(`and now ${await jobs.length()}`);
}
