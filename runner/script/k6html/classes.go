package k6html

import (
	"slices"

	"golang.org/x/net/html"
)

// The table of classes. Each has the attributes that the HTML standard gives
// its elements, and what @types/k6 says of it besides.

func linkClasses() []row {
	return []row{
		{class: "HrefElement", computed: hrefProperties, attributes: slices.Concat(
			texts("target", "download", "ping", "rel", "hreflang", "type"),
			[]reflector{tokens("relList", "rel"), referrerPolicy})},
		{class: "AnchorElement", parent: "HrefElement", tags: "a", attributes: texts("name")},
		{class: "AreaElement", parent: "HrefElement", tags: "area", attributes: texts("alt", "coords", "shape")},
		{class: "BaseElement", tags: "base", attributes: texts("target"), computed: map[string]property{"href": baseHref}},
		{class: "LinkElement", tags: "link", attributes: slices.Concat(
			texts("rel", "media", "integrity", "hreflang", "type", "imageSrcset", "imageSizes"), flags("disabled"),
			[]reflector{location("href"), tokens("relList", "rel"), tokens("sizes"), tokens("blocking"), crossOrigin,
				referrerPolicy, fetchPriority, choice("as", "", "", "audio", "document", "embed", "fetch", "font", "image",
					"manifest", "object", "report", "script", "style", "track", "video", "worker", "xslt", "json")})},
		{class: "MetaElement", tags: "meta", attributes: append(texts("name", "content", "media"), text("httpEquiv", "http-equiv"))},
		{class: "ScriptElement", tags: "script", computed: map[string]property{"text": ownText}, attributes: slices.Concat(
			texts("type", "integrity", "charset"), flags("noModule", "async", "defer"),
			[]reflector{location("src"), crossOrigin, referrerPolicy, fetchPriority, tokens("blocking")})},
		{class: "StyleElement", tags: "style", attributes: append(texts("type", "media"), tokens("blocking"))},
		{class: "TitleElement", tags: "title", computed: map[string]property{"text": ownText}},
	}
}

func formClasses() []row {
	return []row{
		{class: "FormElement", tags: "form", computed: map[string]property{
			"elements": func(_ *page, n *html.Node) any { return controlsOf(n) },
			"length":   func(_ *page, n *html.Node) any { return len(controlsOf(n)) },
		}, attributes: append(texts("name", "target", "rel"), text("acceptCharset", "accept-charset"), flag("noValidate"),
			address("action", "action"), tokens("relList", "rel"), choice("autocomplete", "on", "on", "on", "off"),
			choice("method", "get", "get", "get", "post", "dialog"),
			enctype("enctype"), enctype("encoding"))},
		{class: "FieldSetElement", tags: "fieldset", attributes: []reflector{flag("disabled"), text("name")},
			computed: map[string]property{
				"elements": func(_ *page, n *html.Node) any { return controlsOf(n) },
				"form":     formProperty, "type": constant("fieldset"), "validity": nothing,
			}},
		{class: "LegendElement", tags: "legend", computed: map[string]property{"form": legendForm}},
		{class: "LabelElement", tags: "label", attributes: []reflector{text("htmlFor", "for")}, computed: map[string]property{
			"control": func(_ *page, n *html.Node) any { return labelled(n) }, "form": labelForm,
		}},
		{class: "DataListElement", tags: "datalist", computed: map[string]property{"options": optionsProperty}},
		{class: "OptGroupElement", tags: "optgroup", attributes: []reflector{flag("disabled"), text("label")}},
		{class: "OptionElement", tags: "option", attributes: []reflector{flag("disabled"), flag("defaultSelected", "selected")},
			computed: optionProperties},
	}
}

func controlClasses() []row {
	return []row{
		{class: "FormFieldElement", attributes: append(slices.Concat(texts("name", "formTarget"), flags("formNoValidate", "disabled", "autofocus")),
			address("formAction", "formaction"), choice("formEnctype", "", urlEncoded, urlEncoded, multiParts, plainText),
			choice("formMethod", "", "get", "get", "post", "dialog")),
			computed: map[string]property{"form": formProperty, "labels": labelsProperty, "type": typeProperty}},
		{class: "ButtonElement", parent: "FormFieldElement", tags: "button", computed: map[string]property{"value": buttonValue}},
		{class: "InputElement", parent: "FormFieldElement", tags: "input", attributes: slices.Concat(
			texts("accept", "alt", "autocomplete", "dirName", "max", "min", "pattern", "placeholder", "step", "useMap"),
			flags("checked", "multiple", "readOnly", "required"),
			[]reflector{flag("defaultChecked", "checked"), text("defaultValue", "value"), whole("height", 0, 0), whole("width", 0, 0),
				whole("maxLength", 0, -1), whole("minLength", 0, -1), whole("size", 1, 20), location("src")}),
			computed: map[string]property{"list": listProperty, "value": func(_ *page, n *html.Node) any { return inputValue(n) }}},
		{class: "KeygenElement", tags: "keygen", attributes: append(texts("challenge", "keytype", "name"), flags("autofocus", "disabled")...),
			computed: map[string]property{"form": formProperty, "labels": labelsProperty, "type": constant("keygen")}},
		{class: "SelectElement", tags: "select", attributes: append(slices.Concat(texts("autocomplete", "name"),
			flags("autofocus", "disabled", "multiple", "required")), whole("size", 0, 0)), computed: selectProperties},
		{class: "TextAreaElement", tags: "textarea", attributes: slices.Concat(
			texts("autocomplete", "dirName", "name", "placeholder", "wrap"), flags("autofocus", "disabled", "readOnly", "required"),
			[]reflector{whole("cols", 1, 20), whole("rows", 1, 2), whole("maxLength", 0, -1), whole("minLength", 0, -1)}),
			computed: textAreaProperties},
		{class: "OutputElement", tags: "output", attributes: []reflector{text("name"), tokens("htmlFor", "for")},
			computed: map[string]property{"form": formProperty, "labels": labelsProperty, "type": constant("output"),
				"defaultValue": allText, "value": allText}},
		{class: "MeterElement", tags: "meter", computed: meterProperties},
		{class: "ProgressElement", tags: "progress", computed: progressProperties},
		{class: "DataElement", tags: "data", attributes: texts("value")},
		{class: "ObjectElement", tags: "object", computed: map[string]property{"form": formProperty},
			attributes: append(texts("type", "name", "useMap", "width", "height"), location("data"))},
	}
}

