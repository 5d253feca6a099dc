package archive

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// sampleArchive has a bit of everything.
func sampleArchive() Archive {
	return Archive{
		Metadata: Metadata{Type: "js", Options: json.RawMessage(`{"vus":2}`), Filename: "/home/jane/t/script.js", Pwd: "/home/jane/t",
			Env: map[string]string{"B": "2", "A": "1"}, K6Version: "v1.2.3", Dependencies: map[string]string{"k6": "*"}},
		Data:    []byte("import './lib.js';"),
		Scripts: map[string][]byte{"/home/jane/t/lib.js": []byte("lib"), "/srv/x.json": []byte("{}")},
		Files:   map[string][]byte{"/home/jane/t/data/users.json": []byte("[]"), "/srv/x.json": []byte("{}"), "/a/" + strings.Repeat("long/", 60) + "ü": {0, 1, 255}},
		Links:   map[string]string{"/home/jane/t/node_modules/p": "/home/jane/p", "/l": "/srv"},
	}
}

// TestWrite compares all entries with the documented layout.
func TestWrite(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, sampleArchive()); err != nil {
		t.Fatal(err)
	}
	want := `metadata.json
data
scripts/home/nobody/t/lib.js
scripts/home/nobody/t/node_modules/p -> ../../p
scripts/home/nobody/t/script.js
scripts/l -> srv
scripts/srv/x.json
files/a/` + strings.Repeat("long/", 60) + `ü
files/home/nobody/t/data/users.json
files/srv/x.json
`
	if got := list(t, b.Bytes(), t.TempDir()+"/none"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	metadata := `{
  "type": "js",
  "options": {
    "vus": 2
  },
  "filename": "/home/nobody/t/script.js",
  "pwd": "/home/nobody/t",
  "env": {
    "A": "1",
    "B": "2"
  },
  "k6version": "v1.2.3",
  "dependencies": {
    "k6": "*"
  }
}
`
	if !bytes.Contains(b.Bytes(), []byte(metadata)) {
		t.Errorf("metadata.json is not\n%s", metadata)
	}
	if bytes.Contains(b.Bytes(), []byte("jane")) {
		t.Error("the archive tells the name of a person")
	}
	var again bytes.Buffer
	if err := Write(&again, sampleArchive()); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("the same archive gives other bytes (%v)", err)
	}
}

// TestReadBack reads what was written.
func TestReadBack(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, sampleArchive()); err != nil {
		t.Fatal(err)
	}
	got, err := Read(&b, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := sampleArchive().anonymous()
	if err != nil {
		t.Fatal(err)
	}
	var options bytes.Buffer
	if err := json.Compact(&options, got.Options); err != nil || options.String() != `{"vus":2}` {
		t.Errorf("options are %s (%v)", &options, err)
	}
	got.Options = want.Options
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(a *Archive)
		want   string
	}{
		{func(a *Archive) { a.Filename = "script.js" }, `write the archive: the script: "script.js" is no absolute path of a file`},
		{func(a *Archive) { a.Filename = "/a/../b.js" }, `"/a/../b.js" is no absolute path of a file`},
		{func(a *Archive) { a.Pwd = "" }, `the working directory: "" is no absolute path`},
		{func(a *Archive) { a.Options = json.RawMessage("{") }, "the options are no JSON"},
		{func(a *Archive) { a.Scripts["x"] = nil }, `"x" is no absolute path of a file`},
		{func(a *Archive) { a.Files["/x/../y"] = nil }, `"/x/../y" is no absolute path of a file`},
		{func(a *Archive) { a.Links["/k"] = "srv" }, `the link /k leads to "srv", which is no absolute path`},
		{func(a *Archive) { a.Files["/srv/x.json"] = []byte("[]") }, "there are two different files /srv/x.json"},
		{func(a *Archive) { a.Files["/srv/x.json/y"] = nil }, "/srv/x.json is both a file and the folder of /srv/x.json/y"},
		{func(a *Archive) { a.Files["/l/y"] = nil }, "/l is both a file and the folder of /l/y"},
		{func(a *Archive) { a.Scripts["/home/jane/t/script.js"] = []byte("other") }, "the file /home/nobody/t/script.js is not the script that it should be"},
		{func(a *Archive) { a.Files["/home/joe/t/lib.js"] = nil; a.Files["/home/jane/t/lib.js"] = []byte("lib") }, "a file of another person's home would have the same name"},
	} {
		a := sampleArchive()
		tt.change(&a)
		if err := Write(new(bytes.Buffer), a); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = full.Close() }()
	if err := Write(full, sampleArchive()); err == nil || !strings.HasPrefix(err.Error(), "write the archive: ") {
		t.Errorf("a full disk gives %v", err)
	}
}

