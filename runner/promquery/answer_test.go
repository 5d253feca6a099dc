package promquery

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 500e6, time.UTC)
	tests := map[string]struct {
		body string
		want answer
		err  string
	}{
		"vector": {body: `{"status":"success","data":{"resultType":"vector","result":[
			{"metric":{"pod":"a"},"value":[1767323045.5,"1.5"]},{"metric":{},"value":[1767323045.5,"+Inf"]}]},"warnings":["partial"]}`,
			want: answer{[]sample{{map[string]string{"pod": "a"}, at, 1.5}, {map[string]string{}, at, math.Inf(1)}}, []string{"partial"}}},
		"scalar": {body: `{"status":"success","data":{"resultType":"scalar","result":[1767323045.5,"-Inf"]}}`,
			want: answer{series: []sample{{at: at, value: math.Inf(-1)}}}},
		"empty":          {body: `{"status":"success","data":{"resultType":"vector","result":[]}}`, want: answer{series: []sample{}}},
		"error":          {body: `{"status":"error","errorType":"bad_data","error":"parse error"}`, err: "bad_data: parse error"},
		"range":          {body: `{"status":"success","data":{"resultType":"matrix","result":[]}}`, err: `"matrix"`},
		"histogram":      {body: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}`, err: "native histograms"},
		"no number":      {body: `{"status":"success","data":{"resultType":"scalar","result":[1,"x"]}}`, err: "value"},
		"no pair":        {body: `{"status":"success","data":{"resultType":"scalar","result":[1]}}`, err: "1 parts"},
		"far future":     {body: `{"status":"success","data":{"resultType":"scalar","result":[1e300,"1"]}}`, err: "year 5000"},
		"not Prometheus": {body: `<html>`, err: "decode the answer"},
		"too many": {body: `{"status":"success","data":{"resultType":"vector","result":[` +
			strings.Repeat(`{"metric":{},"value":[1,"1"]},`, maxSeries) + `{"metric":{},"value":[1,"1"]}]}}`, err: "1001 series"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parse([]byte(tt.body))
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("err = %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

// Whatever a server sends, parse answers within its bounds or fails.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1.5,"NaN"]}]}}`))
	f.Add([]byte(`{"status":"success","data":{"resultType":"scalar","result":[1,"+Inf"]}}`))
	f.Add([]byte(`{"status":"error","errorType":"x","error":"y"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := parse(body)
		if err != nil && len(got.series) > 0 {
			t.Errorf("series beside the error %v", err)
		}
		if len(got.series) > maxSeries {
			t.Errorf("%d series", len(got.series))
		}
		for _, s := range got.series {
			if y := s.at.Year(); y < -2000 || y > 6000 {
				t.Errorf("time %v", s.at)
			}
		}
	})
}