func embeddedClasses() []row {
	return []row{
		{class: "MediaElement", computed: map[string]property{
			"textTracks": func(_ *page, n *html.Node) any { return named(n, "track") },
		}, attributes: append(flags("autoplay", "controls", "loop", "muted"), flag("defaultMuted", "muted"), location("src"), crossOrigin,
			preload)},
		{class: "AudioElement", parent: "MediaElement", tags: "audio"},
		{class: "VideoElement", parent: "MediaElement", tags: "video", attributes: []reflector{
			whole("width", 0, 0), whole("height", 0, 0), location("poster"), flag("playsInline")}},
		{class: "CanvasElement", tags: "canvas", attributes: []reflector{whole("width", 0, 300), whole("height", 0, 150)}},
		{class: "EmbedElement", tags: "embed", attributes: append(texts("type", "width", "height"), location("src"))},
		{class: "IFrameElement", tags: "iframe", attributes: append(texts("srcdoc", "name", "allow", "width", "height"),
			location("src"), flag("allowFullscreen"), tokens("sandbox"), referrerPolicy, loading)},
		{class: "ImageElement", tags: "img", attributes: append(texts("alt", "srcset", "sizes", "useMap", "name"), location("src"),
			location("longDesc"), flag("isMap"), whole("width", 0, 0), whole("height", 0, 0), crossOrigin, referrerPolicy, loading,
			fetchPriority, choice("decoding", "auto", "auto", "sync", "async", "auto"))},
		{class: "MapElement", tags: "map", attributes: texts("name"), computed: map[string]property{
			"areas": func(_ *page, n *html.Node) any { return named(n, "area") }, "images": mapImages,
		}},
		{class: "ParamElement", tags: "param", attributes: texts("name", "value")},
		{class: "SourceElement", tags: "source", attributes: append(texts("type", "srcset", "sizes", "media"), location("src"),
			whole("width", 0, 0), whole("height", 0, 0))},
		{class: "TrackElement", tags: "track", attributes: append(texts("srclang", "label"), location("src"), flag("default"),
			choice("kind", "subtitles", "metadata", "subtitles", "captions", "descriptions", "chapters", "metadata"))},
	}
}

func tableClasses() []row {
	rows := map[string]property{"rows": func(_ *page, n *html.Node) any { return childrenOf(n, "tr") }}
	return []row{
		{class: "TableElement", tags: "table", computed: tableProperties},
		{class: "TableSectionElement", computed: rows},
		{class: "TableHeadElement", parent: "TableSectionElement", tags: "thead"},
		{class: "TableBodyElement", parent: "TableSectionElement", tags: "tbody"},
		{class: "TableFootElement", parent: "TableSectionElement", tags: "tfoot"},
		{class: "TableRowElement", tags: "tr", computed: rowProperties},
		{class: "TableCellElement", computed: map[string]property{"cellIndex": cellIndex}, attributes: []reflector{
			clamped("colSpan", 1, 1000, 1), clamped("rowSpan", 0, 65534, 1), text("headers")}},
		{class: "TableDataCellElement", parent: "TableCellElement", tags: "td"},
		{class: "TableHeaderCellElement", parent: "TableCellElement", tags: "th", attributes: []reflector{
			text("abbr"), choice("scope", "", "", "row", "col", "rowgroup", "colgroup")}},
		{class: "TableColElement", tags: "col colgroup", attributes: []reflector{clamped("span", 1, 1000, 1)}},
	}
}

func textClasses() []row {
	return []row{
		{class: "ModElement", attributes: []reflector{location("cite"), text("dateTime")}},
		{class: "DelElement", parent: "ModElement", tags: "del"},
		{class: "InsElement", parent: "ModElement", tags: "ins"},
		{class: "LiElement", tags: "li", attributes: []reflector{whole("value", minInt, 0)}},
		{class: "OListElement", tags: "ol", attributes: []reflector{flag("reversed"), whole("start", minInt, 1), text("type")}},
		{class: "UListElement", tags: "ul", attributes: texts("type")},
		{class: "PreElement", tags: "pre"},
		{class: "QuoteElement", tags: "q blockquote", attributes: []reflector{location("cite")}},
		{class: "TimeElement", tags: "time", attributes: []reflector{text("dateTime")}},
	}
}
