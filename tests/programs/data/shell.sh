# What POSIX shells share: expansion, functions, here-documents, pipes, redirection, control flow.
set -u
x='a  b*' ; echo "$x" $x "${x%b*}" "${x#a}" ${#x}
echo "${unset:-default} ${x:+set}" $((1 + 2 * 3 - (4 << 2) % 7)) $((0x1f & 077))
f() { local v="$1"; [ "$v" -le 1 ] && { echo 1; return; }; echo $((v * $(f $((v - 1))))); }
f 8
for i in 1 2 3; do case $i in 1 | 2) echo low $i ;; *) echo high $i ;; esac; done
while read -r line; do echo "<$line>"; done <<X
one $x
two \$x
X
cat left.txt | sort -r | tail -n 2 | tr a-z A-Z
{ echo out; echo err >&2; } 2>&1 | cat
(cd tree && ls) && echo "back in ${PWD##*/}"
ls nothing 2>/dev/null || echo "status $?"
exec 3>made.txt; echo three >&3; exec 3>&-; cat made.txt
set -- $(printf '%s ' c b a); echo "$# $1 $*"; shift; echo "$@"
n=0; until [ $n -ge 5 ]; do n=$((n + 1)); [ $n = 3 ] && continue; echo $n; done
eval 'y=5; echo $y'; unset y
echo tree/*/*.txt tree/[o]*
IFS=:; for p in a:b:c; do echo $p; done; set -- $PATH; echo $#
sh -c 'exit 3'; echo "exit $?"
sh -c 'kill -TERM $$'; echo "killed $?"
true | false; echo "pipe $?"
exit 9
