package k6html

import (
	"strings"
	"testing"
)

const at = "http://h.example/dir/page?old=1"

func TestLinkTarget(t *testing.T) {
	for _, tt := range []struct{ html, selector, want string }{
		{"<a>no</a><a href=x>1</a><a href=y>2</a>", "", "http://h.example/dir/x"},
		{"<a href=x>1</a><a href=y>2</a>", "a:nth-child(2)", "http://h.example/dir/y"},
		{"<map><area href='/m?a=1#f'></map>", "area", "http://h.example/m?a=1"},
		{"<base href='https://cdn.example/'><a href=x>", "a", "https://cdn.example/x"},
		{"<a href=''>", "a", "http://h.example/dir/page?old=1"},
		{"<a href='#top'>", "a", "http://h.example/dir/page?old=1"},
		{"<p>", "", `there is no link to click: the selector "a[href]" matches nothing on the page`},
		{"<p>", "p", `there is no link to click: the selector "p" matches <p>, which has no href`},
		{"<a href='ftp://h.example/'>", "a", `the link that the selector "a" matches: it leads to "ftp://h.example/", which is no HTTP URL`},
		{"<a href='http://['>", "a", `the link that the selector "a" matches: "http://[" is no URL: missing ']' in host`},
	} {
		got, err := LinkTarget(tt.html, at, tt.selector)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s of %s: got %s, want %s", tt.selector, tt.html, got, tt.want)
		}
	}
}

// sent is what submitting the first form of a page comes to, as "METHOD
// URL type body", or the error.
func sent(html string, args FormArgs) string {
	s, err := FormRequest(html, at, args)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(strings.Join([]string{s.Method, s.URL, s.ContentType, s.Body}, " "))
}

func TestFormRequest(t *testing.T) {
	const get, post = "GET http://h.example/", "POST http://h.example/dir/page?old=1 application/x-www-form-urlencoded "
	for _, tt := range []struct{ name, html, want string }{
		{"action", "<form action='/go?x#f'><input name=a value=1></form>", get + "go?a=1"},
		{"no action", "<form><input name=a></form>", get + "dir/page?a="},
		{"empty action and base", "<base href='/v/'><form action=''></form>", get + "dir/page?"},
		{"base", "<base href='/v/'><form action=x></form>", get + "v/x?"},
		{"invalid method", "<form method=put></form>", get + "dir/page?"},
		{"post", "<form method=POST><input name=a value='é +'></form>", post + "a=%C3%A9+%2B"},
		{"invalid enctype", "<form method=post enctype=json><input name=a></form>", post + "a="},
		{"nameless and empty names", "<form method=post><input value=1><input name='' value=2></form>", strings.TrimSpace(post)},
		{"unchecked", "<form method=post><input type=radio name=r value=1><input type=CHECKBOX name=c checked></form>", post + "c=on"},
		{"line ends", "<form method=post><textarea name=t>\n\na\r\nb\rc</textarea><input type=hidden name='h&#10;' value='x&#13;y'></form>", post + "t=%0D%0Aa%0D%0Ab%0D%0Ac&h%0D%0A=x%0D%0Ay"},
		{"disabled", "<form method=post><fieldset disabled><legend><input name=l></legend><legend><input name=m></legend><input name=i></fieldset><select name=s disabled><option>1</select></form>", post + "l="},
		{"options", "<form method=post><select name=s><option disabled selected>1<option>2</select><select name=n size=2><option>1</select><select name=m multiple><option selected>1<option selected value=b>2</select></form>", post + "m=1&m=b"},
		{"last of several selected", "<form method=post><select name=s><option selected>1<option selected>2</select></form>", post + "s=2"},
		{"in a datalist", "<form method=post><datalist><input name=x></datalist><input name=y></form>", post + "y="},
		{"charset", "<form method=post><input type=hidden name=_charset_ value=x></form>", post + "_charset_=UTF-8"},
		{"direction", "<form method=post dir=RTL><input name=a value=x dirname=a.dir><textarea name=b dir=ltr dirname=b.dir></textarea><input type=number name=c dirname=no></form>", post + "a=x&a.dir=rtl&b=&b.dir=ltr&c="},
		{"owners", "<form id=f method=post><input name=a form=g><input name=b></form><form id=g></form><input name=c form=f><input name=d>", post + "b=&c="},
		{"in a table", "<table><form method=post><tr><td><input name=a><tr><td><input type=submit name=s value=1></form></table><input name=b>", post + "a=&s=1"},
		{"two in a table", "<table><form method=post><tr><td><input name=a></tr></form><form><tr><td><input name=b></tr></form></table>", post + "a="},
		{"button of type submit", "<form method=post><button name=b></button><input type=submit name=s1 value=1><button type=submit name=s2></button></form>", post + "s1=1"},
		{"a disabled button", "<form method=post><button type=submit name=s disabled></button></form>", strings.TrimSpace(post)},
		{"what the button says", "<form action=/a target=x><input name=a><button type=submit name=s value=1 formaction=/b formmethod=post formenctype=text/plain></button></form>", "POST http://h.example/b text/plain a=\r\ns=1"},
		{"button outside", "<form id=f method=post></form><input type=submit name=s form=f>", post + "s="},
	} {
		if got := sent(tt.html, FormArgs{}); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFormArgs(t *testing.T) {
	const form = `<form id=f method=post action=/x><input name=a value=1><input type=checkbox name=c value=1 checked><input name=b value=2><input type=checkbox name=c value=2 checked>
		<button name=go value=1>1</button><input type=image name=i src=x><input type=image id=bare><div id=no type=submit></div></form><button id=other>x</button>`
	const post = "POST http://h.example/x application/x-www-form-urlencoded "
	for _, tt := range []struct {
		name string
		args FormArgs
		want string
	}{
		{"nothing", FormArgs{}, post + "a=1&c=1&b=2&c=2"},
		{"a field", FormArgs{Fields: []Field{{"b", []string{"x y"}}}}, post + "a=1&c=1&b=x+y&c=2"},
		{"several values", FormArgs{Fields: []Field{{"c", []string{"7", "8", "9"}}}}, post + "a=1&c=7&c=8&c=9&b=2"},
		{"no values", FormArgs{Fields: []Field{{"c", nil}}}, post + "a=1&b=2"},
		{"a new field", FormArgs{Fields: []Field{{"new", []string{"1"}}}}, post + "a=1&c=1&b=2&c=2&new=1"},
		{"a button", FormArgs{Submit: "button"}, post + "a=1&c=1&b=2&c=2&go=1"},
		{"an image", FormArgs{Submit: "[name=i]"}, post + "a=1&c=1&b=2&c=2&i.x=0&i.y=0"},
		{"a nameless image", FormArgs{Submit: "#bare"}, post + "a=1&c=1&b=2&c=2&x=0&y=0"},
		{"a button elsewhere", FormArgs{Submit: "#other"}, `the form that the selector "form" matches cannot be submitted: the selector "#other" matches nothing in it`},
		{"no button", FormArgs{Submit: "#no"}, `the form that the selector "form" matches cannot be submitted: the selector "#no" matches <div>, which is no button that submits a form`},
		{"no form", FormArgs{Form: "#other"}, `there is no form to submit: the selector "#other" matches <button>`},
	} {
		if got := sent(form, tt.args); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFormRequestNeedsAKnownURL(t *testing.T) {
	if _, err := FormRequest("<form>", "", FormArgs{}); err == nil || !strings.Contains(err.Error(), "is relative") {
		t.Errorf("got %v", err)
	}
}
