package image

// dataImages are those of the stack's data side: storage, the database, its
// pool, and the Redis cluster with its exporter.
func dataImages() []Image {
	return []Image{}
}
