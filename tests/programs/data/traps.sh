# Traps, signals and waiting.
trap 'echo exit trap $?' EXIT
trap 'echo usr1' USR1
trap 'echo int' INT
trap '' HUP
kill -USR1 $$; kill -INT $$; kill -HUP $$; echo still here
sh -c 'kill -USR1 $PPID; sleep 0.2'
(trap 'echo child term; exit 4' TERM; : > ready; while :; do sleep 0.05; done) &
until [ -e ready ]; do sleep 0.05; done; kill -TERM $!; wait $!; echo "child $?"
sleep 30 & pid=$!; sleep 0.2; kill $pid; wait $pid; echo "sleep $?"
(exit 7) & wait $!; echo "wait $?"
for i in 1 2 3 4; do (exit $i) & pids="${pids-} $!"; done
for p in $pids; do wait "$p"; echo "one $?"; done
trap - USR1
sh -c 'trap "echo got alarm; exit 0" ALRM; (sleep 0.2; kill -ALRM $$) & while :; do sleep 0.05; done'
exit 2
