package k6http

import "strings"

// debug logs a request and its response, as the option httpDebug wants.
func (c *client) debug(h *hop, body []byte) {
	mode := c.vu.Test.Options.HTTP.Debug
	if mode == "" {
		return
	}
	var b strings.Builder
	b.WriteString("Request:\n")
	b.Write(h.head(nil))
	if mode == "full" {
		b.Write(body)
	}
	b.WriteString("\nResponse:\n")
	b.Write(h.res.Head)
	if mode == "full" {
		b.Write(h.res.Body)
	}
	if h.err != nil {
		b.WriteString(h.errorText())
	}
	c.vu.Test.Console("info", strings.ReplaceAll(b.String(), "\r\n", "\n"))
}
