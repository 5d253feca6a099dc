package output

import "github.com/artisan-platform/headroom/runner/script/output/remotewrite"

// remoteWrite sends the samples to a server for Prometheus' remote write.
type remoteWrite struct{ *remotewrite.Writer }

func newRemoteWrite(url string, env map[string]string) (*remoteWrite, error) {
	c, err := remotewrite.NewConfig(url, env)
	if err != nil {
		return nil, err
	}
	return &remoteWrite{remotewrite.New(c)}, nil
}

// Start implements Output.
func (o *remoteWrite) Start(r Run) error {
	o.Writer.Start(r.Warn)
	return nil
}
