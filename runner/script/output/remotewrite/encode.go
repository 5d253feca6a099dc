package remotewrite

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// staleNaN is the value by which Prometheus knows that a series has ended.
var staleNaN = math.Float64frombits(0x7ff0000000000002)

// The fields of the protocol's messages, by which they are encoded here:
// prometheus.WriteRequest of remote.proto and those of types.proto.
const (
	requestSeries = 1

	seriesLabel     = 1
	seriesSample    = 2
	seriesHistogram = 4

	labelNameField  = 1
	labelValueField = 2

	sampleValue = 1
	sampleTime  = 2

	histogramCount          = 1
	histogramSum            = 3
	histogramSchema         = 4
	histogramZeroThreshold  = 5
	histogramZeroCount      = 6
	histogramNegativeSpans  = 8
	histogramNegativeDeltas = 9
	histogramPositiveSpans  = 11
	histogramPositiveDeltas = 12
	histogramTime           = 15

	spanOffset = 1
	spanLength = 2
)

func appendBytes(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func appendText(b []byte, field protowire.Number, v string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func appendUint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func appendFloat(b []byte, field protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

// appendLabel appends a label of a time series.
func appendLabel(b []byte, name, value string) []byte {
	size := protowire.SizeTag(labelNameField) + protowire.SizeBytes(len(name)) + protowire.SizeTag(labelValueField) + protowire.SizeBytes(len(value))
	b = protowire.AppendTag(b, seriesLabel, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(size))
	b = appendText(b, labelNameField, name)
	return appendText(b, labelValueField, value)
}

// appendSeries appends a time series to a request: its labels, in three parts,
// and what it is worth.
func appendSeries(b, before, name, after, value []byte) []byte {
	b = protowire.AppendTag(b, requestSeries, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(before)+len(name)+len(after)+len(value)))
	b = append(b, before...)
	b = append(b, name...)
	b = append(b, after...)
	return append(b, value...)
}

// appendSample appends a sample to a time series.
func appendSample(b []byte, value float64, at int64) []byte {
	var inner [32]byte
	s := appendFloat(inner[:0], sampleValue, value)
	s = appendUint(s, sampleTime, uint64(at))
	return appendBytes(b, seriesSample, s)
}

// appendHistogram appends a histogram to a time series.
func appendHistogram(b []byte, h *histogram, at int64) []byte {
	m := appendUint(nil, histogramCount, h.count)
	m = appendFloat(m, histogramSum, h.sum)
	m = appendUint(m, histogramSchema, protowire.EncodeZigZag(int64(h.schema())))
	m = appendFloat(m, histogramZeroThreshold, zeroThreshold)
	m = appendUint(m, histogramZeroCount, h.zero)
	m = appendBuckets(m, &h.negative, histogramNegativeSpans, histogramNegativeDeltas)
	m = appendBuckets(m, &h.positive, histogramPositiveSpans, histogramPositiveDeltas)
	m = appendUint(m, histogramTime, uint64(at))
	return appendBytes(b, seriesHistogram, m)
}

// appendBuckets appends the buckets that are not zero: where they are, and how
// much each differs from the one before.
func appendBuckets(b []byte, of *buckets, spans, deltas protowire.Number) []byte {
	var changes []byte
	var before uint64
	end := 0 // of the span before
	for i := 0; i < len(of.counts); {
		if of.counts[i] == 0 {
			i++
			continue
		}
		start := i
		for ; i < len(of.counts) && of.counts[i] > 0; i++ {
			changes = protowire.AppendVarint(changes, protowire.EncodeZigZag(int64(of.counts[i]-before)))
			before = of.counts[i]
		}
		offset := int64(start - end)
		if end == 0 { // the first span starts from bucket 0
			offset = int64(of.first + start)
		}
		end = i
		var span [16]byte
		s := appendUint(span[:0], spanOffset, protowire.EncodeZigZag(offset))
		s = appendUint(s, spanLength, uint64(i-start))
		b = appendBytes(b, spans, s)
	}
	if changes == nil {
		return b
	}
	return appendBytes(b, deltas, changes)
}
