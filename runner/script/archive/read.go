package archive

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
)

// Limits bound what is read of an archive. A limit that is 0 is the default.
type Limits struct {
	Files     int   // how many files and links; 50,000
	Bytes     int64 // of all files together; 1 GiB
	FileBytes int64 // of one file; 256 MiB
}

func (l Limits) withDefaults() Limits {
	if l.Files == 0 {
		l.Files = 50_000
	}
	if l.Bytes == 0 {
		l.Bytes = 1 << 30
	}
	if l.FileBytes == 0 {
		l.FileBytes = 256 << 20
	}
	return l
}

// Read reads an archive. An error says that it is none, or none that is safe to
// extract.
func Read(r io.Reader, l Limits) (Archive, error) {
	in := &reader{limits: l.withDefaults(), tar: tar.NewReader(r), seen: make(map[string]bool)}
	in.archive = Archive{Scripts: make(map[string][]byte), Files: make(map[string][]byte), Links: make(map[string]string)}
	if err := in.read(); err != nil {
		return Archive{}, fmt.Errorf("read the archive: %w", err)
	}
	return in.archive, nil
}

// reader reads one archive.
type reader struct {
	limits  Limits
	tar     *tar.Reader
	archive Archive
	seen    map[string]bool // names of entries
	files   int
	bytes   int64
}

func (r *reader) read() error {
	for {
		h, err := r.tar.Next()
		if errors.Is(err, io.EOF) {
			return r.finish()
		}
		if err != nil {
			return fmt.Errorf("it is no tar file, or damaged: %w", err)
		}
		if err := r.entry(h); err != nil {
			return fmt.Errorf("entry %q: %w", h.Name, err)
		}
	}
}

// entry takes one entry of the tar file.
func (r *reader) entry(h *tar.Header) error {
	if r.files++; r.files > r.limits.Files {
		return fmt.Errorf("there are more than %d entries", r.limits.Files)
	}
	name := strings.TrimSuffix(h.Name, "/")
	tree, local, _ := strings.Cut(name, "/")
	switch {
	case h.Name == "" || path.IsAbs(name) || path.Clean(name) != name || tree == "..":
		return errors.New("its name leads out of the archive, or is not in its plainest form")
	case h.Typeflag == tar.TypeDir:
		return nil // folders are made for the files in them
	case r.seen[name]:
		return errors.New("there are two of it")
	}
	r.seen[name] = true
	switch {
	case h.Typeflag == tar.TypeSymlink && tree == scriptsTree && local != "":
		return r.link(local, h.Linkname)
	case h.Typeflag != tar.TypeReg:
		return errors.New("it is neither a file nor a folder, nor a symbolic link among the scripts")
	}
	content, err := r.content(h)
	if err != nil {
		return err
	}
	switch {
	case name == metadataName:
		return r.metadata(content)
	case name == dataName:
		r.archive.Data = content
	case tree == scriptsTree && local != "":
		r.archive.Scripts["/"+local] = content
	case tree == filesTree && local != "":
		r.archive.Files["/"+local] = content
	default:
		return fmt.Errorf("it is not known: an archive holds %s, %s, %s/ and %s/", metadataName, dataName, scriptsTree, filesTree)
	}
	return nil
}

func (r *reader) content(h *tar.Header) ([]byte, error) {
	if h.Size > r.limits.FileBytes {
		return nil, fmt.Errorf("it has %d bytes; at most %d are read", h.Size, r.limits.FileBytes)
	}
	if r.bytes += h.Size; r.bytes > r.limits.Bytes {
		return nil, fmt.Errorf("all files together have more than %d bytes", r.limits.Bytes)
	}
	content, err := io.ReadAll(r.tar)
	if err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	return content, nil
}

// link takes a symbolic link. Its target must be in the tree: no more steps
// up than there are folders, and all of them first, so that other links on the
// way cannot lead it elsewhere.
func (r *reader) link(local, target string) error {
	up := 0
	for rest := target; ; up++ {
		next, ok := strings.CutPrefix(rest, "../")
		if rest == ".." {
			up++
		}
		if !ok {
			break
		}
		rest = next
	}
	if target == "" || path.IsAbs(target) || path.Clean(target) != target || strings.ContainsRune(target, 0) || up > strings.Count(local, "/") {
		return fmt.Errorf("it is a symbolic link to %q, which is not in the archive", target)
	}
	r.archive.Links["/"+local] = path.Join("/"+path.Dir(local), target)
	return nil
}

// metadata takes metadata.json. Paths may be written as URLs.
func (r *reader) metadata(text []byte) error {
	m := &r.archive.Metadata
	if err := json.Unmarshal(text, m); err != nil {
		return fmt.Errorf("read it as JSON: %w", err)
	}
	for _, p := range []*string{&m.Filename, &m.Pwd} {
		if u, err := url.Parse(*p); err == nil && u.Scheme == "file" {
			*p = u.Path
		}
		if *p != "" {
			*p = path.Clean(*p)
		}
	}
	if m.Pwd == "" {
		m.Pwd = path.Dir(m.Filename)
	}
	return m.check()
}

// finish checks that all is there and that it can be extracted.
func (r *reader) finish() error {
	for _, name := range []string{metadataName, dataName} {
		if !r.seen[name] {
			return fmt.Errorf("it has no %s: is it an archive of a script?", name)
		}
	}
	all, err := r.archive.entries()
	if err != nil {
		return err
	}
	pwd := strings.TrimPrefix(r.archive.follow(r.archive.Pwd), "/")
	for _, e := range all {
		if e.name == pwd || strings.HasPrefix(pwd, e.name+"/") {
			return fmt.Errorf("the working directory %s is no folder", r.archive.Pwd)
		}
	}
	delete(r.archive.Scripts, r.archive.place()) // data has it
	return nil
}
