package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/artisan-platform/headroom/cluster/image"
	"github.com/artisan-platform/headroom/runner/unit"
)

func (a *app) images() *cobra.Command {
	c := &cobra.Command{
		Use:   "images",
		Short: "List, build and prune the cluster's images",
		Long: `Images are pulled from their registries, or, where none answers, built from Go
modules and Debian packages and cached by the digest of their recipe under your
cache folder ($HEADROOM_CACHE moves it). An interrupted build resumes with what
is done.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(a.imagesList(), a.imagesBuild(), a.imagesPrune())
	return c
}

func (a *app) imagesList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "Show each image: its size, its digest, whether it is cached",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := (&image.Builder{}).List(cmd.Context())
			if err != nil {
				return err
			}
			return a.printImages(list, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	return c
}

func (a *app) imagesBuild() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "build [REF ...]",
		Short: "Build or pull the images now, so that up and verify find them",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, refs []string) error {
			mode, err := image.ParseMode(f.images)
			if err != nil {
				return usageError{fmt.Errorf("--images: %w", err)}
			}
			set, err := (&image.Builder{Reporter: a.console}).Ensure(cmd.Context(), mode, refs)
			if err != nil {
				return err
			}
			a.console.Clear()
			fmt.Fprintf(a.out, "%s mode: node image %s, %d images in it, %d to load\n",
				set.Mode, set.NodeImage, len(set.Preloaded), len(set.ToLoad))
			return nil
		},
	}
	f.addImages(c)
	return c
}

func (a *app) imagesPrune() *cobra.Command {
	var all, asJSON bool
	c := &cobra.Command{
		Use:   "prune",
		Short: "Remove what no recipe of this version uses any more",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			removed, err := (&image.Builder{}).Prune(cmd.Context(), all)
			if perr := a.printImages(removed, asJSON); perr != nil {
				return perr
			}
			return err
		},
	}
	c.Flags().BoolVar(&all, "all", false, "remove everything that was built")
	c.Flags().BoolVar(&asJSON, "json", false, "print what was removed as JSON")
	return c
}

func (a *app) printImages(list []image.Status, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	w := tabwriter.NewWriter(a.out, 2, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tNAME\tSTATE\tSIZE\tMADE IN\tDIGEST")
	for _, s := range list {
		state := "cached"
		switch {
		case !s.Cached:
			state = "-"
		case s.Stale:
			state = "stale"
		}
		name := s.Ref
		if name == "" {
			name = s.Name
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.19s\n", s.Kind, name, state, unit.Bytes(float64(s.Bytes)),
			unit.Duration(time.Duration(s.Seconds*float64(time.Second))), s.Digest)
	}
	return w.Flush()
}
