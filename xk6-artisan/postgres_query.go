package artisan

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/grafana/sobek"
	"github.com/jackc/pgx/v5/pgconn"
)

// queryTimeout bounds a query unless told, maxRows what it may answer with.
const (
	queryTimeout = 30 * time.Second
	maxRows      = 100_000
)

// rows are the answer to a query, as the server's text.
type rows struct {
	fields []pgconn.FieldDescription
	values [][][]byte // nil is NULL
}

// query is postgres.query(sql, params?, {timeout?}): one statement, with $1, $2
// and so on for the elements of params, whose types the server tells from where
// they stand. timeout is 30 s unless told; what takes longer is cancelled.
//
// Parameters are null, booleans, numbers, strings, BigInts, Dates, bytes (an
// ArrayBuffer or a view of one), arrays of them (a PostgreSQL array), and
// objects (JSON); an array as JSON is JSON.stringify(it).
//
// It is a promise of an array of rows, each an object by the columns' names;
// two columns of one name are an error. smallint, integer, bigint, real, double
// precision and numeric become numbers, unless that loses digits: then, from
// 2^53 or 16 digits on, strings. boolean becomes a boolean, json and jsonb what
// they hold, date, timestamp (taken as UTC) and timestamptz a Date, bytea an
// ArrayBuffer, a one-dimensional array an array, all else a string as psql shows
// it. A statement that answers with no rows is an empty array.
//
// It sends each statement by itself and prepares nothing by name, so that it
// works through PgBouncer in transaction mode. Two queries need not use the same
// connection. An error of the server breaks the promise by an Error with its
// text, its code (SQLSTATE) and the place in the statement.
func (p *postgres) query(call sobek.FunctionCall) sobek.Value {
	const where = "postgres().query()"
	p.m.running(where)
	sql, ok := orUndefined(call.Argument(0)).Export().(string)
	if !ok || sql == "" {
		p.m.typeError("%s takes SQL, such as \"select 1\", and got %s", where, describe(call.Argument(0)))
	}
	params := p.m.params(where, call.Argument(1))
	timeout := p.m.options(where, call.Argument(2), "timeout").duration("timeout", queryTimeout, time.Millisecond)
	return promise(p.m, p.m.turns(), func(ctx context.Context) (*rows, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		r, err := p.ask(ctx, sql, params)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, p.failed(sql, timeout, err))
		}
		return r, nil
	}, p.m.rows)
}

// ask sends one statement. All values go and come as text.
func (p *postgres) ask(ctx context.Context, sql string, params [][]byte) (*rows, error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	reader := conn.Conn().PgConn().ExecParams(ctx, sql, params, nil, nil, nil)
	r := &rows{}
	for reader.NextRow() {
		if len(r.values) == maxRows {
			_ = conn.Conn().PgConn().Close(ctx) // does not read the rest; the pool drops it
			return nil, fmt.Errorf("the answer has more than %d rows: aggregate, or limit it", maxRows)
		}
		row := make([][]byte, len(reader.Values()))
		for i, v := range reader.Values() {
			row[i] = bytes.Clone(v)
		}
		r.values = append(r.values, row)
	}
	r.fields = append(r.fields, reader.FieldDescriptions()...) // before Close: the connection uses their memory again
	if _, err := reader.Close(); err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	for _, f := range r.fields {
		if seen[f.Name] {
			return nil, fmt.Errorf("two columns are called %q, of which a row could hold one: name them apart with AS", f.Name)
		}
		seen[f.Name] = true
	}
	return r, nil
}
