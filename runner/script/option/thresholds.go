package option

import "github.com/artisan-platform/headroom/runner/script/threshold"

// thresholds reads the thresholds: per metric one expression, or a list of
// expressions and of objects that hold one.
func thresholds(n node) []Threshold {
	var all []Threshold
	n.each(func(key string, n node) {
		name, selector, err := threshold.ParseKey(key)
		if err != nil {
			n.wrong("%v", err)
			return
		}
		list := []node{n}
		if _, ok := n.v.([]any); ok {
			list = n.list()
		}
		for _, item := range list {
			t := Threshold{Key: key, Metric: name, Selector: selector, declaredUnder: item.path, from: item.from}
			t.read(item)
			all = append(all, t)
		}
	})
	return all
}

func (t *Threshold) read(n node) {
	if _, ok := n.v.(*object); !ok {
		t.expr(n)
		return
	}
	found := false
	n.fields(map[string]func(node){
		"threshold":      func(n node) { found = true; t.expr(n) },
		"abortOnFail":    func(n node) { t.AbortOnFail = n.boolean() },
		"delayAbortEval": func(n node) { t.DelayAbort = n.duration() },
	})
	if !found {
		n.wrong("lacks its threshold: write it like {threshold: \"p(95)<500\", abortOnFail: true}")
	}
}

func (t *Threshold) expr(n node) {
	if _, ok := n.v.(string); !ok {
		n.wrong("must be an expression such as \"p(95)<500\", and is %s", describe(n.v))
		return
	}
	var err error
	if t.Expr, err = threshold.Parse(n.str()); err != nil {
		n.wrong("%v", err)
	}
}
