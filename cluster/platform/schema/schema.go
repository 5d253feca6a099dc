// Package schema is the platform's database: tables, data, the guide's three
// indexes and its materialized view.
//
// SQL is one script of plain PostgreSQL 15. It can be sent as a whole in one
// simple query, given to psql -f, or named in a CloudNativePG Cluster
// (bootstrap.initdb.postInitApplicationSQLRefs, run there by the superuser in
// the application's database). What it makes belongs to app_user wherever that
// role exists and the caller may act for it. It may be applied again at any
// time and then changes nothing.
package schema

import _ "embed"

// SQL is the script.
//
//go:embed schema.sql
var SQL string

// Rows that SQL puts into empty tables. A user has Posts/Users posts and
// Products/Users products, of which ActivePerUser are active.
const (
	Users         = 1000
	Posts         = 20000
	Products      = 10000
	SaleEvents    = 20000
	ActivePerUser = 8
)

// View is the materialized view, and IndexNames are the guide's three indexes.
const View = "user_analytics"

// IndexNames lists the guide's indexes in its order.
var IndexNames = []string{
	"idx_posts_user_id_created_at",
	"idx_products_user_id_status",
	"idx_sale_events_platform_occurred_at",
}
