# A sieve, string surgery and a table of counts, in the shell alone.
declare -a sieve
declare -A counts
for ((i = 2; i < 6000; i++)); do
    [[ ${sieve[i]} ]] && continue
    for ((j = i * i; j < 6000; j += i)); do sieve[j]=1; done
    text="${text:-}$i,"
done
while [[ $text == *,* ]]; do
    word=${text%%,*}
    text=${text#*,}
    last=${word: -1}
    counts[$last]=$((${counts[$last]:-0} + word))
done
for key in 1 2 3 5 7 9; do printf '%s %d\n' "$key" "${counts[$key]}"; done
