package platform

import (
	"time"

	"github.com/redis/go-redis/v9"
)

// newRedis returns a client of a single Redis or of a Redis Cluster. Nothing
// connects yet. A command is tried again where it did not arrive or a cluster
// moved its slot; scripts and commands here may all be repeated.
func newRedis(cfg redisConfig) redis.UniversalClient {
	return redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs:                 cfg.Addrs,
		IsClusterMode:         cfg.Cluster,
		ContextTimeoutEnabled: true,
		DialTimeout:           time.Second,
		ReadTimeout:           2 * time.Second,
		WriteTimeout:          2 * time.Second,
		// Client-side identity is nothing that old servers know.
		DisableIdentity: true,
	})
}