func TestCollectErrors(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := Metadata{Filename: dir + "/s.js", Pwd: dir}
	if _, err := Collect(m, nil, []string{dir + "/none.js"}, nil); err == nil || err.Error() != "archive "+dir+"/none.js: no such file or directory" {
		t.Errorf("got %v", err)
	}
	if _, err := Collect(m, nil, nil, []string{"/dev/null"}); err == nil || err.Error() != "archive /dev/null: it is no regular file, and cannot be kept" {
		t.Errorf("got %v", err)
	}
	if err := os.Symlink("loop", dir+"/loop"); err != nil {
		t.Fatal(err)
	}
	if _, err := Collect(m, nil, nil, []string{dir + "/loop"}); err == nil || !strings.Contains(err.Error(), "there are more than 40") {
		t.Errorf("got %v", err)
	}
}

const meta = `{"filename": "/t/s.js", "pwd": "/t"}`

// TestReadOthers reads archives as others make them.
func TestReadOthers(t *testing.T) {
	a, err := Read(bytes.NewReader(packEntries(t, tar.Header{Typeflag: tar.TypeDir, Name: "scripts/"}, file("data", "x"),
		file("metadata.json", `{"filename": "file:///t/s%20a.js", "pwd": "file:///t/", "compatibilityMode": "base"}`), file("scripts/https/jslib.k6.io/a.js", "lib"))), Limits{})
	if err != nil || a.Filename != "/t/s a.js" || a.Pwd != "/t" || string(a.Data) != "x" || string(a.Scripts["/https/jslib.k6.io/a.js"]) != "lib" {
		t.Errorf("got %+v, %v", a, err)
	}
	a, err = Read(bytes.NewReader(packEntries(t, file("data", "x"), file("metadata.json", `{"filename": "/t/s.js"}`))), Limits{})
	if err != nil || a.Pwd != "/t" {
		t.Errorf("got %+v, %v", a, err)
	}
}

