// Asks a database. ARTISAN_POSTGRES says which:
//
//   ARTISAN_POSTGRES=postgres://app:secret@127.0.0.1:5432/app headroom load docs/examples/artisan/postgres-query.js
import { postgres } from 'k6/x/artisan';

const db = postgres();

export const options = { vus: 1, iterations: 1 };

export default async function () {
  const rows = await db.query(
    'select state, count(*) as connections from pg_stat_activity where backend_type = $1 group by state',
    ['client backend'],
    { timeout: '5s' },
  );
  for (const { state, connections } of rows) {
    console.log(`${state}: ${connections}`);
  }
}
