package extension_test

import (
	"strings"
	"testing"

	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// nowhere refuses connections.
const nowhere = "postgres://app:secret@127.0.0.1:1/app"

// TestPostgresWrong tells a script what is wrong, in its own stack, where no
// database is needed for it.
func TestPostgresWrong(t *testing.T) {
	calls := []wrong{
		{`artisan.postgres(7)`, "TypeError: postgres(dsn): dsn must be a string"},
		{`artisan.postgres('postgres://app:secret@db.example:5432/app')`, `TypeError: postgres(): host "db.example" is not this machine; allow it with --allow-host db.example`},
		{`artisan.postgres('postgres://app:secret@127.0.0.1,db.example/app')`, `TypeError: postgres(): host "db.example" is not this machine`},
		{`artisan.postgres('postgres://app:secret@127.0.0.1:port/app')`, "TypeError: postgres(): cannot parse"},
		{`artisan.postgres().query()`, "TypeError: postgres().query() takes SQL"},
		{`artisan.postgres().query('select 1', 5)`, "TypeError: postgres().query(): params must be an array"},
		{`artisan.postgres().query('select $1', [undefined])`, "TypeError: postgres().query(): params[0] is undefined: for NULL, give null"},
		{`artisan.postgres().query('select $1', [[1, () => 2]])`, "TypeError: postgres().query(): params[0][1] must be a value that a database can hold, and is a function"},
		{`artisan.postgres().query('select 1', [], { limit: 1 })`, `TypeError: postgres().query(): there is no option "limit": there are timeout`},
		{`artisan.postgres().hold()`, "TypeError: postgres().hold() takes how many connections to hold, a whole number from 1 to 10000, and got undefined"},
		{`artisan.postgres().hold(1)`, "TypeError: postgres().hold() needs for"},
		{`artisan.postgres().hold(1.5, { for: '1s' })`, "TypeError: postgres().hold() takes how many connections"},
		{`artisan.postgres().hold(1, { for: '1s', idle: 1 })`, "TypeError: postgres().hold(): idle must be true or false"},
		{`await artisan.postgres().query('select 1')`, "Error: postgres().query(): failed to connect to `user=app database=app`: 127.0.0.1:1 (127.0.0.1): dial error: dial tcp 127.0.0.1:1: connect: connection refused"},
		{`await artisan.postgres().hold(3, { for: '1s' })`, "Error: postgres().hold(): PostgreSQL at 127.0.0.1:1: none of 3 connections could be opened: failed to connect"},
	}
	testWrong(t, artisan.Config{Postgres: nowhere}, calls)
	testWrong(t, artisan.Config{}, []wrong{{`artisan.postgres()`, "TypeError: postgres() needs a connection string"}})
}

// TestContainerQuery reads values of every kind, directly and through PgBouncer.
func TestContainerQuery(t *testing.T) {
	direct, pooled := database(t)
	for name, dsn := range map[string]string{"PostgreSQL": direct, "PgBouncer": pooled} {
		t.Run(name, func(t *testing.T) {
			said, _ := runOn(t, artisan.Config{Postgres: dsn}, `import { postgres } from 'k6/x/artisan';
				const db = postgres();
				export default async function () {
					const show = (v) => console.log(v instanceof Date ? 'Date ' + v.toISOString() : v instanceof ArrayBuffer ? 'bytes ' + v.byteLength : typeof v + ' ' + JSON.stringify(v));
					const one = async (sql, ...params) => show((await db.query('select ' + sql + ' as v', params))[0].v);
					await one('1');
					await one('9007199254740992::bigint');
					await one('9007199254740993::bigint');
					await one('12.5::numeric');
					await one('1234567890.1234567::numeric');
					await one('0.1::float8');
					await one('true');
					await one('null::int');
					await one("'text'");
					await one("'2026-01-02 03:04:05.678+02'::timestamptz");
					await one("'2026-01-02'::date");
					await one("'infinity'::timestamptz");
					await one("'{\"a\":[1]}'::jsonb");
					await one("'\\x0102'::bytea");
					await one("array[1,null,3]");
					await one("array['a','b,\"c']");
					await one("'3 days'::interval");
					await one("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid");
					await one('$1::int + $2', 1, 2);
					await one('$1::timestamptz', new Date(0));
					await one("$1::jsonb ->> 'a'", { a: 'b' });
					await one('$1::text[]', ['x', null, 'y"\\z']);
					await one('$1::bytea', new Uint8Array([1, 2, 3]).buffer);
					await one('$1::boolean', false);
					console.log(JSON.stringify(await db.query('select n, n * $1 as twice from generate_series(1, 3) n', [2])));
					console.log(JSON.stringify(await db.query('select 1 where false')), JSON.stringify(await db.query('set local work_mem = 64')));
				}`)
			want := []string{"number 1", "number 9007199254740992", `string "9007199254740993"`, "number 12.5", `string "1234567890.1234567"`, "number 0.1",
				"boolean true", "object null", `string "text"`, "Date 2026-01-02T01:04:05.678Z", "Date 2026-01-02T00:00:00.000Z", `string "infinity"`,
				`object {"a":[1]}`, "bytes 2", "object [1,null,3]", `object ["a","b,\"c"]`, `string "3 days"`, `string "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"`,
				"number 3", "Date 1970-01-01T00:00:00.000Z", `string "b"`, `object ["x",null,"y\"\\z"]`, "bytes 3", "boolean false",
				`[{"n":1,"twice":2},{"n":2,"twice":4},{"n":3,"twice":6}]`, "[] []"}
			if strings.Join(said, "\n") != strings.Join(want, "\n") {
				t.Errorf("the script said\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
			}
		})
	}
	testWrong(t, artisan.Config{Postgres: pooled}, []wrong{
		{`await artisan.postgres().query('select 1,\n  nothing')`, `Error: postgres().query(): ERROR: column "nothing" does not exist (SQLSTATE 42703) at line 2, column 3`},
		{`await artisan.postgres().query('selec 1')`, `Error: postgres().query(): ERROR: syntax error at or near "selec" (SQLSTATE 42601) at line 1, column 1`},
		{`await artisan.postgres().query('select $1::int', ['x'])`, `Error: postgres().query(): ERROR: invalid input syntax for type integer: "x"`},
		{`await artisan.postgres().query('select $1::int + $2', [1])`, `Error: postgres().query(): ERROR: bind message supplies 1 parameters`},
		{`await artisan.postgres().query('select 1 as a, 2 as a')`, `Error: postgres().query(): PostgreSQL at`},
		{`await artisan.postgres().query('select pg_sleep(60)', [], { timeout: '300ms' })`, `Error: postgres().query(): PostgreSQL at`},
		{`await artisan.postgres('` + strings.Replace(direct, "secret", "guess", 1) + `').query('select 1')`, `Error: postgres().query(): FATAL: password authentication failed for user "app"`},
	})
	testStops(t, artisan.Config{Postgres: pooled}, `artisan.postgres().query('select pg_sleep(3600)', [], { timeout: '2h' })`)
	testGone(t, direct)
}

// testGone makes sure that the server has none of a script's connections left.
func testGone(t *testing.T, direct string) {
	t.Helper()
	said, _ := runOn(t, artisan.Config{Postgres: direct}, `import { postgres } from 'k6/x/artisan';
		export default async function () {
			let n = -1;
			for (let i = 0; i < 50 && n !== 0; i++) {
				await new Promise((done) => setTimeout(done, 100));
				n = (await postgres().query("select count(*) as n from pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid()"))[0].n;
			}
			console.log(n);
		}`)
	if strings.Join(said, "") != "0" {
		t.Errorf("the server still has %q connections at work", said)
	}
}

// TestContainerHold holds connections of the server, directly and through a
// PgBouncer that has fewer of them.
func TestContainerHold(t *testing.T) {
	direct, pooled := database(t)
	script := `import { postgres } from 'k6/x/artisan';
		const look = postgres('` + direct + `');
		const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
		const open = async () => (await look.query("select count(*) as n from pg_stat_activity where state = 'idle in transaction'"))[0].n;
		const show = (r) => console.log(r.asked, r.opened, r.waiting, r.refused, r.lost, r.most, r.longest > 0, JSON.stringify(r.errors));
		export default async function () { `
	for _, tt := range []struct{ name, dsn, run, want string }{
		{"direct", direct, `const h = postgres().hold(10, { for: '2500ms' }); await sleep(1500); console.log(await open()); show(await h);`,
			"10\n10 10 0 0 0 10 true {}"},
		{"idle", pooled, `const h = postgres().hold(15, { for: '2500ms', idle: true }); await sleep(1500); console.log(await open()); show(await h);`,
			"0\n15 15 0 0 0 15 true {}"},
		{"pooled", pooled, `const h = postgres().hold(8, { for: '2500ms' }); await sleep(1500); console.log(await open()); show(await h);`,
			"5\n8 5 3 0 0 5 true {}"},
		{"lost", direct, `const h = postgres().hold(4, { for: '4s' }); await sleep(1000);
			await look.query("select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' limit 1"); show(await h);`,
			`4 4 0 0 1 4 true {"FATAL: terminating connection due to administrator command (SQLSTATE 57P01)":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said, _ := runOn(t, artisan.Config{Postgres: tt.dsn}, script+tt.run+" }")
			if strings.Join(said, "\n") != tt.want {
				t.Errorf("the script said %q, want %q", said, tt.want)
			}
			testGone(t, direct)
		})
	}
	for name, tt := range map[string]struct{ dsn, call, want string }{
		"too many for the server": {direct, `postgres().hold(40, { for: '5s' })`, "sorry, too many clients already"},
		"too many for the pooler": {pooled, `postgres().hold(40, { for: '5s', idle: true })`, "no more connections allowed (max_client_conn)"},
	} {
		t.Run(name, func(t *testing.T) {
			said, _ := runOn(t, artisan.Config{Postgres: tt.dsn}, script+`const r = await `+tt.call+`; console.log(r.asked === r.opened + r.refused, r.refused >= 10, Object.values(r.errors)[0] === r.refused, Object.keys(r.errors)[0]); }`)
			if len(said) != 1 || !strings.HasPrefix(said[0], "true true true FATAL: ") || !strings.Contains(said[0], tt.want) {
				t.Errorf("the script said %q, want %q", said, tt.want)
			}
		})
	}
	testStops(t, artisan.Config{Postgres: pooled}, `artisan.postgres().hold(8, { for: '1h' })`)
	testGone(t, direct)
}
