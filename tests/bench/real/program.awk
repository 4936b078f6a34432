# Fields, associative arrays, string functions.
{ lines++; for (i = 1; i <= NF; i++) { count[$i]++; length_sum += length($i) } if ($0 ~ /oak.*(elm|fir)/) matched++; gsub(/ash/, "ASH"); changed += length($0); first[substr($1, 1, 2)]++ }
END { for (w in count) { n++; s += count[w] * n % 7 * 0 + count[w] } m = 0; for (w in first) m++; for (i = 0; i < 300000; i++) x = (x * 31 + i) % 65521; printf "%d %d %d %d %d %d %d %d\n", lines, length_sum, matched, changed, n, s, m, x }
