package stack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/artisan-platform/headroom/cluster/pki"
)

// certificateMark on a Secret asks for a certificate of these names, separated
// by commas. It is filled with tls.crt, tls.key and the authority's ca.crt.
const certificateMark = "headroom/certificate"

// certificateDigest on a pod template makes a new certificate restart the pods
// that mount it.
const certificateDigest = "headroom/certificate-digest"

// certificateLeft is how long a certificate that is kept must still be valid.
const certificateLeft = 30 * 24 * time.Hour

// request is a Secret that asks for a certificate.
type request struct {
	secret *unstructured.Unstructured
	names  []string
}

func (r request) key() string { return r.secret.GetNamespace() + "/" + r.secret.GetName() }

// requests finds the Secrets among objs that ask for a certificate.
func requests(objs []*unstructured.Unstructured) []request {
	var found []request
	for _, obj := range objs {
		if names := obj.GetAnnotations()[certificateMark]; obj.GetKind() == "Secret" && names != "" {
			found = append(found, request{obj, strings.Split(names, ",")})
		}
	}
	return found
}

// certified is the authority and the certificates of all requests, by the
// Secret's key.
type certified struct {
	authority []byte // PEM
	pairs     map[string]pki.Pair
}

// certify fills the Secrets that ask for a certificate, writes the authority's
// certificate to Options.CAFile, and marks the pods that mount one. What the
// cluster has is kept as long as clients accept it.
func (s *Stack) certify(ctx context.Context, objs []*unstructured.Unstructured) error {
	wanted := requests(objs)
	if len(wanted) == 0 {
		return nil
	}
	have, err := s.certified(ctx, wanted)
	if err != nil {
		return err
	}
	if have == nil {
		if have, err = issue(wanted, time.Now()); err != nil {
			return fmt.Errorf("make the certificates of the stack: %w", err)
		}
	}
	for _, r := range wanted {
		if err := setCertificate(r.secret, have.authority, have.pairs[r.key()]); err != nil {
			return fmt.Errorf("fill %s: %w", describe(r.secret), err)
		}
	}
	if err := markPods(objs, have); err != nil {
		return err
	}
	return writeAuthority(s.opts.CAFile, have.authority)
}

// certified reads the certificates that the cluster has. It returns nil unless
// all of them are there, are signed by one authority, and stay valid for a
// while.
func (s *Stack) certified(ctx context.Context, wanted []request) (*certified, error) {
	have := &certified{pairs: map[string]pki.Pair{}}
	for _, r := range wanted {
		live, err := s.client.CoreV1().Secrets(r.secret.GetNamespace()).Get(ctx, r.secret.GetName(), metav1.GetOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return nil, fmt.Errorf("read %s: %w", describe(r.secret), err)
		}
		if live == nil {
			live = &corev1.Secret{} // none yet: it holds nothing that could be kept
		}
		authority := live.Data[corev1.ServiceAccountRootCAKey]
		if have.authority == nil {
			have.authority = authority
		}
		pair := pki.Pair{Cert: live.Data[corev1.TLSCertKey], Key: live.Data[corev1.TLSPrivateKeyKey]}
		if !bytes.Equal(authority, have.authority) || !r.keeps(pair, authority) {
			return nil, nil
		}
		have.pairs[r.key()] = pair
	}
	return have, nil
}

// keeps reports whether clients will accept the certificate for a while.
func (r request) keeps(p pki.Pair, authority []byte) bool {
	return p.Check(authority, time.Now().Add(certificateLeft), r.names...) == nil
}

// issue makes a new authority and a certificate for every request.
func issue(wanted []request, now time.Time) (*certified, error) {
	authority, err := pki.NewAuthority("Headroom's stack", now)
	if err != nil {
		return nil, err
	}
	made := &certified{authority: authority.Certificate(), pairs: map[string]pki.Pair{}}
	for _, r := range wanted {
		if made.pairs[r.key()], err = authority.Issue(r.names...); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func setCertificate(secret *unstructured.Unstructured, authority []byte, pair pki.Pair) error {
	data := map[string]any{}
	for key, value := range map[string][]byte{
		corev1.ServiceAccountRootCAKey: authority, corev1.TLSCertKey: pair.Cert, corev1.TLSPrivateKeyKey: pair.Key,
	} {
		data[key] = base64.StdEncoding.EncodeToString(value)
	}
	return unstructured.SetNestedMap(secret.Object, data, "data")
}

// markPods sets the digest of the certificates on the pods that mount one.
func markPods(objs []*unstructured.Unstructured, have *certified) error {
	for _, obj := range objs {
		volumes, _, err := unstructured.NestedSlice(obj.Object, "spec", "template", "spec", "volumes")
		if err != nil {
			return fmt.Errorf("read the volumes of %s: %w", describe(obj), err)
		}
		for _, v := range volumes {
			fields, _ := v.(map[string]any)
			name, _, err := unstructured.NestedString(fields, "secret", "secretName")
			if err != nil {
				return fmt.Errorf("read the volumes of %s: %w", describe(obj), err)
			}
			pair, ours := have.pairs[obj.GetNamespace()+"/"+name]
			if !ours {
				continue
			}
			digest := fmt.Sprintf("%x", sha256.Sum256(append(bytes.Clone(have.authority), pair.Cert...)))[:16]
			if err := setAnnotation(obj, certificateDigest, digest); err != nil {
				return fmt.Errorf("mark %s: %w", describe(obj), err)
			}
		}
	}
	return nil
}

// writeAuthority puts the authority's certificate where clients find it. A
// reader sees the old file or the new one.
func writeAuthority(file string, authority []byte) error {
	if file == "" {
		return nil
	}
	have, err := os.ReadFile(file)
	if err == nil && bytes.Equal(have, authority) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the authority of the stack: %w", err)
	}
	tmp := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".new")
	if err := os.WriteFile(tmp, authority, 0o644); err != nil {
		return fmt.Errorf("write the authority of the stack: %w", err)
	}
	return os.Rename(tmp, file)
}
