package vu

import (
	"maps"
	"strconv"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// ownTags are the system tags of the virtual user itself.
var ownTags = []string{"group", "scenario", "vu", "iter"}

// system is one of ownTags, unless the options leave it out.
func (v *VU) system(key string) (string, bool) {
	if !v.Test.Options.SystemTags.Has(key) {
		return "", false
	}
	switch key {
	case "group":
		return v.Group, true
	case "scenario":
		if v.Scenario != nil {
			return v.Scenario.Name, true
		}
	case "vu":
		return strconv.FormatUint(v.ID, 10), true
	case "iter":
		return strconv.FormatUint(v.Own, 10), true
	}
	return "", false
}

// Tag implements metric.Tags with the tags that every sample of the virtual
// user carries.
func (v *VU) Tag(key string) (string, bool) {
	if s, ok := v.Tags[key]; ok {
		return s, true
	}
	if s, ok := v.system(key); ok {
		return s, true
	}
	if v.Scenario != nil {
		if s, ok := v.Scenario.Tags[key]; ok {
			return s, true
		}
	}
	s, ok := v.Test.Options.Tags[key]
	return s, ok
}

// Put implements metric.Tags.
func (v *VU) Put(into metric.Set) {
	maps.Copy(into, v.Test.Options.Tags)
	if v.Scenario != nil {
		maps.Copy(into, v.Scenario.Tags)
	}
	for _, key := range ownTags {
		if s, ok := v.system(key); ok {
			into[key] = s
		}
	}
	maps.Copy(into, v.Tags)
}

// Tagged are the tags of a sample: its own before those of its virtual user.
type Tagged struct {
	Own map[string]string
	VU  *VU
}

// Tag implements metric.Tags.
func (t *Tagged) Tag(key string) (string, bool) {
	if s, ok := t.Own[key]; ok {
		return s, true
	}
	return t.VU.Tag(key)
}

// Put implements metric.Tags.
func (t *Tagged) Put(into metric.Set) {
	t.VU.Put(into)
	maps.Copy(into, t.Own)
}

// ExportTags reads a script's tags: an object of strings, numbers and
// booleans. Absent values give no tags.
func (v *VU) ExportTags(value sobek.Value) map[string]string {
	if Absent(value) {
		return nil
	}
	o := value.ToObject(v.Runtime)
	tags := make(map[string]string)
	for _, k := range o.Keys() {
		if e := o.Get(k); !Absent(e) {
			tags[k] = e.String()
		}
	}
	return tags
}
