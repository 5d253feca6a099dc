package proof

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const storageAdvice = "look at the provisioner: kubectl -n local-path-storage logs deployment/local-path-provisioner, and kubectl -n artisan-platform describe pvc"

// storageChecks want a volume of the documented class behind every claim: the
// three of the database and the six of Redis. Their use is proven by theirs.
func storageChecks(a *Access) []Check {
	return []Check{{Component: "storage", Name: "every claim of the databases has a volume of class gp3", Run: func(ctx context.Context) (string, error) {
		list, err := a.Kube.CoreV1().PersistentVolumeClaims(a.Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return "", fmt.Errorf("list the volume claims: %w", err)
		}
		for _, claim := range list.Items {
			class := "none"
			if claim.Spec.StorageClassName != nil {
				class = *claim.Spec.StorageClassName
			}
			if claim.Status.Phase != corev1.ClaimBound || class != "gp3" {
				return "", Failed(storageAdvice, "claim %s of class %s is %s", claim.Name, class, claim.Status.Phase)
			}
		}
		if want := instances + redisNodes; len(list.Items) < want {
			return "", Failed(storageAdvice, "%d claims, want %d", len(list.Items), want)
		}
		return fmt.Sprintf("%d volumes of class gp3 in use", len(list.Items)), nil
	}}}
}
