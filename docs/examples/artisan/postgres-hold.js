// Holds 20 connections of the database for ten seconds: the load of an
// autoscaler that follows connections. ARTISAN_POSTGRES says which database, and
// may lead to PgBouncer:
//
//   ARTISAN_POSTGRES=postgres://app:secret@127.0.0.1:5432/app headroom load docs/examples/artisan/postgres-hold.js
import { postgres } from 'k6/x/artisan';

const db = postgres();

export const options = { vus: 1, iterations: 1 };

export default async function () {
  const held = await db.hold(20, { for: '10s' });
  console.log(`held ${held.most} of ${held.asked} at once; ${held.waiting} waited for a connection of the pooler, ${held.refused} were refused`);
  for (const [text, times] of Object.entries(held.errors)) {
    console.log(`${times} times: ${text}`);
  }
}
