# The end of what each failed test said, from the output of `go test -v`: a
# long run's log is read from its end.
/^=== (RUN|NAME|CONT|PAUSE)/ { name = $3; next }
/^ *--- FAIL: / { failed[++failures] = $3; next }
/^ *--- / { next }
{ line[name, ++lines[name]] = $0 }
END {
	for (i = 1; i <= failures; i++) {
		name = failed[i]
		if (!lines[name]) continue
		printf "\n== failed: %s\n", name
		first = lines[name] > 30 ? lines[name] - 29 : 1
		for (n = first; n <= lines[name]; n++) print line[name, n]
	}
}
