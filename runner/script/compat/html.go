package compat

import "slices"

var html = in("k6/html",
	yes("parseHTML", "html-reading", "html-errors"),
	yes("NodeType", "html-element"),
	yes("Selection: attr, data, html, is, size, text, val", "html-reading", "html-controls"),
	yes("Selection: children, closest, contents, eq, filter, find, first, get, has, last, next, nextAll, nextUntil, not, parent, parents, parentsUntil, prev, prevAll, prevUntil, slice, toArray",
		"html-traversal", "html-errors", "html-callbacks"),
	yes("Selection: each, map", "html-callbacks", "html-interrupted"),
	yes("Selection: serialize, serializeArray, serializeObject", "html-serialize"),
	yes("Selection: single", "html-traversal", "html-errors"),
	yes("Element", "html-element"),
	yes("the classes of elements", "html-classes", "html-controls", "html-links", "runner/script/k6html.TestAllThatIsDocumentedIsThere"),
)

var webSockets = slices.Concat(
	in("k6/websockets",
		yes("WebSocket", "websockets-echo", "websockets-close", "websockets-errors", "bad/websocket-in-init"),
		yes("Blob", "websockets-blob", "websockets-binary"),
		yes("addEventListener, onopen, onmessage, onerror, onclose", "websockets-listeners", "websockets-failures"),
		yes("ping, onping, onpong", "websockets-ping"),
		yes("binaryType, bufferedAmount, readyState", "websockets-echo", "websockets-binary", "websockets-close"),
		yes("params", "websockets-params", "runner/script.TestCookiesOfWebSockets"),
		yes("messages without pause", "websockets-flood", "runner/script/wsconn.TestASlowScriptMakesTheServerWait"),
		yes("exceptions in listeners", "websockets-throws"),
		yes("TLS", "runner/script.TestWebSocketsOverTLS"),
	),
	in("k6/ws",
		yes("connect", "ws-echo", "ws-failures", "ws-interrupted", "bad/ws-in-init"),
		yes("on, send, sendBinary, ping, setInterval, setTimeout", "ws-echo", "ws-errors"),
		yes("close", "ws-close"),
		yes("params", "ws-params"),
	),
)
