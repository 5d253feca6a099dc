package load

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/summary"
)

// summarise writes what a load came to: by the script's own handleSummary, or
// as text; and what the command line asks for.
func (s *session) summarise(made *script.Summary, gauge report) {
	d := made.Data
	d.GeneratedAt, d.Version = time.Now(), s.cfg.Version
	d.StdOutTTY, d.StdErrTTY, d.NoColor = s.cfg.OutTTY, s.cfg.ErrTTY, s.cfg.NoColor
	for _, w := range gauge.warnings {
		s.warn(w)
	}
	d.Generator, d.Warnings = gauge.lines, s.warnings.all()
	if err := s.export(d); err != nil {
		s.warnings.fail(err)
	}
	files, own, err := made.HandleSummary(d)
	if err != nil {
		s.log.say("error", fmt.Sprintf("%v; the usual summary follows", err))
	}
	switch {
	case own && err == nil:
		err = s.writeFiles(files)
	case s.cfg.JSON:
		err = s.writeMachine(d)
	default:
		var b bytes.Buffer
		if err = summary.Text(&b, d, s.cfg.SummaryMode); err == nil {
			_, err = s.cfg.Out.Write(b.Bytes())
		}
	}
	if err != nil {
		s.warnings.fail(fmt.Errorf("write the summary: %w", err))
	}
}

func (s *session) writeMachine(d summary.Data) error {
	b, err := summary.MachineJSON(d)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.cfg.Out, "%s\n", b)
	return err
}

// export writes the file that --summary-export names.
func (s *session) export(d summary.Data) error {
	if s.cfg.SummaryExport == "" {
		return nil
	}
	render := summary.ExportJSON
	if s.cfg.MachineFormat {
		render = summary.MachineJSON
	}
	b, err := render(d)
	if err == nil {
		err = os.WriteFile(s.cfg.SummaryExport, append(b, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("export the summary: %w", err)
	}
	return nil
}

// writeFiles writes what handleSummary returned.
func (s *session) writeFiles(files map[string][]byte) error {
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(files)) {
		var err error
		switch path {
		case "stdout":
			_, err = s.cfg.Out.Write(files[path])
		case "stderr":
			_, err = s.cfg.Err.Write(files[path])
		default:
			err = os.WriteFile(path, files[path], 0o644)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
