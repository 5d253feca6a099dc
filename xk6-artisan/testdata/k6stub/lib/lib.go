// Package lib declares what the public documentation of k6 v2 says of its
// package of that name, as far as the extension uses it. It does nothing.
package lib

import "go.k6.io/k6/v2/metrics"

type State struct {
	Samples chan<- metrics.SampleContainer
	Tags    *VUStateTags
}

type VUStateTags struct{}

type TagsAndMeta struct{ Tags *metrics.TagSet }

func (*VUStateTags) GetCurrentValues() TagsAndMeta { return TagsAndMeta{} }