// TestReadRefuses reads archives that are damaged, or meant to do harm.
func TestReadRefuses(t *testing.T) {
	good := []tar.Header{file("metadata.json", meta), file("data", "x")}
	for _, tt := range []struct {
		headers []tar.Header
		want    string
	}{
		{[]tar.Header{file("data", "x")}, "it has no metadata.json: is it an archive of a script?"},
		{[]tar.Header{file("metadata.json", meta)}, "it has no data"},
		{[]tar.Header{file("metadata.json", "{")}, `entry "metadata.json": read it as JSON: unexpected end`},
		{[]tar.Header{file("metadata.json", `{"filename": "s.js"}`)}, `the script: "s.js" is no absolute path`},
		{[]tar.Header{file("metadata.json", `{"filename": "/a/../../s.js", "pwd": "x"}`)}, `the working directory: "x" is no absolute path`},
		{[]tar.Header{file("metadata.json", `{"filename": "/"}`)}, `the script: "/" is no absolute path`},
		{append(good, file("../x", "")), `entry "../x": its name leads out of the archive`},
		{append(good, file("scripts/../../x", "")), `entry "scripts/../../x": its name leads out of the archive`},
		{append(good, file("scripts/a/../b", "")), "not in its plainest form"},
		{append(good, file("./scripts/a", "")), "not in its plainest form"},
		{append(good, file("scripts//a", "")), "not in its plainest form"},
		{append(good, file("/etc/passwd", "")), `entry "/etc/passwd": its name leads out`},
		{append(good, tar.Header{Typeflag: tar.TypeDir, Name: "../x/"}), `entry "../x/": its name leads out`},
		{append(good, file("other", "")), `entry "other": it is not known: an archive holds metadata.json, data, scripts/ and files/`},
		{append(good, file("scripts", "")), `entry "scripts": it is not known`},
		{append(good, file("data", "y")), `entry "data": there are two of it`},
		{append(good, file("files/a", ""), file("files/a", "")), `entry "files/a": there are two of it`},
		{append(good, file("files/a", "1"), file("scripts/a", "2")), "there are two different files /a"},
		{append(good, file("files/a", "1"), file("scripts/a/b", "2")), "/a is both a file and the folder of /a/b"},
		{append(good, file("scripts/t/s.js", "other")), "the file /t/s.js is not the script that it should be"},
		{append(good, file("scripts/t", "")), "/t is both a file and the folder of /t/s.js"},
		{append(good, link("scripts/a", "/etc")), `it is a symbolic link to "/etc", which is not in the archive`},
		{append(good, link("scripts/a", "..")), `it is a symbolic link to "..", which is not in the archive`},
		{append(good, link("scripts/a/b", "../../x")), `"../../x", which is not in the archive`},
		{append(good, link("scripts/a/b", "../../..")), `"../../..", which is not in the archive`},
		{append(good, link("scripts/a/b", "c/../../..")), `"c/../../..", which is not in the archive`},
		{append(good, link("scripts/a/b", "")), `"", which is not in the archive`},
		{append(good, link("files/a", "b")), "nor a symbolic link among the scripts"},
		{append(good, link("data2", "b")), "nor a symbolic link among the scripts"},
		{append(good, link("scripts/a", "b"), file("scripts/a/c", "")), "/a is both a file and the folder of /a/c"},
		{append(good, link("scripts/t", "u")), "/u/s.js"},
		{append(good, tar.Header{Typeflag: tar.TypeLink, Name: "scripts/a", Linkname: "/etc/passwd"}), "it is neither a file nor a folder"},
		{append(good, tar.Header{Typeflag: tar.TypeChar, Name: "scripts/a"}), "it is neither a file nor a folder"},
		{append(good, tar.Header{Typeflag: tar.TypeFifo, Name: "files/a"}), "it is neither a file nor a folder"},
		{append([]tar.Header{file("metadata.json", `{"filename": "/t/s.js", "pwd": "/f/x"}`), file("data", "")}, file("files/f", "")), "the working directory /f/x is no folder"},
	} {
		_, err := Read(bytes.NewReader(packEntries(t, tt.headers...)), Limits{})
		if tt.want == "/u/s.js" { // a folder of the script that is a link is fine
			if err != nil {
				t.Errorf("got %v", err)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), "read the archive: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	if _, err := Read(strings.NewReader(strings.Repeat("no tar ", 200)), Limits{}); err == nil || !strings.Contains(err.Error(), "it is no tar file, or damaged") {
		t.Errorf("got %v", err)
	}
	whole := packEntries(t, append(good, file("files/a", strings.Repeat("x", 5000)))...)
	if _, err := Read(bytes.NewReader(whole[:4000]), Limits{}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a torn file gives %v", err)
	}
}

func TestLimits(t *testing.T) {
	packed := packEntries(t, file("metadata.json", meta), file("data", "12345"), file("files/a", "123"), link("scripts/b", "c"))
	for _, tt := range []struct {
		l    Limits
		want string
	}{
		{Limits{Files: 3}, `entry "scripts/b": there are more than 3 entries`},
		{Limits{FileBytes: 36}, ""},
		{Limits{FileBytes: 35}, `entry "metadata.json": it has 36 bytes; at most 35 are read`},
		{Limits{Bytes: 44}, ""},
		{Limits{Bytes: 43}, `entry "files/a": all files together have more than 43 bytes`},
	} {
		_, err := Read(bytes.NewReader(packed), tt.l)
		if (tt.want == "") != (err == nil) || !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%+v: got %v, want %q", tt.l, err, tt.want)
		}
	}
}

// TestExtract compares what is on disk.
func TestExtract(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	at, err := sampleArchive().Extract(dir)
	if err != nil || at.Script != dir+"/home/jane/t/script.js" || at.Dir != dir+"/home/jane/t" {
		t.Fatalf("got %+v, %v", at, err)
	}
	for name, want := range map[string]string{"home/jane/t/script.js": "import './lib.js';", "home/jane/t/lib.js": "lib", "l/x.json": "{}", "home/jane/t/data/users.json": "[]"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if target, err := os.Readlink(dir + "/home/jane/t/node_modules/p"); err != nil || target != "../../p" {
		t.Errorf("the link leads to %s, %v", target, err)
	}
	if _, err := sampleArchive().Extract(dir); !errors.Is(err, os.ErrExist) || !strings.HasPrefix(err.Error(), "extract the archive into "+dir+": ") {
		t.Errorf("extracted over files: %v", err)
	}
	a := sampleArchive()
	a.Pwd = "/some/where"
	dir = t.TempDir()
	if at, err = a.Extract(dir); err != nil || at.Dir != dir+"/some/where" {
		t.Fatalf("got %+v, %v", at, err)
	}
	if info, err := os.Stat(at.Dir); err != nil || !info.IsDir() {
		t.Errorf("the working directory is not there: %v", err)
	}
}

// TestExtractStaysInside has a link in the folder before anything is extracted.
func TestExtractStaysInside(t *testing.T) {
	outer := t.TempDir()
	dir := filepath.Join(outer, "dir")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "srv")); err != nil {
		t.Fatal(err)
	}
	a := sampleArchive()
	if _, err := a.Extract(dir); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("got %v", err)
	}
	if all, err := os.ReadDir(outer); err != nil || len(all) != 1 {
		t.Errorf("%v are there, %v", all, err)
	}
}
