package k6html

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// documented are the classes and methods of @types/k6 2.3.0, and single() of
// k6 2.1 and selection() of the documentation, which it lacks: the class, its
// parent, its methods.
const documented = `
Element - attributes childElementCount childNodes children classList className contains firstChild firstElementChild getAttribute getAttributeNode getElementsByClassName getElementsByTagName hasAttribute hasAttributes hasChildNodes id innerHTML isDefaultNamespace isEqualNode isSameNode lang lastChild lastElementChild matches namespaceURI nextElementSibling nextSibling nodeName nodeType nodeValue ownerDocument parentElement parentNode previousElementSibling previousSibling querySelector querySelectorAll selection textContent toString
AnchorElement HrefElement
AreaElement HrefElement
AudioElement MediaElement
BaseElement Element
ButtonElement FormFieldElement value
CanvasElement Element height width
DataElement Element
DataListElement Element options
DelElement ModElement
EmbedElement Element
FieldSetElement Element elements form type validity
FormElement Element elements length method
FormFieldElement Element form formAction formEnctype formMethod formNoValidate formTarget labels name
HrefElement Element hash host hostname origin password pathname port protocol relList search text username
IFrameElement Element
ImageElement Element
InputElement FormFieldElement
InsElement ModElement
KeygenElement Element form labels
LabelElement Element control form
LegendElement Element form
LiElement Element
LinkElement Element relList
MapElement Element areas images
MediaElement Element textTracks
MetaElement Element
MeterElement Element labels
ModElement Element
ObjectElement Element form
OListElement Element
OptGroupElement Element
OptionElement Element disabled form index label text value
OutputElement Element defaultValue form labels value
ParamElement Element
PreElement Element
ProgressElement Element labels max position value
QuoteElement Element
ScriptElement Element text
SelectElement Element form labels length options selectedIndex selectedOptions size type value
SourceElement Element
StyleElement Element type
TableBodyElement TableSectionElement
TableCellElement Element cellIndex
TableColElement Element span
TableDataCellElement TableCellElement
TableElement Element caption rows tBodies tFoot tHead
TableFootElement TableSectionElement
TableHeadElement TableSectionElement
TableHeaderCellElement TableCellElement
TableRowElement Element cells rowIndex sectionRowIndex
TableSectionElement Element rows
TextAreaElement Element form labels length
TimeElement Element
TitleElement Element text
TrackElement Element
UListElement Element
VideoElement MediaElement`

const documentedSelection = "attr children closest contents data each eq filter find first get has html is last map next nextAll nextUntil not parent parents parentsUntil prev prevAll prevUntil serialize serializeArray serializeObject single size slice text toArray val"

func TestAllThatIsDocumentedIsThere(t *testing.T) {
	for name := range strings.FieldsSeq(documentedSelection) {
		if selectionMethod(name) == nil {
			t.Errorf("Selection.%s is missing", name)
		}
	}
	classes := map[string]*class{}
	for _, c := range registry().byTag {
		for ; c != nil; c = c.parent {
			classes[c.name] = c
		}
	}
	for line := range strings.Lines(strings.TrimSpace(documented)) {
		words := strings.Fields(line)
		c := classes[words[0]]
		if c == nil {
			t.Errorf("the class %s is missing", words[0])
			continue
		}
		if c.parent != nil && c.parent.name != words[1] {
			t.Errorf("the parent of %s is %s, want %s", words[0], c.parent.name, words[1])
		}
		for _, name := range words[2:] {
			if c.method(name) == nil {
				t.Errorf("%s.%s is missing", words[0], name)
			}
		}
		delete(classes, words[0])
	}
	for name := range classes {
		t.Errorf("the class %s is not documented", name)
	}
}

// TestMethodsAreMadeOnce looks at what objects share and when it is made.
func TestMethodsAreMadeOnce(t *testing.T) {
	v := vu.New(&vu.Test{}, 1)
	p := New(v)
	doc, err := p.Parse("<p>1</p><p>2</p><a>", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Runtime.Set("doc", doc); err != nil {
		t.Fatal(err)
	}
	if len(p.elements) != 0 {
		t.Errorf("%d classes of elements were made before there was an element", len(p.elements))
	}
	got, err := v.Runtime.RunString(`
		const a = doc.find("p").get(0), b = doc.find("p").get(1), link = doc.find("a").get(0);
		[doc.find === doc.find("p").find, a.id === b.id, a.id === link.id, link.href !== undefined, a.href === undefined].join()`)
	if err != nil || got.String() != "true,true,true,true,true" {
		t.Errorf("got %v, %v", got, err)
	}
	made := func(o *sobek.Object) int { return len(o.Export().(*prototype).made) }
	if n := made(p.selections); n != 2 {
		t.Errorf("%d methods of selections were made, want those used: find and get", n)
	}
	if len(p.elements) != 3 || made(p.elements[registry().node]) != 1 {
		t.Errorf("%d classes and %d methods of Element were made, want Element, HrefElement, AnchorElement and id()", len(p.elements), made(p.elements[registry().node]))
	}
}

// BenchmarkElements walks a page of 1000 rows as a script does.
func BenchmarkElements(b *testing.B) {
	var page strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&page, `<li class="row" data-id="%d"><a href="/item/%d">Item %d</a></li>`, i, i, i)
	}
	v := vu.New(&vu.Test{}, 1)
	doc, err := New(v).Parse(page.String(), "http://h.example/")
	if err != nil {
		b.Fatal(err)
	}
	if err := v.Runtime.Set("doc", doc); err != nil {
		b.Fatal(err)
	}
	walk := sobek.MustCompile("walk.js", `doc.find("li a").toArray().map((a) => a.get(0).href()).length`, true)
	b.ReportAllocs()
	for b.Loop() {
		if n, err := v.Runtime.RunProgram(walk); err != nil || n.ToInteger() != 1000 {
			b.Fatal(n, err)
		}
	}
}
