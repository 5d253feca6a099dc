package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/spec"
)

func (a *app) up() *cobra.Command {
	var f runFlags
	var name string
	c := &cobra.Command{
		Use:   "up [PLAN]",
		Short: "Make the cluster and the stack, and leave them running",
		Long: `Up creates the kind cluster, or adopts one that an earlier up or verify --keep
left, installs the stack and waits until all of it answers. With a PLAN the
cluster and the platform are those that the plan describes. Your own kubeconfig
is not touched: up prints where Headroom's is.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && cmd.Flags().Changed("name") {
				return usageError{errors.New("--name and PLAN: the plan names its cluster (cluster.name); leave one of the two out")}
			}
			cfg, err := a.planned(f, spec.Default(name))
			if len(args) == 1 {
				cfg, err = a.config(cmd.Context(), f, args[0])
			}
			if err != nil {
				return err
			}
			env, err := experiment.Up(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			a.console.Clear()
			fmt.Fprintf(a.out, "cluster %s is up\n  kubectl --kubeconfig %s get pods -A\n", env.Name, env.Kubeconfig)
			if env.ServesTLS() {
				fmt.Fprintf(a.out, "  curl --cacert %s --resolve api.artisan-platform.com:443:127.0.0.1 https://api.artisan-platform.com/health\n", env.CA)
			}
			fmt.Fprintf(a.out, "  headroom down --name %s   # removes it\n", env.Name)
			return nil
		},
	}
	f.addImages(c)
	f.addStack(c)
	f.addAllowHosts(c)
	c.Flags().StringVar(&name, "name", "headroom", "name of the cluster")
	return c
}

func (a *app) down() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "down",
		Short: "Remove the cluster and prove that nothing is left",
		Long: `Down removes a cluster that Headroom created, and only such a one, with what an
interrupted or killed run left of it: containers, volumes, kubeconfig.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return experiment.Down(cmd.Context(), name, a.console)
		},
	}
	c.Flags().StringVar(&name, "name", "headroom", "name of the cluster")
	return c
}
