package k6html

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The forms in which inputs hold dates and times.
var (
	monthForm = regexp.MustCompile(`^(\d{4,})-(\d\d)$`)
	dateForm  = regexp.MustCompile(`^(\d{4,})-(\d\d)-(\d\d)$`)
	weekForm  = regexp.MustCompile(`^(\d{4,})-W(\d\d)$`)
	timeForm  = regexp.MustCompile(`^(\d\d):(\d\d)(?::(\d\d)(\.\d{1,3})?)?$`)
)

// moment is a date or time if it is a valid one, or else "".
func moment(kind, value string) string {
	valid := false
	switch kind {
	case "date":
		valid = isDate(value)
	case "month":
		valid = monthForm.MatchString(value) && isDate(value+"-01")
	case "week":
		valid = isWeek(value)
	case "time":
		valid = isTime(value)
	case "datetime-local":
		return localMoment(value)
	}
	if !valid {
		return ""
	}
	return value
}

// digits are the numbers that a form finds in a text, nil if it is not of that
// form. Absent ones are 0.
func digits(form *regexp.Regexp, s string) []int {
	var list []int
	for i, part := range form.FindStringSubmatch(s) {
		if i > 0 {
			n, _ := strconv.Atoi(part)
			list = append(list, n)
		}
	}
	return list
}

func isDate(s string) bool {
	d := digits(dateForm, s)
	if d == nil || d[0] < 1 || d[1] < 1 || d[1] > 12 || d[2] < 1 {
		return false
	}
	return d[2] <= time.Date(d[0], time.Month(d[1])+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func isWeek(s string) bool {
	d := digits(weekForm, s)
	if d == nil || d[0] < 1 || d[1] < 1 {
		return false
	}
	_, last := time.Date(d[0], time.December, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
	return d[1] <= last
}

func isTime(s string) bool {
	d := digits(timeForm, s)
	return d != nil && d[0] < 24 && d[1] < 60 && d[2] < 60
}

// localMoment is a date and time with a T between them and no more of the time
// than it needs.
func localMoment(s string) string {
	i := strings.IndexAny(s, "T ")
	if i < 0 || !isDate(s[:i]) || !isTime(s[i+1:]) {
		return ""
	}
	m := timeForm.FindStringSubmatch(s[i+1:])
	out := s[:i] + "T" + m[1] + ":" + m[2]
	fraction := strings.TrimRight(strings.TrimRight(m[4], "0"), ".")
	if (m[3] != "" && m[3] != "00") || fraction != "" {
		out += ":" + m[3] + fraction
	}
	return out
}
