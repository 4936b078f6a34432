# Bash: job control, arrays, process substitution, coprocesses, regular expressions, debugging.
set -m
sleep 20 & sleep 30 &
jobs | tr -s ' ' | cut -d ' ' -f 1-3
kill %1; wait %1 2>/dev/null; echo "first $?"
kill -STOP %2; until [ -n "$(jobs -s)" ]; do sleep 0.05; done; jobs -s | tr -s ' ' | cut -d ' ' -f 2
kill -CONT %2; kill %2; wait %2 2>/dev/null; echo "second $?"
set +m
declare -A colour=([sky]=blue [grass]=green); for k in sky grass; do echo "$k ${colour[$k]}"; done
list=(a "b c" d); list+=(e); echo "${#list[@]} ${list[1]} ${list[@]:2} ${!list[@]}"
diff <(sort left.txt) <(sort right.txt); echo "diff $?"
# Bash forgets the descriptors of a coprocess as soon as it notices its end.
coproc { tr a-z A-Z; }; exec 6<&"${COPROC[0]}"; echo through >&"${COPROC[1]}"; eval "exec ${COPROC[1]}>&-"; read -r up <&6; echo "$up"
[[ "2024-05-06" =~ ^([0-9]+)-([0-9]+) ]] && echo "${BASH_REMATCH[1]}/${BASH_REMATCH[2]}"
printf '%(%Y)T %q %s\n' 0 'a b' "${x:-none}"
set -o pipefail; false | true; echo "pipefail $?"; echo "${PIPESTATUS[@]}"
for ((i = 0, s = 0; i < 1000; i++)); do ((s += i * i)); done; echo $s
mapfile -t lines < left.txt; echo "${lines[-1]} ${lines[@]^^}"
text=momonga; echo "${text/o/0} ${text//o/0} ${text:2:3} ${text^}"
trap 'echo "line error"' ERR; false; trap - ERR
echo {1..5} {a,b}{x,y}; shopt -s extglob globstar; echo **/*.txt; echo !(*.txt|*.csv|tree)
select_one() { local PS3=; select w in a b; do echo "chose $w"; break; done <<< 2 2>/dev/null; }; select_one
cat < <(echo substituted); wait; (sleep 0.1; exit 6) & wait -n; echo "any $?"
exec 5<>bytes.bin; read -r -N 4 -u 5 four; printf '%q\n' "$four"
ulimit -c; umask 027; : > masked; umask
exit 11
