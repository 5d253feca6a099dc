package verdict

import (
	"fmt"

	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// counter judges that one counter of a script came to as much as another: what
// was acknowledged is stored.
func (j *judge) counter(want spec.Counter) Objective {
	o := Objective{Name: or(want.Name, want.Counter+" of "+want.Load), Group: groupCounter, Value: none, Margin: none,
		Limit: ">= " + want.AtLeast, Evidence: fmt.Sprintf("record script of load %q, counters", want.Load)}
	end := j.scriptEnd(spec.Load{Name: want.Load})
	if end == nil {
		return o.inconclusive("the script left no summary: its counters are not known")
	}
	least, known := end.Counters[want.AtLeast]
	if !known {
		return o.inconclusive(fmt.Sprintf("counter %s has no samples: nothing was to be compared", want.AtLeast))
	}
	have, known := end.Counters[want.Counter]
	if !known {
		return o.inconclusive(fmt.Sprintf("counter %s has no samples: did the script come to where it counts?", want.Counter))
	}
	o.Samples = uint64(max(least, 0))
	o.Limit = fmt.Sprintf(">= %s (%s)", unit.Number(least), want.AtLeast)
	o.Value, o.Margin = unit.Number(have), fmt.Sprintf("%+g", have-least)
	if have < least {
		return o.fail(fmt.Sprintf("%s is %s below %s", want.Counter, unit.Number(least-have), want.AtLeast))
	}
	return o.pass()
}
